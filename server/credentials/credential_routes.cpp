#include "credentials/credential_routes.h"

#include "credentials/credential_json.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

void CredentialRoutes::register_on(http::Router& router) {
    router.handle("listCredentials", [this](const Request& r) { return list_credentials(r); });
    router.handle("getCredential", [this](const Request& r) { return get_credential(r); });
}

namespace {

constexpr int kPageDefault = 50;

// The contract has checked the forms already.
Result<CredentialFilter> parse_filter(const Request& request) {
    CredentialFilter filter;
    if (const auto user = request.query_parameter("userId")) {
        ASSIGN_OR_RETURN(filter.user_id, UserId::parse(*user));
    }
    if (const auto integration = request.query_parameter("integrationId")) {
        ASSIGN_OR_RETURN(filter.integration_id, IntegrationId::parse(*integration));
    }
    filter.status = parse_credential_status(request.query_parameter("status").value_or(""));
    return filter;
}

}  // namespace

Task<Result<Response>> CredentialRoutes::list_credentials(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_users));
    ASSIGN_OR_CO_RETURN(auto filter, parse_filter(request));
    const auto limit = request.query_parameter("limit");
    ASSIGN_OR_CO_RETURN(const auto page,
                        co_await credentials_.list_for_project(
                            caller.project_id, std::move(filter), request.query_parameter("cursor"),
                            limit ? std::stoi(*limit) : kPageDefault));
    co_return http::json_response(Status::ok, to_json(page, clock_.now()));
}

Task<Result<Response>> CredentialRoutes::get_credential(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_users));
    const auto id = CredentialId::parse(request.parameter("credentialId"));
    if (!id) co_return Error::not_found("Credential");
    ASSIGN_OR_CO_RETURN(const auto credential,
                        co_await credentials_.get_for_project(caller.project_id, *id));
    co_return http::json_response(Status::ok, to_json(credential, clock_.now()));
}

}  // namespace tenon
