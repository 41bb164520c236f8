// One refresh, from the wish to the stored outcome: look, take the lease, send, store. The half of
// LiveTokenCare that talks to the provider.
#include <algorithm>
#include <array>

#include "base/random.h"
#include "credentials/credential_rules.h"
#include "credentials/live_token_care.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

// In [0, 1).
double random_fraction() {
    std::array<std::uint8_t, 4> bytes{};
    fill_random(bytes);
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8U | byte;
    return static_cast<double>(number) / 4294967296.0;
}

}  // namespace

bool LeaseWatch::is_dead(const LeasedCredential& seen, Timestamp now, SteadyTime steady_now) {
    if (epoch_ != seen.lease_epoch || beat_ != seen.lease_beat) {
        epoch_ = seen.lease_epoch;
        beat_ = seen.lease_beat;
        alive_at_ = steady_now;
    }
    const auto until = seen.credential.refreshing_until;
    return !until || *until < now || steady_now - alive_at_ >= options_.lease_silence;
}

Milliseconds LeaseWatch::next_delay() {
    delay_ = std::clamp(delay_ * 2, options_.poll_first, options_.poll_max);
    return delay_;
}

Error refresh_failed_error(std::string_view message, const Credential& credential, Timestamp now) {
    Error error{ErrorKind::unavailable, "token.refresh_failed",
                "The provider's token endpoint fails, and no valid access token is left: " +
                    std::string(message)};
    const auto wait = credential.refresh_not_before.value_or(now) - now;
    error.retry_after = std::max(std::chrono::ceil<Seconds>(wait), Seconds(1));
    return error;
}

bool LiveTokenCare::is_held_by_other(const LeasedCredential& leased) const {
    // Our own lease without a flight is what a lost write left behind.
    return !leased.lease_owner.empty() && leased.lease_owner != owner_;
}

// What needs no token request: the credential is dead, or what is wished is stored already.
std::optional<RefreshOutcome> LiveTokenCare::settled(const Sight& sight, const RefreshWish& wish) {
    const Credential& record = sight.live->record;
    if (sight.state == TokenState::invalid) return invalid_credential_error(record);
    if (sight.state == TokenState::exhausted) return std::nullopt;
    const bool is_wished = wish.reason == RefreshWish::Reason::use
                               ? sight.state == TokenState::fresh
                               : record.version > wish.newer_than;
    if (is_wished) return keep(sight);
    return std::nullopt;
}

Task<RefreshOutcome> LiveTokenCare::refresh(ProjectId project, CredentialId id, RefreshWish wish) {
    LeaseWatch watch(options_);
    const SteadyTime give_up_at = context_.clock.steady_now() + 2 * options_.lease;
    while (context_.clock.steady_now() < give_up_at) {
        ASSIGN_OR_CO_RETURN(Sight sight, co_await look(project, id));
        if (auto outcome = settled(sight, wish)) co_return std::move(*outcome);
        if (is_held_by_other(sight.leased) &&
            !watch.is_dead(sight.leased, context_.clock.now(), context_.clock.steady_now())) {
            if (is_served_meanwhile(sight, wish)) co_return keep(sight);
            co_await sleep_for(watch.next_delay());
            continue;
        }
        if (auto outcome = co_await refresh_as_holder(std::move(sight), wish)) {
            co_return std::move(*outcome);
        }
        // Somebody was faster, or a reconnection, a disconnection or a newer refresh fenced us off.
        // What they stored counts, so look again.
    }
    co_return Error{ErrorKind::unavailable,
                    "token.refresh_failed",
                    "Another refresh of this credential did not end in time.",
                    {},
                    {},
                    Seconds(5)};
}

bool LiveTokenCare::is_served_meanwhile(const Sight& sight, const RefreshWish& wish) {
    return sight.state == TokenState::due && wish.reason != RefreshWish::Reason::rejected;
}

