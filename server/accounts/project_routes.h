// The platform API of a project: its name and origins, signing keys, environment secrets, audit
// log. The contract is projects/api.yaml; the routes are here because they ask the authorizer.
#pragma once

#include "accounts/authorizer.h"
#include "platform/http/router.h"
#include "projects/project_service.h"

namespace tenon {

class ProjectRoutes {
 public:
    // Both outlive the routes.
    ProjectRoutes(ProjectService& projects, Authorizer& authorizer)
        : projects_(projects), authorizer_(authorizer) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> get_project(const http::Request& request);
    Task<Result<http::Response>> update_project(const http::Request& request);
    Task<Result<http::Response>> list_signing_keys(const http::Request& request);
    Task<Result<http::Response>> create_signing_key(const http::Request& request);
    Task<Result<http::Response>> revoke_signing_key(const http::Request& request);
    Task<Result<http::Response>> list_secrets(const http::Request& request);
    Task<Result<http::Response>> put_secret(const http::Request& request);
    Task<Result<http::Response>> remove_secret(const http::Request& request);
    Task<Result<http::Response>> list_audit_events(const http::Request& request);

    ProjectService& projects_;
    Authorizer& authorizer_;
};

}  // namespace tenon
