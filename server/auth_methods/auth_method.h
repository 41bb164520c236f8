// An authentication method is one file: which fields the end user is asked for, how a connection
// begins and completes, how a token is refreshed. auth_methods/catalog.cpp lists them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "credentials/credential.h"
#include "credentials/token_care.h"
#include "integrations/integration.h"
#include "platform/http/client.h"

namespace tenon {

// A definition with its client secret and environment secrets opened, for the time of one flow.
struct OpenIntegration {
    std::shared_ptr<const Integration> integration;
    Secret client_secret;
    std::map<std::string, Secret> environment_secrets;
    Secret client_private_key;  // PEM; empty: none
    // Shown in mutual TLS to every host of the provider; null: none.
    std::shared_ptr<const http::ClientIdentity> identity = nullptr;
    JsonObject profile = {};  // of the account, where it is known; {{ profile.x }} when refreshing
};

// What the end user filled in, by field id: the integration's inputs and the method's own fields
// (clientId, clientSecret, username, password, apiKey).
using SubmittedFields = std::map<std::string, Secret>;

// A connection that leads through the provider's own page.
struct AuthorizationRequest {
    std::string authorization_url;  // complete, with state and challenge
};
struct AuthorizationContext {
    std::string redirect_uri;
    std::string state;
    std::string code_verifier;  // PKCE, RFC 7636; empty when the integration does not use it
};
struct AuthorizationAnswer {
    Secret code;
    std::map<std::string, Secret> callback;  // captured query parameters
};

class AuthMethod {
 public:
    virtual ~AuthMethod() = default;
    virtual AuthMethodKind kind() const = 0;
    // Fields of the method itself, asked in front of the integration's input fields.
    virtual std::vector<InputField> own_fields(const IntegrationDefinition& definition) const = 0;
    // Whether connecting leads through the provider's page (begin, then complete with the answer).
    virtual bool uses_authorization_page() const = 0;

    virtual Result<AuthorizationRequest> begin(const OpenIntegration& integration,
                                               const CredentialSecrets& inputs,
                                               const AuthorizationContext& context) const = 0;
    // Turns what was filled in (and the provider's answer, if there was a page) into a usable
    // credential's secrets. Errors name the provider's words: unprocessable
    // "connect.token_request_failed" and the like.
    virtual Task<Result<RefreshedTokens>> complete(const OpenIntegration& integration,
                                                   CredentialSecrets inputs,
                                                   std::optional<AuthorizationAnswer> answer,
                                                   AuthorizationContext context) const = 0;
    virtual bool can_refresh(const Integration& integration,
                             const CredentialSecrets& secrets) const = 0;
    virtual Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const OpenIntegration& integration, CredentialSecrets secrets) const = 0;
    // RFC 7009, best effort at disconnect; ok when there is no revocation URL.
    virtual Task<Ok> revoke(const OpenIntegration& integration,
                            CredentialSecrets secrets) const = 0;
};

// What the methods need from outside.
struct AuthMethodContext {
    http::HttpClient& client;
    const Clock& clock;
    // Of token and revocation requests; the total must stay below TokenCareOptions::lease.
    http::UpstreamLimits token_limits{.first_byte_timeout = Seconds(55),
                                      .idle_timeout = Seconds(55),
                                      .total_timeout = Seconds(60),
                                      .body_bytes_max = 1U << 20U};
};

class TokenEndpoint;

class AuthMethodCatalog {
 public:
    explicit AuthMethodCatalog(const AuthMethodContext& context);
    ~AuthMethodCatalog();
    const AuthMethod& get(AuthMethodKind kind) const;

 private:
    std::unique_ptr<TokenEndpoint> token_endpoint_;
    std::vector<std::unique_ptr<AuthMethod>> methods_;
};

}  // namespace tenon
