#include "connect/connect_routes.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "connect/connect_page.h"

namespace tenon {

namespace {

using http::Request;
using http::Response;
using http::Status;

// A form's fields (WHATWG URL, section 5); the first of a name counts, broken ones are left out.
SubmittedFields parse_form(std::string_view body) {
    SubmittedFields fields;
    for (const std::string_view part : split(body, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = form_decode(part.substr(0, equals));
        auto value = form_decode(equals < part.size() ? part.substr(equals + 1) : "");
        if (name && value && !name->empty()) fields.try_emplace(*name, std::move(*value));
    }
    return fields;
}

std::string link_of(const Request& request) { return std::string(request.parameter("link")); }

std::string path_of_link(const Request& request) {
    return "/connect/" + percent_encode(request.parameter("link"));
}

Response back_to_link(const Request& request) {
    Response response = http::redirect_to(path_of_link(request));
    response.status = static_cast<int>(Status::see_other);
    response.headers.set("Cache-Control", "no-store");
    return response;
}

Error other_origin() {
    return {ErrorKind::forbidden, "connect.other_origin",
            "This form was sent by another site. Open the link again."};
}

// Failures that leave the link usable are shown on its page; these replace the page.
bool ends_the_link(const Error& error) {
    return error.kind == ErrorKind::not_found || error.code.starts_with("connect.link_") ||
           error.code == "connect.browser_unknown";
}

ConnectLinkDraft parse_link_draft(const Json& body, ProjectId project, IntegrationId integration) {
    ConnectLinkDraft draft;
    draft.project_id = project;
    draft.user_external_id = string_member(body, "userId");
    draft.integration_id = integration;
    draft.install_options = parse_install_options(body);
    if (find_member(body, "expiresIn") != nullptr) {
        draft.life = Seconds(int_member(body, "expiresIn"));
    }
    return draft;
}

}  // namespace

ConnectRoutes::ConnectRoutes(ConnectService& connect, ConnectLinkService& links,
                             CredentialService& credentials, Authorizer& authorizer,
                             const PageRenderer& pages)
    : connect_(connect),
      links_(links),
      credentials_(credentials),
      authorizer_(authorizer),
      pages_(pages),
      cookie_(connect.options().public_url) {}

void ConnectRoutes::register_on(http::Router& router) {
    router.handle("createConnectLink", [this](const Request& r) { return create_connect_link(r); });
    router.handle("disconnectCredential",
                  [this](const Request& r) { return disconnect_credential(r); });
    router.handle("showConnectPage", [this](const Request& r) { return show_connect_page(r); });
    router.handle("submitConnectPage", [this](const Request& r) { return submit_connect_page(r); });
    router.handle("disconnectOnConnectPage",
                  [this](const Request& r) { return disconnect_on_connect_page(r); });
    router.handle("getAccentStyle", [this](const Request& r) { return get_accent_style(r); });
}

// ---- platform API ----

Task<Result<IntegrationId>> ConnectRoutes::find_integration(ProjectId project, std::string name) {
    if (const auto id = IntegrationId::parse(name)) co_return *id;
    constexpr std::string_view kPrefix = "custom.";
    const std::string slug = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
    ASSIGN_OR_CO_RETURN(const auto integration, co_await connect_.find_by_slug(project, slug));
    co_return integration->id;
}

ConnectRoutes::Answer ConnectRoutes::create_connect_link(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::connect_users));
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(
        const IntegrationId integration,
        co_await find_integration(caller.project_id, string_member(body, "integration")));
    ASSIGN_OR_CO_RETURN(const NewConnectLink made,
                        co_await links_.create_link(
                            caller.actor, parse_link_draft(body, caller.project_id, integration)));
    co_return http::json_response(
        Status::created, JsonObject{{"id", made.link.id.str()},
                                    {"url", made.url},
                                    {"userId", string_member(body, "userId")},
                                    {"integrationId", made.link.integration_id.str()},
                                    {"expiresAt", format_timestamp(made.link.expires_at)}});
}

