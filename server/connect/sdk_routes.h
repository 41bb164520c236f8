// The SDK API for user tokens that needs no workflow: the user, the project's integrations, the
// user's credentials and their configurations (paragon-contract §4.1–4.3).
//
// The token's permissions decide what is shown (an invisible thing answers as a missing one) and
// what is allowed (403 "7210").
#pragma once

#include <string>
#include <vector>

#include "connect/connect_service.h"
#include "connect/sdk_caller.h"
#include "connect/sdk_json.h"
#include "credentials/credential_service.h"
#include "integrations/integration_service.h"
#include "platform/http/router.h"
#include "users/user_service.h"
#include "users/user_session.h"

namespace tenon {

class SdkRoutes {
 public:
    // All of it outlives the routes.
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
    // A verb for a caller whose token is good; its errors pass through for_client().
    using Verb = Answer (SdkRoutes::*)(const http::Request& request, SdkCaller caller);
    void handle(http::Router& router, std::string_view operation, Verb verb);

    Answer get_metadata(const http::Request& request, SdkCaller caller);
    Answer get_me(const http::Request& request, SdkCaller caller);
    Answer update_me(const http::Request& request, SdkCaller caller);
    Answer list_integrations(const http::Request& request, SdkCaller caller);
    Answer uninstall_integration(const http::Request& request, SdkCaller caller);
    Answer list_credentials(const http::Request& request, SdkCaller caller);
    Answer create_credential(const http::Request& request, SdkCaller caller);
    Answer get_credential(const http::Request& request, SdkCaller caller);
    Answer update_credential(const http::Request& request, SdkCaller caller);
    Answer complete_setup(const http::Request& request, SdkCaller caller);
    Answer create_configuration(const http::Request& request, SdkCaller caller);
    Answer update_configuration(const http::Request& request, SdkCaller caller);
    Answer delete_configuration(const http::Request& request, SdkCaller caller);

    Answer show_user(const SdkCaller& caller);
    Answer show_account(const http::Request& request, const SdkCaller& caller, std::string type);
    Task<Ok> merge_header_meta(const http::Request& request, const SdkCaller& caller);
    // What the caller's token lets him see.
    Task<Result<std::vector<SdkIntegration>>> visible_integrations(const SdkCaller& caller);
    Task<Result<std::vector<CredentialWithConfigurations>>> visible_accounts(
        const SdkCaller& caller);
    // The credential of the path: a UUID or "ext:<external id>".
    // The caller's account of this id, if it is one of the integration.
    Task<Result<CredentialWithConfigurations>> find_connected(const SdkCaller& caller,
                                                              IntegrationId integration,
                                                              std::string id);
    Task<Result<CredentialWithConfigurations>> find_account(const http::Request& request,
                                                            const SdkCaller& caller);
    Task<Result<CredentialWithConfigurations>> find_account_for(const http::Request& request,
                                                                const SdkCaller& caller,
                                                                std::string_view permission);
    Task<Result<std::string>> type_of(const Credential& credential);

    Dependencies use_;
    SdkContext context_;
};

}  // namespace tenon
