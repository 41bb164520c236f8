// The SDK API for user tokens that needs no workflow: the user, the project's integrations, the
// user's credentials and their configurations (paragon-contract §4.1–4.3).
#pragma once

#include "connect/connect_service.h"
#include "credentials/credential_service.h"
#include "integrations/integration_service.h"
#include "platform/http/router.h"
#include "users/user_session.h"

namespace tenon {

class UserService;

class SdkRoutes {
 public:
    struct Dependencies {
        ConnectService& connect;
        IntegrationService& integrations;
        CredentialService& credentials;
        UserService& users;
        UserAuthenticator& authenticator;
    };
    explicit SdkRoutes(Dependencies dependencies);
    void register_on(http::Router& router);

 private:
    using Answer = Task<Result<http::Response>>;
    Answer get_metadata(const http::Request& request);
    Answer get_me(const http::Request& request);
    Answer update_me(const http::Request& request);
    Answer list_integrations(const http::Request& request);
    Answer uninstall_integration(const http::Request& request);
    Answer list_credentials(const http::Request& request);
    Answer create_credential(const http::Request& request);
    Answer get_credential(const http::Request& request);
    Answer update_credential(const http::Request& request);
    Answer complete_setup(const http::Request& request);
    Answer create_configuration(const http::Request& request);
    Answer update_configuration(const http::Request& request);
    Answer delete_configuration(const http::Request& request);

    Dependencies use_;
};

}  // namespace tenon
