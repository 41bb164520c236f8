#include "accounts/api_key_routes.h"

#include "accounts/account_json.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

void ApiKeyRoutes::register_on(http::Router& router) {
    router.handle("listApiKeys", [this](const Request& r) { return list_api_keys(r); });
    router.handle("createApiKey", [this](const Request& r) { return create_api_key(r); });
    router.handle("revokeApiKey", [this](const Request& r) { return revoke_api_key(r); });
}

Task<Result<Response>> ApiKeyRoutes::list_api_keys(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_api_keys));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await api_keys_.list(caller.project_id));
    co_return http::json_response(Status::ok, list_to_json(keys));
}

Task<Result<Response>> ApiKeyRoutes::create_api_key(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_api_keys));
    ASSIGN_OR_CO_RETURN(const NewApiKey made,
                        co_await api_keys_.create(caller.actor, caller.project_id,
                                                  string_member(request.body_json(), "name")));
    JsonObject answer = to_json(made.key);
    answer["key"] = made.token.reveal();  // the only time it is shown
    Response response = http::json_response(Status::created, answer);
    response.headers.set("Cache-Control", "no-store");
    co_return response;
}

Task<Result<Response>> ApiKeyRoutes::revoke_api_key(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_api_keys));
    const auto id = ApiKeyId::parse(request.parameter("apiKeyId"));
    if (!id) co_return Error::not_found("API key");
    CO_RETURN_IF_ERROR(co_await api_keys_.revoke(caller.actor, caller.project_id, *id));
    co_return http::no_content();
}

}  // namespace tenon
