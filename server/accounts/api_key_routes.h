// The platform API of a project's API keys.
#pragma once

#include "accounts/api_key_service.h"
#include "accounts/authorizer.h"
#include "platform/http/router.h"

namespace tenon {

class ApiKeyRoutes {
 public:
    // Both outlive the routes.
    ApiKeyRoutes(ApiKeyService& api_keys, Authorizer& authorizer)
        : api_keys_(api_keys), authorizer_(authorizer) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> list_api_keys(const http::Request& request);
    Task<Result<http::Response>> create_api_key(const http::Request& request);
    Task<Result<http::Response>> revoke_api_key(const http::Request& request);

    ApiKeyService& api_keys_;
    Authorizer& authorizer_;
};

}  // namespace tenon
