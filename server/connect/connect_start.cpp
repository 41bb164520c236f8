// Start pages: how a flow begins in a browser window without a user token in its address. The page
// binds the browser that opens it, and the flow then ends in that browser alone. Also how the
// window that began it learns how it stands.
//
// A browser is confirmed when one of Tenon's own pages led it here, or when the window that waits
// proved itself by the session key (a link on the product's page to somebody else's ticket has
// neither). Unconfirmed, the code waits until its handle is claimed: README.md, COSF.
#include <algorithm>
#include <utility>

#include "connect/connect_service.h"

namespace tenon {

namespace {

std::string_view status_of(const ConnectFlow& flow, Timestamp now) {
    switch (flow.status) {
        case FlowStatus::open:
            return flow.expires_at <= now ? "expired" : "open";
        case FlowStatus::answered:
            return flow.expires_at <= now ? "expired" : "answered";
        case FlowStatus::consumed:
            return "consumed";
        case FlowStatus::connected:
            return "connected";
        case FlowStatus::failed:
            return "failed";
    }
    return "unknown";
}

bool is_for_another_browser(const ConnectFlow& flow, const StartVisit& visit) {
    return !flow.browser_hash.empty() && flow.browser_hash != hash_of_token(visit.browser);
}

}  // namespace

Task<Result<std::string>> ConnectService::begin_at_start_page(ConnectParty party,
                                                              AuthorizationStart start) {
    const std::string ticket = make_flow_token(party.project_id);
    start.ticket = Secret(ticket);
    CO_RETURN_IF_ERROR(co_await begin_authorization(std::move(party), std::move(start)));
    co_return options_.public_url + "/connect/start/" + ticket;
}

// An open flow that this browser may take, or has taken already.
Task<Result<ConnectFlow>> ConnectService::find_start_flow(const StartVisit& visit) {
    const auto project = project_of_flow_token(visit.ticket);
    if (!project) co_return unknown_connect_flow();
    const std::string hash = hash_of_token(visit.ticket);
    ASSIGN_OR_CO_RETURN(auto flow, co_await context_.database.read([&](Connection& tx) {
        return store_.find_by_ticket(tx, *project, hash);
    }));
    const bool is_good = flow && flow->status == FlowStatus::open &&
                         flow->expires_at > context_.clock.now() &&
                         !is_for_another_browser(*flow, visit);
    if (!is_good) co_return unknown_connect_flow();
    co_return std::move(*flow);
}

Task<Ok> ConnectService::bind_visitor(const ConnectFlow& flow, const StartVisit& visit,
                                      bool is_confirmed) {
    const std::string browser_hash = hash_of_token(visit.browser);
    BrowserBinding binding{.project_id = flow.project_id,
                           .user_id = flow.user_id,
                           .token_hash = flow.token_hash,
                           .browser_hash = browser_hash,
                           .is_confirmed = false,
                           .expires_at = flow.expires_at};
    ASSIGN_OR_CO_RETURN(
        const bool is_ours, co_await context_.database.write([&](Connection& tx) -> Result<bool> {
            if (is_confirmed) {
                return store_.give_to_browser(tx, flow.project_id, flow.id, browser_hash);
            }
            RETURN_IF_ERROR(store_.put_binding(tx, binding));
            return true;
        }));
    if (!is_ours) co_return unknown_connect_flow();
    co_return Ok{};
}

Task<Result<StartPage>> ConnectService::open_start_page(StartVisit visit) {
    ASSIGN_OR_CO_RETURN(const ConnectFlow flow, co_await find_start_flow(visit));
    ASSIGN_OR_CO_RETURN(const FlowSecrets secrets, co_await open_flow(flow));
    StartPage page{.authorization_url = std::string(secrets.authorization_url.reveal()),
                   .origin = flow.origin,
                   .is_confirmed = !flow.browser_hash.empty()};
    const auto& own = own_origins_;
    if (std::find(own.begin(), own.end(), visit.referrer_origin) != own.end()) {
        page.is_confirmed = true;
    }
    // Without a window that waits nobody could confirm or claim.
    if (!page.is_confirmed && (flow.origin.empty() || !flow.return_url.empty())) {
        co_return Error{ErrorKind::unprocessable, "connect.opener_unknown",
                        "This page was not opened by the product. Go back to it and connect from "
                        "there."};
    }
    CO_RETURN_IF_ERROR(co_await bind_visitor(flow, visit, page.is_confirmed));
    co_return page;
}

Task<Result<bool>> ConnectService::confirm_start_page(StartVisit visit, std::string session_key) {
    ASSIGN_OR_CO_RETURN(const ConnectFlow flow, co_await find_start_flow(visit));
    const bool is_right =
        !session_key.empty() && flow.session_key_hash == hash_of_token(session_key);
    if (is_right) CO_RETURN_IF_ERROR(co_await bind_visitor(flow, visit, true));
    co_return is_right;
}

Task<Result<SessionState>> ConnectService::find_session(ConnectParty party,
                                                        std::string session_key) {
    const std::string hash = hash_of_token(session_key);
    const Timestamp now = context_.clock.now();
    co_return co_await context_.database.read([&](Connection& tx) -> Result<SessionState> {
        SessionState state;
        ASSIGN_OR_RETURN(state.credential_id,
                         store_.find_session(tx, party.project_id, party.user_id, hash, now));
        if (state.credential_id) {
            state.status = "connected";
            return state;
        }
        ASSIGN_OR_RETURN(const auto flow,
                         store_.find_by_session(tx, party.project_id, party.user_id, hash));
        if (!flow) return state;
        state.status = status_of(*flow, now);
        state.error_code = flow->error_code;
        state.error_message = flow->error_message;
        return state;
    });
}

}  // namespace tenon
