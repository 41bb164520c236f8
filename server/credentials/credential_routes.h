// The platform API of credentials: listing and reading. Disconnecting is connect's, since it may
// revoke at the provider.
#pragma once

#include "accounts/authorizer.h"
#include "credentials/credential_service.h"
#include "platform/http/router.h"

namespace tenon {

class CredentialRoutes {
 public:
    // All of them outlive the routes.
    CredentialRoutes(CredentialService& credentials, Authorizer& authorizer, const Clock& clock)
        : credentials_(credentials), authorizer_(authorizer), clock_(clock) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> list_credentials(const http::Request& request);
    Task<Result<http::Response>> get_credential(const http::Request& request);

    CredentialService& credentials_;
    Authorizer& authorizer_;
    const Clock& clock_;
};

}  // namespace tenon
