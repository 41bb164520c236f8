#include "connect/sdk_oauth_routes.h"

#include <fmt/format.h>
#include <utility>

namespace tenon {

namespace {

using http::Request;
using http::Response;
using http::Status;

std::string query_text(const Request& request, std::string_view name) {
    return request.query_parameter(name).value_or("");
}

// A query parameter that holds a JSON object; an empty one stands for {}.
Result<Json> query_object(const Request& request, std::string_view name) {
    const std::string text = query_text(request, name);
    if (text.empty() || text == "undefined" || text == "null") return Json(JsonObject());
    auto json = parse_json(text);
    if (json && json->is_object()) return json;
    return Error::invalid_field(std::string(name), "must be a JSON object");
}

Result<AuthorizationStart> parse_start(const Request& request, std::string_view session_name) {
    AuthorizationStart start;
    ASSIGN_OR_RETURN(start.integration_id,
                     IntegrationId::parse(query_text(request, "integrationId")));
    ASSIGN_OR_RETURN(const Json fields, query_object(request, "endUserSuppliedValues"));
    start.fields = submitted_fields(fields);
    ASSIGN_OR_RETURN(const Json options, query_object(request, "installOptions"));
    start.install_options = parse_install_options(options);
    start.install_options.is_preview = false;  // only the project's people make previews
    start.redirect_override = query_text(request, "redirectUrl");
    start.session_key = query_text(request, session_name);
    start.origin = query_text(request, "originForPostMessage");
    return start;
}

JsonObject error_json(const Error& error) {
    const Response response = http::error_response(error);
    const auto json = parse_json(response.body);
    return json && json->is_object() ? json->get_object() : JsonObject();
}

// What the callback page posts to its opener (sdk-wire-contract §6.1).
JsonObject end_message(const AuthorizationEnd& end) {
    const std::string integration = end.integration_id.str();
    if (end.error) {
        return {{"type", "oauth_error_callback"},
                {"error", end.error->message},
                {"errorResponse", error_json(for_client(*end.error))},
                {"integrationId", integration}};
    }
    if (end.handle.empty() && end.posts_plainly) {
        return {{"type", "tenon_connect_end"}, {"integrationId", integration}};
    }
    if (end.handle.empty()) return {};
    JsonObject payload{{kHandleMember, end.handle.reveal()}};
    return {{"type", "oauth_success_callback"},
            {"credential",
             JsonObject{{"integrationId", integration}, {"payload", std::move(payload)}}}};
}

JsonObject session_json(const SessionState& state) {
    JsonObject answer{{"status", state.status}};
    if (state.credential_id) answer["connectCredentialId"] = state.credential_id->str();
    if (state.status == "failed") {
        answer["error"] = JsonObject{{"code", state.error_code}, {"message", state.error_message}};
    }
    return answer;
}

// The address of the product's page, with how it ended as its fragment. A fragment of its own is
// kept, since some products route by it.
std::string with_outcome(const std::string& address, bool has_failed) {
    if (address.find('#') != std::string::npos) return address;
    return address + (has_failed ? "#tenon-connect=failed" : "#tenon-connect=connected");
}

Response redirect_without_traces(const std::string& address) {
    Response response = http::redirect_to(address);
    response.status = static_cast<int>(Status::see_other);
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
    return response;
}

Status status_of_page(const Error& error) {
    return static_cast<Status>(http::status_of(error.kind));
}

}  // namespace

SdkOauthRoutes::SdkOauthRoutes(ConnectService& connect, UserAuthenticator& users,
                               const PageRenderer& pages)
    : connect_(connect), users_(users), pages_(pages), cookie_(connect.options().public_url) {}

void SdkOauthRoutes::register_on(http::Router& router) {
    router.handle("showOauthNonce", [this](const Request& r) { return show_nonce_page(r); });
    router.handle("confirmOauthNonce", [this](const Request& r) { return confirm_nonce(r); });
    router.handle("buildOauth", [this](const Request& r) { return build_oauth(r); });
    router.handle("redirectToOauth", [this](const Request& r) { return redirect_to_oauth(r); });
    router.handle("getOauthSession", [this](const Request& r) { return get_session(r); });
    router.handle("deleteOauthSession", [this](const Request& r) { return delete_session(r); });
    router.handle("oauthCallback", [this](const Request& r) { return oauth_callback(r); });
}

Response SdkOauthRoutes::message_page(const Error& error) const {
    PageValues values;
    values.text = {{"title", "This did not work"}, {"message", error.message}};
    Response page = pages_.respond(status_of_page(error), "connect/message.html", values);
    if (error.retry_after)
        page.headers.set("Retry-After", std::to_string(error.retry_after->count()));
    return page;
}

// Navigations answer with a page, never with JSON.
SdkOauthRoutes::Answer SdkOauthRoutes::show_nonce_page(const Request& request) {
    auto page = co_await bind_and_show(request);
    co_return page ? std::move(*page) : message_page(page.error());
}

Task<Result<Response>> SdkOauthRoutes::bind_and_show(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller, co_await authenticate_caller(
                                              users_, request, TokenSource::header_or_query));
    const std::string origin = query_text(request, "originForPostMessage");
    CO_RETURN_IF_ERROR(co_await connect_.check_origin(caller.party.project_id, origin));
    const std::string browser = cookie_.read_or_make(request);
    CO_RETURN_IF_ERROR(co_await connect_.bind_browser(std::move(caller.party),
                                                      {.browser = browser, .opener_origin = {}}));
    PageValues values;
    values.text = {{"origin", origin}, {"publicOrigin", cookie_.public_origin()}};
    Response response = pages_.respond(Status::ok, "connect/nonce.html", values);
    cookie_.set(response, browser);
    co_return response;
}

