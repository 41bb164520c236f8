// The provider's callback: which checks a returning browser must pass before anything is exchanged.
// check_return() is the one place that closes COAT, CORF and COSF; README.md explains it.
#include <utility>

#include "base/random.h"
#include "connect/connect_service.h"
#include "platform/logging/log.h"

namespace tenon {

namespace {

constexpr std::size_t kHandleBytes = 32;

// Why a return is refused; goes to the log only, the browser is told nothing.
std::string_view refusal_of(const ConnectFlow& flow, const AuthorizationReturn& returned,
                            const std::optional<BrowserBinding>& binding, Timestamp now) {
    if (flow.expires_at <= now) return "expired";
    // COAT, CORF: the code came to the callback of another integration than the flow's.
    if (flow.integration_id.str() != returned.integration) return "other_integration";
    // The code of such a flow goes to the product's page, never here.
    if (flow.has_own_redirect) return "own_redirect";
    // COSF: the browser that ends the flow must be the one of the user who began it.
    if (returned.browser.empty()) return "no_browser_cookie";
    if (!flow.browser_hash.empty()) {
        return flow.browser_hash == hash_of_token(returned.browser) ? "" : "other_browser";
    }
    if (!binding || binding->user_id != flow.user_id) return "other_browser";
    return "";
}

// What the page that began a refused flow is told.
Error other_browser() {
    return {ErrorKind::gone, "connect.refused",
            "The provider's answer came back in another browser or too late. Start again."};
}

// RFC 9207: a provider that is known by its issuer must name itself, so that an answer of another
// authorization server is never taken for its own.
Ok check_issuer(const Integration& integration, const CallbackQuery& query) {
    const std::string& expected = integration.definition.authentication.issuer;
    if (expected.empty() || query.issuer == expected) return {};
    return Error{ErrorKind::unprocessable, "connect.issuer_mismatch",
                 query.issuer ? "The answer came from another authorization server than the "
                                "integration's."
                              : "The provider's answer does not name its issuer (iss), which this "
                                "integration expects."};
}

// Without a confirmed browser the code waits for the opener, so there must be one to tell.
Ok check_opener(const ConnectFlow& flow, bool is_confirmed) {
    if (is_confirmed || !flow.origin.empty()) return {};
    return Error{
        ErrorKind::unprocessable, "connect.opener_unknown",
        "This window was not opened by the product. Go back to it and connect from there."};
}

Ok check_answer(const CallbackQuery& query) {
    if (!query.error.empty()) {
        const std::string words =
            query.error_description.empty() ? query.error : query.error_description;
        Error error{ErrorKind::unprocessable, "connect.provider_error",
                    "The provider says: " + words};
        if (query.error == "access_denied") {
            error.code = "connect.access_denied";
            error.message = "Access was not granted at the provider.";
        }
        JsonObject meta;
        meta["isIntegrationError"] = true;
        meta["error"] = query.error;
        meta["errorDescription"] = query.error_description;
        error.meta_json = write_json(meta);
        return error;
    }
    if (!query.code.empty()) return {};
    return Error{ErrorKind::unprocessable, "connect.code_missing",
                 "The provider sent the browser back without a code."};
}

std::map<std::string, Secret> captured(const Integration& integration, const CallbackQuery& query) {
    std::map<std::string, Secret> values;
    for (const std::string& name : integration.definition.authentication.captured_from_callback) {
        const auto found = query.parameters.find(name);
        if (found != query.parameters.end()) values[name] = found->second;
    }
    return values;
}

Actor actor_of(const ConnectFlow& flow, const FlowSecrets& secrets) {
    return {.kind = "connected_user",
            .id = flow.user_id.str(),
            .label = std::string(secrets.user_label.reveal()),
            .address = {}};
}

}  // namespace

Task<AuthorizationEnd> ConnectService::complete_authorization(AuthorizationReturn returned) {
    auto query = parse_callback_query(returned.query, options_.callback);
    if (!query) {
        log_info("connect.callback_refused", {{"reason", "malformed"}});
        co_return AuthorizationEnd{.error = unknown_connect_flow()};
    }
    bool is_confirmed = false;
    auto flow = co_await take_returned_flow(std::move(returned), *query, is_confirmed);
    if (!flow) co_return AuthorizationEnd{.error = std::move(flow).error()};
    co_return co_await end_flow(std::move(*flow), std::move(*query), is_confirmed);
}

// Consumes the flow of the state, whatever becomes of it, so that no state is ever tried twice.
Task<Result<ConnectFlow>> ConnectService::take_returned_flow(AuthorizationReturn returned,
                                                             CallbackQuery query,
                                                             bool& is_confirmed) {
    const std::string state_hash = hash_of_token(query.state);
    const std::string browser_hash = hash_of_token(returned.browser);
    const Timestamp now = context_.clock.now();
    struct Taken {
        std::optional<ConnectFlow> flow;
        std::optional<BrowserBinding> binding;
    };
    ASSIGN_OR_CO_RETURN(
        Taken taken, co_await context_.database.write([&](Connection& tx) -> Result<Taken> {
            Taken result;
            ASSIGN_OR_RETURN(result.flow, store_.take_by_state(tx, query.project_id, state_hash));
            if (!result.flow) return result;
            ASSIGN_OR_RETURN(result.binding, store_.find_binding(tx, query.project_id, browser_hash,
                                                                 result.flow->token_hash, now));
            return result;
        }));
    const std::string_view reason =
        taken.flow ? refusal_of(*taken.flow, returned, taken.binding, now) : "unknown_or_used";
    if (!reason.empty()) {
        log_warning("connect.callback_refused", {{"reason", reason}});
        if (taken.flow) co_await note_failure(std::move(*taken.flow), other_browser());
        co_return unknown_connect_flow();
    }
    is_confirmed = !taken.flow->browser_hash.empty() || taken.binding->is_confirmed;
    co_return std::move(*taken.flow);
}

Task<AuthorizationEnd> ConnectService::end_flow(ConnectFlow flow, CallbackQuery query,
                                                bool is_confirmed) {
    AuthorizationEnd end{.kind = AuthorizationEnd::Kind::failed,
                         .integration_id = flow.integration_id,
                         .origin = flow.origin,
                         .return_url = flow.return_url,
                         .posts_plainly = !flow.ticket_hash.empty()};
    auto secrets = co_await open_flow(flow);
    auto integration = co_await get_integration(flow.project_id, flow.integration_id);
    if (secrets) end.link_token = secrets->link_token;
    if (integration) end.integration_name = (*integration)->definition.name;

    Ok checked = secrets ? Ok{} : Ok{secrets.error()};
    if (checked && !integration) checked = integration.error();
    if (checked) checked = check_issuer(**integration, query);
    if (checked) checked = check_answer(query);
    if (checked) checked = check_opener(flow, is_confirmed);
    if (!checked) {
        end.error = checked.error();
        co_await note_failure(flow, checked.error());
        co_return end;
    }
    secrets->code = std::move(query.code);
    secrets->callback = captured(**integration, query);

    const bool posts_success = !is_confirmed || flow.install_options.show_portal_after_install;
    const std::string handle =
        posts_success && flow.browser_hash.empty() ? random_token(kHandleBytes) : std::string();
    end.handle = Secret(handle);
    Ok done;
    if (is_confirmed) {
        Actor actor = actor_of(flow, *secrets);
        auto connected = co_await finish_flow(flow, std::move(*secrets), std::move(actor), handle);
        if (!connected) done = std::move(connected).error();
        end.kind = AuthorizationEnd::Kind::connected;
    } else {
        done = co_await answer_flow(std::move(flow), std::move(*secrets), handle);
        end.kind = AuthorizationEnd::Kind::answered;
    }
    if (!done) {
        end.kind = AuthorizationEnd::Kind::failed;
        end.error = std::move(done).error();
        end.handle = Secret();
    }
    co_return end;
}

Task<Ok> ConnectService::answer_flow(ConnectFlow flow, FlowSecrets secrets, std::string handle) {
    flow.handle_hash = hash_of_token(handle);
    ASSIGN_OR_CO_RETURN(flow.sealed_secrets, co_await seal_flow(flow, secrets));
    co_return co_await context_.database.write(
        [&](Connection& tx) { return store_.answer_flow(tx, flow); });
}

// A connect page shows why its last try failed. Failing to note it must not hide the failure.
Task<void> ConnectService::note_failure(ConnectFlow flow, Error error) {
    log_warning("connect.failed", {{"project", flow.project_id.str()},
                                   {"integration", flow.integration_id.str()},
                                   {"code", error.code}});
    const auto noted = co_await context_.database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(store_.fail_flow(tx, flow.project_id, flow.id, error));
        if (!flow.link_id) return {};
        return store_.set_link_error(tx, flow.project_id, *flow.link_id, error.code, error.message);
    });
    if (!noted) log_warning("connect.failure_not_noted", {{"code", noted.error().code}});
}

}  // namespace tenon
