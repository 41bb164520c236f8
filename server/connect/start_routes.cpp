#include "connect/start_routes.h"

#include <utility>

#include "base/url.h"

namespace tenon {

namespace {

using http::Request;
using http::Response;
using http::Status;

Result<AuthorizationStart> parse_connection(const Json& body) {
    AuthorizationStart start;
    ASSIGN_OR_RETURN(start.integration_id,
                     IntegrationId::parse(string_member(body, "integrationId")));
    if (const Json* fields = find_member(body, "fields")) start.fields = submitted_fields(*fields);
    if (const Json* options = find_member(body, "installOptions")) {
        start.install_options = parse_install_options(*options);
        start.install_options.is_preview = false;  // only the project's people make previews
        start.redirect_override = string_member(*options, "overrideRedirectUrl");
    }
    start.session_key = string_member(body, "sessionKey");
    start.origin = string_member(body, "origin");
    start.return_url = string_member(body, "returnUrl");
    return start;
}

StartVisit visit_of(const Request& request, std::string browser) {
    StartVisit visit{.ticket = std::string(request.parameter("ticket")),
                     .browser = std::move(browser),
                     .referrer_origin = {}};
    if (const auto referrer = Url::parse(request.headers.get("Referer"))) {
        visit.referrer_origin = referrer->origin();
    }
    return visit;
}

}  // namespace

StartRoutes::StartRoutes(ConnectService& connect, UserAuthenticator& users,
                         const PageRenderer& pages)
    : connect_(connect), users_(users), pages_(pages), cookie_(connect.options().public_url) {}

void StartRoutes::register_on(http::Router& router) {
    router.handle("beginSdkConnection", [this](const Request& r) { return begin_connection(r); });
    router.handle("getSdkPortal", [this](const Request& r) { return get_portal(r); });
    router.handle("showStartPage", [this](const Request& r) { return show_start_page(r); });
    router.handle("confirmStartPage", [this](const Request& r) { return confirm_start_page(r); });
}

StartRoutes::Answer StartRoutes::begin_connection(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(users_, request, TokenSource::header));
    ASSIGN_OR_CO_RETURN(AuthorizationStart start, parse_connection(request.body_json()));
    ASSIGN_OR_CO_RETURN(const std::string url, for_client(co_await connect_.begin_at_start_page(
                                                   std::move(caller.party), std::move(start))));
    co_return http::json_response(Status::created, JsonObject{{"url", url}});
}

// The browser already refuses to frame the portal elsewhere (FramePolicy), but only this answer
// knows the project of the token that the framing page passed in.
StartRoutes::Answer StartRoutes::get_portal(const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(users_, request, TokenSource::header));
    const ProjectId project = caller.party.project_id;
    ASSIGN_OR_CO_RETURN(const std::string name, co_await connect_.project_name(project));
    const Ok allowed =
        co_await connect_.check_origin(project, request.query_parameter("origin").value_or(""));
    JsonArray own;
    for (const std::string& origin : connect_.own_origins()) own.emplace_back(origin);
    co_return http::json_response(Status::ok, JsonObject{{"originAllowed", allowed.has_value()},
                                                         {"projectName", name},
                                                         {"ownOrigins", std::move(own)}});
}

// A navigation, so that its failures are pages too.
StartRoutes::Answer StartRoutes::show_start_page(const Request& request) {
    const std::string browser = cookie_.read_or_make(request);
    const auto page = co_await connect_.open_start_page(visit_of(request, browser));
    PageValues values;
    if (!page) {
        values.text = {{"title", "This did not work"}, {"message", page.error().message}};
        co_return pages_.respond(static_cast<Status>(http::status_of(page.error().kind)),
                                 "connect/message.html", values);
    }
    Response response;
    if (page->is_confirmed) {
        response = http::redirect_to(page->authorization_url);
        response.status = static_cast<int>(Status::see_other);
        response.headers.set("Referrer-Policy", "no-referrer");
        response.headers.set("Cache-Control", "no-store");
    } else {
        values.text = {{"origin", page->origin}, {"url", page->authorization_url}};
        response = pages_.respond(Status::ok, "connect/start.html", values);
    }
    cookie_.set(response, browser);
    co_return response;
}

// Sent by the start page's script, which alone sees that the answer came from the waiting window.
StartRoutes::Answer StartRoutes::confirm_start_page(const Request& request) {
    const std::string browser = cookie_.read(request);
    if (browser.empty() || !cookie_.is_same_origin(request)) {
        co_return Error{ErrorKind::unprocessable, "connect.browser_unknown",
                        "This request must come from the start page, with its cookie."};
    }
    ASSIGN_OR_CO_RETURN(
        const bool confirmed,
        co_await connect_.confirm_start_page(visit_of(request, browser),
                                             string_member(request.body_json(), "sessionKey")));
    co_return http::json_response(Status::ok, JsonObject{{"confirmed", confirmed}});
}

}  // namespace tenon