// Nothing: look again.
Task<std::optional<RefreshOutcome>> LiveTokenCare::refresh_as_holder(Sight sight,
                                                                     RefreshWish wish) {
    const Credential& record = sight.live->record;
    auto integration = co_await context_.find_integration(record.project_id, record.integration_id);
    if (!integration) co_return RefreshOutcome(std::move(integration).error());
    Attempt attempt;
    attempt.key = {record.project_id, record.id, record.version, sight.leased.lease_epoch};
    attempt.was_in_doubt = record.refresh_in_doubt_since && record.has_refresh_token;
    attempt.integration = std::move(*integration);
    attempt.sight = std::move(sight);
    if (!context_.refresher.can_refresh(*attempt.integration, *attempt.sight.live)) {
        if (attempt.sight.state == TokenState::exhausted) {
            co_return co_await store_invalid(attempt, cause_token_expired());
        }
        co_return answer_without_means(attempt.sight, wish);
    }
    if (auto outcome = rest(attempt.sight, wish)) co_return outcome;
    ASSIGN_OR_CO_RETURN(const auto key, co_await take_lease(attempt.sight.leased));
    if (!key) co_return std::nullopt;
    attempt.key = *key;
    co_return co_await send(std::move(attempt));
}

// The token is valid, and there is nothing to get another one with.
RefreshOutcome LiveTokenCare::answer_without_means(const Sight& sight, const RefreshWish& wish) {
    if (wish.reason != RefreshWish::Reason::rejected) return keep(sight);
    // One 401 may mean a missing right on one path, so the status stays.
    return Error{ErrorKind::unprocessable, "credential.invalid", cause_rejected().reason};
}

// What to answer while no token request may be sent; nothing when one may.
std::optional<RefreshOutcome> LiveTokenCare::rest(const Sight& sight, const RefreshWish& wish) {
    const Credential& record = sight.live->record;
    if (is_backing_off(record, context_.clock.now())) {
        if (sight.state != TokenState::exhausted) return keep(sight);
        return refresh_failed_error("it is asked again later.", record, context_.clock.now());
    }
    if (wish.reason == RefreshWish::Reason::rejected &&
        !forced_.allow(record.id, context_.clock.steady_now())) {
        return keep(sight);
    }
    return std::nullopt;
}

Task<Result<std::optional<LeaseKey>>> LiveTokenCare::take_lease(const LeasedCredential& leased) {
    const Timestamp now = context_.clock.now();
    co_return co_await context_.database.write([&](Connection& tx) {
        return leases_.take(tx, leased, owner_, now, now + options_.lease);
    });
}

Task<std::optional<RefreshOutcome>> LiveTokenCare::send(Attempt attempt) {
    const auto has_ended = std::make_shared<std::atomic<bool>>(false);
    EventLoop::current()->spawn(beat(attempt.key, has_ended));
    auto answer = co_await context_.refresher.refresh(*attempt.integration, *attempt.sight.live);
    std::optional<RefreshOutcome> outcome;
    if (!answer) {
        outcome = co_await store_failure(
            attempt, RefreshFailure{false, answer.error().code, answer.error().message});
    } else if (answer->has_value()) {
        outcome = co_await store_success(attempt, std::move(**answer));
    } else if (answer->error().permanent) {
        outcome = co_await store_invalid(attempt, cause_of(answer->error(), attempt.was_in_doubt));
    } else {
        outcome = co_await store_failure(attempt, std::move(answer->error()));
    }
    has_ended->store(true);
    co_return outcome;
}

// Shows that the holder lives, while the provider takes its time. Ends soon after `has_ended`.
Task<void> LiveTokenCare::beat(LeaseKey key, std::shared_ptr<std::atomic<bool>> has_ended) {
    constexpr Milliseconds kSlice{50};
    for (Milliseconds waited{0};; waited += kSlice) {
        if (has_ended->load()) co_return;
        if (waited >= options_.lease_beat) {
            waited = Milliseconds(0);
            // A beat that fails changes nothing: the outcome's own write tells whether the lease
            // stood.
            (void)co_await context_.database.write(
                [&](Connection& tx) { return leases_.beat(tx, key); });
        }
        co_await sleep_for(kSlice);
    }
}