// Sent by the nonce page's script, which alone sees which window opened it.
SdkOauthRoutes::Answer SdkOauthRoutes::confirm_nonce(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(users_, request, TokenSource::header));
    const std::string browser = cookie_.read(request);
    if (browser.empty() || !cookie_.is_same_origin(request)) {
        co_return Error{ErrorKind::unprocessable, "connect.browser_unknown",
                        "This request must come from the nonce page, with its cookie."};
    }
    ASSIGN_OR_CO_RETURN(const bool confirmed,
                        co_await connect_.bind_browser(
                            std::move(caller.party),
                            {.browser = browser,
                             .opener_origin = string_member(request.body_json(), "openerOrigin")}));
    co_return http::json_response(Status::ok, JsonObject{{"confirmed", confirmed}});
}

SdkOauthRoutes::Answer SdkOauthRoutes::build_oauth(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller, co_await authenticate_caller(
                                              users_, request, TokenSource::header_or_query));
    ASSIGN_OR_CO_RETURN(AuthorizationStart start, parse_start(request, "oauthMetaKeyId"));
    ASSIGN_OR_CO_RETURN(const std::string url, for_client(co_await connect_.begin_authorization(
                                                   std::move(caller.party), std::move(start))));
    co_return http::json_response(Status::ok, JsonObject{{"redirectUrl", url}});
}

SdkOauthRoutes::Answer SdkOauthRoutes::redirect_to_oauth(const Request& request) {
    auto response = co_await bind_and_redirect(request);
    co_return response ? std::move(*response) : message_page(response.error());
}

// No page of ours sees the opener here, so the browser stays unconfirmed, and the flow ends by the
// handle that only the opener's origin receives.
Task<Result<Response>> SdkOauthRoutes::bind_and_redirect(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller, co_await authenticate_caller(
                                              users_, request, TokenSource::header_or_query));
    ASSIGN_OR_CO_RETURN(AuthorizationStart start, parse_start(request, "sessionId"));
    const std::string browser = cookie_.read_or_make(request);
    CO_RETURN_IF_ERROR(
        co_await connect_.bind_browser(caller.party, {.browser = browser, .opener_origin = {}}));
    ASSIGN_OR_CO_RETURN(const std::string url, co_await connect_.begin_authorization(
                                                   std::move(caller.party), std::move(start)));
    Response response = http::redirect_to(url);
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cache-Control", "no-store");
    cookie_.set(response, browser);
    co_return response;
}

SdkOauthRoutes::Answer SdkOauthRoutes::get_session(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(users_, request, TokenSource::header));
    ASSIGN_OR_CO_RETURN(const SessionState state,
                        co_await connect_.find_session(std::move(caller.party),
                                                       std::string(request.parameter("key"))));
    co_return http::json_response(Status::ok, session_json(state));
}

SdkOauthRoutes::Answer SdkOauthRoutes::delete_session(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(users_, request, TokenSource::header));
    CO_RETURN_IF_ERROR(co_await connect_.end_session(std::move(caller.party),
                                                     std::string(request.parameter("key"))));
    co_return http::no_content();
}

SdkOauthRoutes::Answer SdkOauthRoutes::oauth_callback(const Request& request) {
    const AuthorizationEnd end = co_await connect_.complete_authorization(
        {.integration = std::string(request.parameter("integrationId")),
         .query = request.query,
         .browser = cookie_.read(request)});
    if (end.kind == AuthorizationEnd::Kind::refused) co_return message_page(*end.error);
    if (!end.return_url.empty()) {
        co_return redirect_without_traces(with_outcome(end.return_url, end.error.has_value()));
    }
    if (end.link_token.empty()) co_return end_page(end);
    // The connect page tells how it ended, and its address holds no code.
    co_return redirect_without_traces("/connect/" + std::string(end.link_token.reveal()));
}

Response SdkOauthRoutes::end_page(const AuthorizationEnd& end) const {
    const std::string name = end.integration_name.empty() ? "the account" : end.integration_name;
    PageValues values;
    values.text["origin"] = end.origin;
    const JsonObject message = end_message(end);
    if (!message.empty()) values.text["message"] = write_json(message);
    if (end.error) {
        values.text["title"] = fmt::format("{} was not connected", name);
        values.text["lead"] = end.error->message;
        values.text["state"] = "failed";
    } else {
        values.text["title"] = fmt::format("{} is connected", name);
        values.text["lead"] = "You can close this window and go on where you came from.";
        values.text["state"] = "connected";
    }
    if (end.kind == AuthorizationEnd::Kind::answered) {
        values.text["title"] = fmt::format("Finishing with {}", name);
        values.text["lead"] = "Go back to the window you came from; it finishes the connection.";
    }
    return pages_.respond(end.error ? Status::bad_request : Status::ok, "connect/callback.html",
                          values);
}

}  // namespace tenon
