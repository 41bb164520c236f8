#include "credentials/live_token_care.h"

#include "base/random.h"
#include "credentials/credential_rules.h"
#include "platform/logging/log.h"

namespace tenon {

Result<std::unique_ptr<TokenCare>> make_token_care(TokenCareContext context,
                                                   TokenCareOptions options) {
    // Writes around the token request may have to be repeated while the database is away.
    constexpr Seconds kWrites{15};
    if (options.lease < options.token_request_timeout + kWrites ||
        options.lease_silence <= 2 * options.lease_beat) {
        return Error{
            ErrorKind::internal, "token_care.options",
            "The lease must outlive the token request by 15 seconds, and its silence two beats."};
    }
    return std::unique_ptr<TokenCare>(std::make_unique<LiveTokenCare>(std::move(context), options));
}

namespace {

Counter& refresh_counter(Metrics& metrics, std::string_view result) {
    return metrics.counter("tenon_token_refreshes_total",
                           "Token requests that renewed a credential.",
                           "result=\"" + std::string(result) + "\"");
}

}  // namespace

LiveTokenCare::LiveTokenCare(TokenCareContext context, const TokenCareOptions& options)
    : context_(std::move(context)),
      options_(options),
      owner_(random_token(16)),
      cache_(options),
      flights_(options.waiters_per_credential_max),
      forced_(options.forced_refreshes_free),
      counters_{refresh_counter(context_.metrics, "refreshed"),
                refresh_counter(context_.metrics, "invalid"),
                refresh_counter(context_.metrics, "failed"),
                refresh_counter(context_.metrics, "fenced")} {}

Error invalid_credential_error(const Credential& credential) {
    if (credential.status == CredentialStatus::pending) {
        return {ErrorKind::unprocessable, "credential.invalid",
                "The account is not connected completely. Finish connecting it."};
    }
    Error error{ErrorKind::unprocessable, "credential.invalid", credential.invalid_reason};
    error.meta_json = write_json(JsonObject{{"invalidCode", credential.invalid_code}});
    return error;
}

// ---- what callers ask ----

std::shared_ptr<const LiveCredential> LiveTokenCare::cached(ProjectId project, CredentialId id) {
    auto hit = cache_.find(project, id, context_.clock.now(), context_.clock.steady_now());
    if (hit.needs_recheck && EventLoop::current() != nullptr) {
        EventLoop::current()->spawn(recheck(project, id, hit.live));
    }
    if (hit.is_due) start_in_background(project, id);
    return std::move(hit.live);
}

Task<RefreshOutcome> LiveTokenCare::fresh(ProjectId project, CredentialId id) {
    if (auto live = cached(project, id)) co_return live;
    ASSIGN_OR_CO_RETURN(const auto sight, co_await look(project, id));
    switch (sight.state) {
        case TokenState::invalid:
            co_return invalid_credential_error(sight.live->record);
        case TokenState::exhausted:
            co_return co_await fly(project, id, {});
        case TokenState::due:
            if (!is_backing_off(sight.live->record, context_.clock.now())) {
                start_in_background(project, id);
            }
            break;
        case TokenState::fresh:
            break;
    }
    co_return keep(sight);
}

Task<RefreshOutcome> LiveTokenCare::refresh_after_401(ProjectId project, CredentialId id,
                                                      std::int64_t seen_version) {
    co_return co_await fly(project, id, {RefreshWish::Reason::rejected, seen_version});
}

void LiveTokenCare::forget(CredentialId id) { cache_.forget(id); }

Task<Ok> LiveTokenCare::mark_invalid(ProjectId project, CredentialId id, std::string code,
                                     std::string reason) {
    std::optional<Credential> marked;
    CO_RETURN_IF_ERROR(co_await context_.database.write([&](Connection& tx) -> Ok {
        marked.reset();
        ASSIGN_OR_RETURN(auto found, leases_.find(tx, project, id));
        if (!found) return Error::not_found("Credential");
        ASSIGN_OR_RETURN(const bool changed,
                         leases_.mark_invalid(tx, project, id, code, reason, context_.clock.now()));
        if (changed) marked = std::move(found->credential);
        return {};
    }));
    cache_.forget(id);
    if (marked) tell_invalidated(std::move(*marked), {code, reason});
    co_return Ok();
}

Task<Result<int>> LiveTokenCare::refresh_idle(int limit) {
    cache_.drop_idle(context_.clock.steady_now());
    const Timestamp now = context_.clock.now();
    ASSIGN_OR_CO_RETURN(const auto idle, co_await context_.database.read([&](Connection& tx) {
        return leases_.find_idle(tx, now - options_.idle_refresh_after, now, limit);
    }));
    for (const Credential& credential : idle) {
        const auto outcome = co_await fly(credential.project_id, credential.id,
                                          {RefreshWish::Reason::idle, credential.version});
        if (!outcome) {
            log_info("credential.idle_refresh_failed",
                     {{"credential_id", credential.id.str()}, {"code", outcome.error().code}});
        }
    }
    co_return static_cast<int>(idle.size());
}

Task<Result<int>> LiveTokenCare::end_former_leases() {
    ASSIGN_OR_CO_RETURN(const auto ended, co_await context_.database.write(
                                              [&](Connection& tx) { return leases_.end_all(tx); }));
    co_return static_cast<int>(ended);
}

// ---- single flight ----

Task<RefreshOutcome> LiveTokenCare::fly(ProjectId project, CredentialId id, RefreshWish wish) {
    // A flight that began for less than what is wished is waited for and followed by one's own.
    constexpr int kFlightsMax = 3;
    for (int flown = 1;; ++flown) {
        const auto ticket = flights_.join(id, wish);
        if (ticket.is_leader) start(project, id, wish, ticket.flight);
        auto outcome = co_await flights_.wait(ticket.flight);
        if (outcome && (*outcome)->record.project_id != project) {
            co_return Error::not_found("Credential");
        }
        const bool is_served = ticket.is_leader || !outcome || flown == kFlightsMax ||
                               (*outcome)->record.version > wish.newer_than;
        if (is_served) co_return outcome;
    }
}

void LiveTokenCare::start(ProjectId project, CredentialId id, RefreshWish wish,
                          std::shared_ptr<RefreshFlights::Flight> flight) {
    EventLoop::current()->spawn(run_flight(project, id, wish, std::move(flight)));
}

void LiveTokenCare::start_in_background(ProjectId project, CredentialId id) {
    if (EventLoop::current() == nullptr) return;
    const auto ticket = flights_.join(id, {});
    if (ticket.is_leader) start(project, id, {}, ticket.flight);
}

Task<void> LiveTokenCare::run_flight(ProjectId project, CredentialId id, RefreshWish wish,
                                     std::shared_ptr<RefreshFlights::Flight> flight) {
    // A flight that never lands would hold its callers for ever, so even a bug ends it.
    RefreshOutcome outcome = Error::internal("The token refresh ended by a fault.");
    try {
        outcome = co_await refresh(project, id, wish);
    } catch (const std::exception& fault) {
        log_error("token.refresh_fault", {{"what", fault.what()}});
    } catch (...) {
        log_error("token.refresh_fault", {{"what", "unknown"}});
    }
    flights_.land(id, flight, std::move(outcome));
}

Task<void> LiveTokenCare::recheck(ProjectId project, CredentialId id,
                                  std::shared_ptr<const LiveCredential> seen) {
    const auto stamp = co_await context_.database.read(
        [&](Connection& tx) { return leases_.find_stamp(tx, project, id); });
    if (!stamp)
        co_return;  // The database is away; the entry ends by itself when nobody can check it.
    const bool is_current = *stamp && (*stamp)->version == seen->record.version &&
                            (*stamp)->updated_at == seen->record.updated_at;
    if (!is_current) cache_.forget(id);
}

Task<Result<LiveTokenCare::Sight>> LiveTokenCare::look(ProjectId project, CredentialId id) {
    Sight sight;
    sight.generation = cache_.generation(id);
    ASSIGN_OR_CO_RETURN(auto leased, co_await context_.database.read([&](Connection& tx) {
        return leases_.find(tx, project, id);
    }));
    if (!leased) co_return Error::not_found("Credential");
    sight.leased = std::move(*leased);
    ASSIGN_OR_CO_RETURN(const auto keys, co_await context_.vault.keys(project));
    auto live = std::make_shared<LiveCredential>();
    live->record = sight.leased.credential;
    ASSIGN_OR_CO_RETURN(const Secret text,
                        keys->open(seal_context(id), live->record.sealed_secrets));
    ASSIGN_OR_CO_RETURN(live->secrets, CredentialSecrets::from_json(text));
    sight.state = token_state(live->record, context_.clock.now(), options_);
    sight.live = std::move(live);
    co_return sight;
}

RefreshOutcome LiveTokenCare::keep(const Sight& sight) {
    cache_.put(sight.live, sight.generation, context_.clock.steady_now());
    return sight.live;
}

void LiveTokenCare::tell_invalidated(Credential credential, const InvalidCause& cause) {
    counters_.invalid.add();
    credential.status = CredentialStatus::invalid;
    credential.invalid_code = cause.code;
    credential.invalid_reason = cause.reason;
    if (context_.on_invalidated) context_.on_invalidated(credential);
}

}  // namespace tenon