ConnectRoutes::Answer ConnectRoutes::disconnect_credential(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_users));
    ASSIGN_OR_CO_RETURN(const CredentialId id,
                        CredentialId::parse(request.parameter("credentialId")));
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await credentials_.get_for_project(caller.project_id, id));
    CO_RETURN_IF_ERROR(co_await connect_.disconnect(caller.project_id, account.credential.user_id,
                                                    id, caller.actor));
    co_return http::no_content();
}

// ---- the page ----

Response ConnectRoutes::message_page(const Error& error) const {
    PageValues values;
    values.text = {{"title", "This link cannot be used"}, {"message", error.message}};
    return pages_.respond(static_cast<Status>(http::status_of(error.kind)), "connect/message.html",
                          values);
}

ConnectRoutes::Answer ConnectRoutes::show_connect_page(const Request& request) {
    co_return co_await page_of_link(request, {}, std::nullopt);
}

ConnectRoutes::Answer ConnectRoutes::page_of_link(const Request& request, SubmittedFields submitted,
                                                  std::optional<Error> error) {
    const auto opened = co_await links_.open_link(link_of(request), cookie_.read(request));
    if (!opened) co_return message_page(opened.error());
    const bool has_failed = error.has_value();
    if (!error && !opened->link.last_error_code.empty()) {
        error = Error{ErrorKind::unprocessable, opened->link.last_error_code,
                      opened->link.last_error_message};
    }
    const Integration& integration = *opened->integration;
    const ConnectPageView view{.link = &*opened,
                               .fields = connect_.fields_of(integration),
                               .leads_to_provider = connect_.uses_authorization_page(integration),
                               .submitted = std::move(submitted),
                               .error = error,
                               .path = path_of_link(request),
                               .public_origin = cookie_.public_origin()};
    const Status status =
        has_failed ? static_cast<Status>(http::status_of(error->kind)) : Status::ok;
    Response response =
        pages_.respond(status, "connect/link.html", connect_page_values(pages_, view));
    if (has_failed && error->retry_after) {
        response.headers.set("Retry-After", std::to_string(error->retry_after->count()));
    }
    cookie_.set(response, cookie_.read_or_make(request));
    co_return response;
}

ConnectRoutes::Answer ConnectRoutes::submit_connect_page(const Request& request) {
    if (!cookie_.is_same_origin(request)) co_return message_page(other_origin());
    SubmittedFields fields = parse_form(request.body);
    auto response = co_await go_on(request, fields);
    if (response) co_return std::move(*response);
    if (ends_the_link(response.error())) co_return message_page(response.error());
    co_return co_await page_of_link(request, std::move(fields), std::move(response).error());
}

ConnectRoutes::Answer ConnectRoutes::go_on(const Request& request, SubmittedFields fields) {
    const std::string browser = cookie_.read(request);
    ASSIGN_OR_CO_RETURN(const OpenedLink opened,
                        co_await links_.open_link(link_of(request), browser));
    if (!connect_.uses_authorization_page(*opened.integration)) {
        CO_RETURN_IF_ERROR(
            co_await links_.connect_with_fields(link_of(request), browser, std::move(fields)));
        co_return back_to_link(request);
    }
    ASSIGN_OR_CO_RETURN(const std::string url,
                        co_await links_.begin(link_of(request), browser, std::move(fields)));
    PageValues values;
    values.text = {{"integration", opened.integration->definition.name}, {"url", url}};
    co_return pages_.respond(Status::ok, "connect/leave.html", values);
}

ConnectRoutes::Answer ConnectRoutes::disconnect_on_connect_page(const Request& request) {
    if (!cookie_.is_same_origin(request)) co_return message_page(other_origin());
    const auto done = co_await links_.disconnect(link_of(request), cookie_.read(request));
    if (done) co_return back_to_link(request);
    if (ends_the_link(done.error())) co_return message_page(done.error());
    co_return co_await page_of_link(request, {}, done.error());
}

ConnectRoutes::Answer ConnectRoutes::get_accent_style(const Request& request) {
    Response response;
    response.headers.set("Content-Type", "text/css; charset=utf-8");
    response.headers.set("Cache-Control", "public, max-age=86400");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = accent_style(request.parameter("color").substr(0, 6));
    co_return response;
}

}  // namespace tenon
