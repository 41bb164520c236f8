#include "accounts/project_routes.h"

#include <charconv>

#include "projects/project_json.h"

namespace tenon {
namespace {

using http::Request;
using http::Response;
using http::Status;

constexpr int kPageItemsDefault = 50;

template <class Item>
Json page_json(const std::vector<Item>& items, const std::optional<std::string>& next_cursor) {
    JsonArray array;
    array.reserve(items.size());
    for (const Item& item : items) array.push_back(to_json(item));
    return JsonObject{{"items", std::move(array)},
                      {"nextCursor", next_cursor ? Json(*next_cursor) : Json(nullptr)}};
}

// The contract has checked that it is an integer from 1 to 200.
int limit_of(const Request& request) {
    const std::string text = request.query_parameter("limit").value_or("");
    int limit = kPageItemsDefault;
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return limit;
}

ProjectChange change_of(const Json& body) {
    ProjectChange change;
    change.name = optional_string_member(body, "name");
    if (const Json* origins = find_member(body, "allowedOrigins")) {
        change.allowed_origins.emplace();
        for (const Json& origin : origins->as_array()) {
            change.allowed_origins->emplace_back(origin.as_string());
        }
    }
    return change;
}

}  // namespace

void ProjectRoutes::register_on(http::Router& router) {
    router.handle("getProject", [this](const Request& r) { return get_project(r); });
    router.handle("updateProject", [this](const Request& r) { return update_project(r); });
    router.handle("listSigningKeys", [this](const Request& r) { return list_signing_keys(r); });
    router.handle("createSigningKey", [this](const Request& r) { return create_signing_key(r); });
    router.handle("revokeSigningKey", [this](const Request& r) { return revoke_signing_key(r); });
    router.handle("listSecrets", [this](const Request& r) { return list_secrets(r); });
    router.handle("putSecret", [this](const Request& r) { return put_secret(r); });
    router.handle("removeSecret", [this](const Request& r) { return remove_secret(r); });
    router.handle("listAuditEvents", [this](const Request& r) { return list_audit_events(r); });
}

Task<Result<Response>> ProjectRoutes::get_project(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_project));
    ASSIGN_OR_CO_RETURN(const Project project, co_await projects_.get_project(caller.project_id));
    co_return http::json_response(Status::ok, to_json(project));
}

Task<Result<Response>> ProjectRoutes::update_project(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_project));
    ASSIGN_OR_CO_RETURN(const Project project,
                        co_await projects_.update_project(caller.actor, caller.project_id,
                                                          change_of(request.body_json())));
    co_return http::json_response(Status::ok, to_json(project));
}

Task<Result<Response>> ProjectRoutes::list_signing_keys(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_signing_keys));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await projects_.list_signing_keys(caller.project_id));
    co_return http::json_response(Status::ok, page_json(keys, std::nullopt));
}

Task<Result<Response>> ProjectRoutes::create_signing_key(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_signing_keys));
    ASSIGN_OR_CO_RETURN(const NewSigningKey made,
                        co_await projects_.create_signing_key(caller.actor, caller.project_id));
    JsonObject answer = to_json(made.key);
    answer["privateKey"] = made.private_pem.reveal();  // the only time it is shown
    Response response = http::json_response(Status::created, answer);
    response.headers.set("Cache-Control", "no-store");
    co_return response;
}

Task<Result<Response>> ProjectRoutes::revoke_signing_key(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_signing_keys));
    const auto id = SigningKeyId::parse(request.parameter("signingKeyId"));
    if (!id) co_return Error::not_found("Signing key");
    CO_RETURN_IF_ERROR(co_await projects_.revoke_signing_key(caller.actor, caller.project_id, *id));
    co_return http::no_content();
}

Task<Result<Response>> ProjectRoutes::list_secrets(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_secrets));
    ASSIGN_OR_CO_RETURN(const auto secrets,
                        co_await projects_.list_environment_secrets(caller.project_id));
    co_return http::json_response(Status::ok, page_json(secrets, std::nullopt));
}

Task<Result<Response>> ProjectRoutes::put_secret(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_secrets));
    ASSIGN_OR_CO_RETURN(
        const EnvironmentSecret secret,
        co_await projects_.put_environment_secret(
            caller.actor, caller.project_id, std::string(request.parameter("secretName")),
            Secret(string_member(request.body_json(), "value"))));
    co_return http::json_response(Status::ok, to_json(secret));
}

Task<Result<Response>> ProjectRoutes::remove_secret(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_secrets));
    CO_RETURN_IF_ERROR(co_await projects_.remove_environment_secret(
        caller.actor, caller.project_id, std::string(request.parameter("secretName"))));
    co_return http::no_content();
}

Task<Result<Response>> ProjectRoutes::list_audit_events(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_audit_log));
    ASSIGN_OR_CO_RETURN(
        const AuditPage page,
        co_await projects_.list_audit_events(caller.project_id, request.query_parameter("cursor"),
                                             limit_of(request)));
    co_return http::json_response(Status::ok, page_json(page.entries, page.next_cursor));
}

}  // namespace tenon
