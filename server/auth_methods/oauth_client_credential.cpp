// `oauth_client_credential`: the client credentials grant (RFC 6749 §4.4). The end user brings a
// client id and secret; a new token is the same request again.
#include "auth_methods/grants.h"
#include "auth_methods/methods.h"

namespace tenon {
namespace {

class ClientCredentialMethod final : public AuthMethod {
 public:
    explicit ClientCredentialMethod(TokenEndpoint& endpoint) : endpoint_(endpoint) {}

    AuthMethodKind kind() const override { return AuthMethodKind::oauth_client_credential; }
    std::vector<InputField> own_fields(const IntegrationDefinition& definition) const override {
        const bool signs = definition.authentication.client_authentication ==
                           ClientAuthentication::private_key_jwt;
        if (signs) {
            return {own_field("clientId", "Client ID", InputType::text),
                    own_field("clientSecret", "Private key (PEM)", InputType::textarea)};
        }
        return {own_field("clientId", "Client ID", InputType::text),
                own_field("clientSecret", "Client Secret", InputType::password)};
    }
    bool uses_authorization_page() const override { return false; }

    Result<AuthorizationRequest> begin(const OpenIntegration&, const CredentialSecrets&,
                                       const AuthorizationContext&) const override {
        return Error::internal("Client credentials have no authorization page.");
    }
    Task<Result<RefreshedTokens>> complete(const OpenIntegration& integration,
                                           CredentialSecrets inputs,
                                           std::optional<AuthorizationAnswer>,
                                           AuthorizationContext) const override {
        ASSIGN_OR_CO_RETURN(auto request, token_request(integration, inputs));
        co_return connected_tokens(
            integration.integration->definition.authentication,
            co_await endpoint_.ask(integration.integration, std::move(request), std::move(inputs),
                                   TokenPhase::connect));
    }
    bool can_refresh(const Integration&, const CredentialSecrets& secrets) const override {
        return !secrets.client_id.empty();
    }
    Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const OpenIntegration& integration, CredentialSecrets secrets) const override {
        ASSIGN_OR_CO_RETURN(auto request, token_request(integration, secrets));
        co_return co_await endpoint_.ask(integration.integration, std::move(request),
                                         std::move(secrets), TokenPhase::refresh);
    }
    Task<Ok> revoke(const OpenIntegration& integration, CredentialSecrets secrets) const override {
        return revoke_tokens(endpoint_, integration, std::move(secrets));
    }

 private:
    static Result<TokenRequest> token_request(const OpenIntegration& integration,
                                              const CredentialSecrets& secrets) {
        const Authentication& authentication = integration.integration->definition.authentication;
        const TemplateValues values{&integration, &secrets};
        ASSIGN_OR_RETURN(auto request,
                         begin_token_request(values, authentication.access_token_url));
        set_parameter(request, "grant_type", Secret("client_credentials"));
        if (auto scope = joined_scopes(authentication); !scope.empty()) {
            set_parameter(request, "scope", Secret(std::move(scope)));
        }
        RETURN_IF_ERROR(add_parameters(request, authentication.token_parameters, values));
        RETURN_IF_ERROR(add_headers(request, authentication.token_headers, values));
        return request;
    }

    TokenEndpoint& endpoint_;
};

}  // namespace

std::unique_ptr<AuthMethod> make_oauth_client_credential_method(TokenEndpoint& endpoint) {
    return std::make_unique<ClientCredentialMethod>(endpoint);
}

}  // namespace tenon
