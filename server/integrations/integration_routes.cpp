#include "integrations/integration_routes.h"

#include <charconv>

#include "base/text.h"
#include "integrations/definition_json.h"
#include "integrations/integration_json.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

namespace {

// A ring in a neutral grey, for integrations without an icon.
constexpr std::string_view kPlaceholderIcon =
    R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">)"
    R"(<circle cx="12" cy="12" r="8" fill="none" stroke="#8a94a6" stroke-width="4"/></svg>)";

Result<IntegrationId> integration_parameter(const Request& request) {
    auto id = IntegrationId::parse(request.parameter("integrationId"));
    if (!id) return Error::not_found("Integration");
    return id;
}

// The contract has checked that it is a number within its limits.
template <class Integer>
std::optional<Integer> number_parameter(const Request& request, std::string_view name) {
    const auto text = request.query_parameter(name);
    if (!text) return std::nullopt;
    Integer number = 0;
    std::from_chars(text->data(), text->data() + text->size(), number);
    return number;
}

bool flag_parameter(const Request& request, std::string_view name) {
    return request.query_parameter(name) == "true";
}

IntegrationQuery query_of(const Request& request) {
    IntegrationQuery query;
    query.search = request.query_parameter("search").value_or("");
    query.status = parse_integration_status(request.query_parameter("status").value_or(""));
    query.cursor = request.query_parameter("cursor");
    query.limit = number_parameter<int>(request, "limit").value_or(query.limit);
    return query;
}

Response yaml_response(std::string yaml) {
    Response response;
    response.headers.set("Content-Type", "application/yaml; charset=utf-8");
    response.headers.set("Cache-Control", "no-store");
    response.body = std::move(yaml);
    return response;
}

// Sanitised when it was saved; should that ever fail, these fields keep a browser from running any
// of it.
Response icon_response(std::string_view icon) {
    Response response;
    response.headers.set("Content-Type", "image/svg+xml");
    response.headers.set("Content-Security-Policy",
                         "sandbox; default-src 'none'; style-src 'unsafe-inline'");
    response.headers.set("X-Content-Type-Options", "nosniff");
    // Pages of other origins show icons, and the address changes with the revision.
    response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    response.headers.set("Cache-Control", "public, max-age=300");
    response.body = icon;
    return response;
}

}  // namespace

IntegrationRoutes::IntegrationRoutes(IntegrationService& service, Authorizer& authorizer,
                                     const DefinitionReader& reader, std::string public_url)
    : service_(service),
      authorizer_(authorizer),
      reader_(reader),
      public_url_(std::move(public_url)) {}

void IntegrationRoutes::register_on(http::Router& router) {
    router.handle("listIntegrations", [this](const Request& r) { return list_integrations(r); });
    router.handle("createIntegration", [this](const Request& r) { return create_integration(r); });
    router.handle("getIntegration", [this](const Request& r) { return get_integration(r); });
    router.handle("updateIntegration", [this](const Request& r) { return update_integration(r); });
    router.handle("setIntegrationStatus", [this](const Request& r) { return set_status(r); });
    router.handle("deleteIntegration", [this](const Request& r) { return delete_integration(r); });
    router.handle("applyIntegrations", [this](const Request& r) { return apply_integrations(r); });
    router.handle("exportIntegration", [this](const Request& r) { return export_integration(r); });
    router.handle("exportIntegrations",
                  [this](const Request& r) { return export_integrations(r); });
    router.handle("getIntegrationIcon", [this](const Request& r) { return get_icon(r); });
}

IntegrationRoutes::Answer IntegrationRoutes::list_integrations(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationPage page,
                        co_await service_.list_integrations(caller.project_id, query_of(request)));
    JsonArray items;
    for (const Integration& integration : page.integrations) {
        items.push_back(integration_summary_json(integration, public_url_));
    }
    JsonObject answer{{"items", std::move(items)}, {"nextCursor", nullptr}};
    if (page.next_cursor) answer["nextCursor"] = *page.next_cursor;
    co_return http::json_response(Status::ok, answer);
}

IntegrationRoutes::Answer IntegrationRoutes::create_integration(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_integrations));
    ASSIGN_OR_CO_RETURN(
        const Integration created,
        co_await service_.create_integration(caller.actor, caller.project_id,
                                             parse_integration_draft(request.body_json())));
    co_return http::json_response(Status::created, integration_json(created, public_url_));
}

IntegrationRoutes::Answer IntegrationRoutes::get_integration(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    ASSIGN_OR_CO_RETURN(const Integration found,
                        co_await service_.get_integration(caller.project_id, id));
    co_return http::json_response(Status::ok, integration_json(found, public_url_));
}

IntegrationRoutes::Answer IntegrationRoutes::update_integration(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    ASSIGN_OR_CO_RETURN(
        const Integration updated,
        co_await service_.update_integration(caller.actor, caller.project_id, id,
                                             parse_integration_draft(request.body_json()),
                                             number_parameter<std::int64_t>(request, "revision")));
    co_return http::json_response(Status::ok, integration_json(updated, public_url_));
}

IntegrationRoutes::Answer IntegrationRoutes::set_status(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    const auto status = parse_integration_status(string_member(request.body_json(), "status"));
    ASSIGN_OR_CO_RETURN(const Integration updated,
                        co_await service_.set_status(caller.actor, caller.project_id, id, *status));
    co_return http::json_response(Status::ok, integration_json(updated, public_url_));
}

IntegrationRoutes::Answer IntegrationRoutes::delete_integration(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    const auto mode =
        flag_parameter(request, "force") ? DeleteMode::with_credentials : DeleteMode::only_unused;
    CO_RETURN_IF_ERROR(
        co_await service_.delete_integration(caller.actor, caller.project_id, id, mode));
    co_return http::no_content();
}

Result<DefinitionDocuments> IntegrationRoutes::read_documents(const Request& request) const {
    if (!request.json) return reader_.read_yaml(request.body);
    const JsonArray& documents = request.body_json().at("documents").as_array();
    return DefinitionDocuments{DefinitionReader::read_json(documents), {}};
}

IntegrationRoutes::Answer IntegrationRoutes::apply_integrations(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_integrations));
    ASSIGN_OR_CO_RETURN(const DefinitionDocuments documents, read_documents(request));
    const auto mode = flag_parameter(request, "dryRun") ? ApplyMode::dry_run : ApplyMode::write;
    const auto outcomes =
        co_await service_.apply(caller.actor, caller.project_id, documents.drafts, mode);
    if (!outcomes) co_return documents.with_lines(outcomes.error());
    co_return http::json_response(Status::ok, apply_result_json(*outcomes, mode));
}

IntegrationRoutes::Answer IntegrationRoutes::export_integration(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_integrations));
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    ASSIGN_OR_CO_RETURN(const Integration found,
                        co_await service_.get_integration(caller.project_id, id));
    co_return yaml_response(write_yaml(found));
}

IntegrationRoutes::Answer IntegrationRoutes::export_integrations(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_integrations));
    ASSIGN_OR_CO_RETURN(const auto all,
                        co_await service_.list_with_status(caller.project_id, std::nullopt));
    co_return yaml_response(write_yaml(all));
}

IntegrationRoutes::Answer IntegrationRoutes::get_icon(const Request& request) {
    ASSIGN_OR_CO_RETURN(const IntegrationId id, integration_parameter(request));
    ASSIGN_OR_CO_RETURN(const std::string icon, co_await service_.get_icon(id));
    co_return icon_response(icon.empty() ? kPlaceholderIcon : std::string_view(icon));
}

}  // namespace tenon