Task<std::optional<RefreshOutcome>> LiveTokenCare::store_success(const Attempt& attempt,
                                                                 RefreshedTokens tokens) {
    auto live = std::make_shared<LiveCredential>(*attempt.sight.live);
    Credential& record = live->record;
    live->secrets = std::move(tokens.secrets);
    record.version = attempt.key.version + 1;
    record.expires_at = tokens.expires_at;
    if (tokens.granted_scopes) record.granted_scopes = std::move(*tokens.granted_scopes);
    record.refreshed_at = record.updated_at = context_.clock.now();
    record.has_refresh_token = !live->secrets.refresh_token.empty();
    record.refresh_failures = 0;
    record.refresh_in_doubt_attempts = 0;
    record.refresh_in_doubt_since = record.refreshing_until = record.refresh_not_before =
        std::nullopt;

    ASSIGN_OR_CO_RETURN(const auto keys, co_await context_.vault.keys(record.project_id));
    record.sealed_secrets = keys->seal(seal_context(record.id), live->secrets.to_json());
    const auto stored = co_await store_durably(attempt.key, record);
    if (!stored) co_return RefreshOutcome(stored.error());
    if (!*stored) {
        counters_.fenced.add();
        co_return std::nullopt;
    }
    counters_.refreshed.add();
    cache_.put(live, attempt.sight.generation, context_.clock.steady_now());
    co_return RefreshOutcome(std::move(live));
}

// The old refresh token may be spent already, so a database that is away for a moment must not cost
// the connection.
Task<Result<bool>> LiveTokenCare::store_durably(const LeaseKey& key, const Credential& record) {
    constexpr int kAttemptsMax = 20;
    constexpr Milliseconds kDelayMax{2'000};
    Milliseconds delay{50};
    for (int attempt = 1;; ++attempt) {
        auto stored = co_await context_.database.write(
            [&](Connection& tx) { return leases_.store_tokens(tx, key, record); });
        if (stored || attempt == kAttemptsMax) co_return stored;
        log_warning("token.store_failed",
                    {{"credential_id", record.id.str()}, {"code", stored.error().code}});
        co_await sleep_for(delay);
        delay = std::min(delay * 2, kDelayMax);
    }
}

Task<std::optional<RefreshOutcome>> LiveTokenCare::store_failure(const Attempt& attempt,
                                                                 RefreshFailure failure) {
    auto live = std::make_shared<LiveCredential>(*attempt.sight.live);
    Credential& record = live->record;
    const Timestamp now = context_.clock.now();
    const TokenState state = token_state(record, now, options_);
    ++record.refresh_failures;
    record.refresh_not_before =
        retry_at(record.refresh_failures, failure, state, now, random_fraction(), options_);
    if (failure.outcome_unknown) {
        if (!record.refresh_in_doubt_since) record.refresh_in_doubt_since = now;
        ++record.refresh_in_doubt_attempts;
    }
    counters_.failed.add();
    log_warning("token.refresh_failed", {{"credential_id", record.id.str()},
                                         {"code", failure.code},
                                         {"failures", record.refresh_failures}});
    ASSIGN_OR_CO_RETURN(const bool stored, co_await context_.database.write([&](Connection& tx) {
        return leases_.store_failure(tx, attempt.key, record);
    }));
    if (!stored) co_return std::nullopt;
    if (state == TokenState::exhausted) {
        co_return RefreshOutcome(refresh_failed_error(failure.message, record, now));
    }
    cache_.put(live, attempt.sight.generation, context_.clock.steady_now());
    co_return RefreshOutcome(std::move(live));
}

Task<std::optional<RefreshOutcome>> LiveTokenCare::store_invalid(const Attempt& attempt,
                                                                 InvalidCause cause) {
    ASSIGN_OR_CO_RETURN(const bool stored, co_await context_.database.write([&](Connection& tx) {
        return leases_.store_invalid(tx, attempt.key, cause.code, cause.reason,
                                     context_.clock.now());
    }));
    if (!stored) co_return std::nullopt;
    Credential credential = attempt.sight.live->record;
    cache_.forget(credential.id);
    tell_invalidated(credential, cause);
    credential.status = CredentialStatus::invalid;
    credential.invalid_code = cause.code;
    credential.invalid_reason = cause.reason;
    co_return RefreshOutcome(invalid_credential_error(credential));
}

}  // namespace tenon
