#include "accounts/session_routes.h"

#include "accounts/account_json.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

namespace {

Json session_view(const SignedIn& signed_in, std::string csrf_token) {
    return JsonObject{{"account", to_json(signed_in.account)},
                      {"session", to_json(signed_in.session)},
                      {"csrfToken", std::move(csrf_token)}};
}

}  // namespace

void SessionRoutes::register_on(http::Router& router) {
    router.handle("signIn", [this](const Request& r) { return sign_in(r); });
    router.handle("getSession", [this](const Request& r) { return get_session(r); });
    router.handle("signOut", [this](const Request& r) { return sign_out(r); });
    router.handle("listSessions", [this](const Request& r) { return list_sessions(r); });
    router.handle("revokeSession", [this](const Request& r) { return revoke_session(r); });
}

Task<Result<Response>> SessionRoutes::sign_in(const Request& request) {
    CO_RETURN_IF_ERROR(browser_.check_origin(request));
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(
        const NewSession made,
        co_await sessions_.sign_in(string_member(body, "email"),
                                   Secret(string_member(body, "password")), visitor_of(request)));
    Response response = http::json_response(
        Status::ok, session_view(made.signed_in, BrowserSession::csrf_token_of(made.token)));
    browser_.set_cookie(response, request, made.token);
    co_return response;
}

Task<Result<Response>> SessionRoutes::get_session(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    Response response =
        http::json_response(Status::ok, session_view(caller, browser_.csrf_token(request)));
    response.headers.set("Cache-Control", "no-store");
    co_return response;
}

Task<Result<Response>> SessionRoutes::sign_out(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    CO_RETURN_IF_ERROR(co_await sessions_.revoke(caller.account.id, caller.session.id));
    Response response = http::no_content();
    browser_.clear_cookie(response, request);
    co_return response;
}

Task<Result<Response>> SessionRoutes::list_sessions(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    ASSIGN_OR_CO_RETURN(const auto sessions, co_await sessions_.list(caller.account.id));
    co_return http::json_response(Status::ok, list_to_json(sessions));
}

Task<Result<Response>> SessionRoutes::revoke_session(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    const auto id = SessionId::parse(request.parameter("sessionId"));
    if (!id) co_return Error::not_found("Session");
    CO_RETURN_IF_ERROR(co_await sessions_.revoke(caller.account.id, *id));
    co_return http::no_content();
}

}  // namespace tenon
