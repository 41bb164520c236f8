// `ropc_app`: the end user gives user name, password and possibly an API key, and Tenon logs in for
// him: by the password grant (RFC 6749 §4.3, a legacy that RFC 9700 advises against), or by a token
// request that the definition spells out. User name and password stay sealed in the credential,
// since logging in again is how a new token is made.
#include <utility>

#include "auth_methods/grants.h"
#include "auth_methods/methods.h"

namespace tenon {
namespace {

class PasswordMethod final : public AuthMethod {
 public:
    explicit PasswordMethod(TokenEndpoint& endpoint) : endpoint_(endpoint) {}

    AuthMethodKind kind() const override { return AuthMethodKind::ropc_app; }
    std::vector<InputField> own_fields(const IntegrationDefinition& definition) const override {
        std::vector<InputField> fields = {own_field("username", "Username", InputType::text),
                                          own_field("password", "Password", InputType::password)};
        if (definition.authentication.asks_api_key) {
            fields.push_back(own_field("apiKey", "API Key", InputType::password));
        }
        return fields;
    }
    bool uses_authorization_page() const override { return false; }

    Result<AuthorizationRequest> begin(const OpenIntegration&, const CredentialSecrets&,
                                       const AuthorizationContext&) const override {
        return Error::internal("The password grant has no authorization page.");
    }
    Task<Result<RefreshedTokens>> complete(const OpenIntegration& integration,
                                           CredentialSecrets inputs,
                                           std::optional<AuthorizationAnswer>,
                                           AuthorizationContext) const override {
        ASSIGN_OR_CO_RETURN(auto request, login_request(integration, inputs));
        co_return connected_tokens(
            integration.integration->definition.authentication,
            co_await endpoint_.ask(integration.integration, std::move(request), std::move(inputs),
                                   TokenPhase::connect));
    }
    bool can_refresh(const Integration& integration,
                     const CredentialSecrets& secrets) const override {
        return has_refresh_grant(integration, secrets) || !secrets.password.empty();
    }
    Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const OpenIntegration& integration, CredentialSecrets secrets) const override;
    Task<Ok> revoke(const OpenIntegration& integration, CredentialSecrets secrets) const override {
        return revoke_tokens(endpoint_, integration, std::move(secrets));
    }

 private:
    // A custom token request has no refresh grant unless the definition names where to send it.
    static bool has_refresh_grant(const Integration& integration,
                                  const CredentialSecrets& secrets) {
        const Authentication& authentication = integration.definition.authentication;
        return !secrets.refresh_token.empty() &&
               (!authentication.custom_token_request || !authentication.refresh_url.empty());
    }
    static Result<TokenRequest> login_request(const OpenIntegration& integration,
                                              const CredentialSecrets& secrets);

    TokenEndpoint& endpoint_;
};

// A dead refresh token is not the end while the password is known: log in again. The failed grant
// spent nothing.
Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> PasswordMethod::refresh(
    const OpenIntegration& integration, CredentialSecrets secrets) const {
    if (has_refresh_grant(*integration.integration, secrets)) {
        auto refreshed = co_await refresh_with_token(endpoint_, integration, secrets);
        const bool is_dead =
            refreshed && !refreshed->has_value() && refreshed->error().code == "invalid_grant";
        if (!is_dead || secrets.password.empty()) co_return refreshed;
    }
    ASSIGN_OR_CO_RETURN(auto request, login_request(integration, secrets));
    co_return co_await endpoint_.ask(integration.integration, std::move(request),
                                     std::move(secrets), TokenPhase::refresh);
}

Result<TokenRequest> PasswordMethod::login_request(const OpenIntegration& integration,
                                                   const CredentialSecrets& secrets) {
    const Authentication& authentication = integration.integration->definition.authentication;
    const TemplateValues values{&integration, &secrets};
    if (authentication.custom_token_request) {
        // Everything is spelled out; the token headers stand behind the request's own.
        ASSIGN_OR_RETURN(auto spelled, spelled_request(*authentication.custom_token_request,
                                                       authentication.access_token_url, values));
        auto own_headers = std::exchange(spelled.headers, {});
        RETURN_IF_ERROR(add_headers(spelled, authentication.token_headers, values));
        for (PreparedHeader& header : own_headers) spelled.headers.push_back(std::move(header));
        return spelled;
    }
    ASSIGN_OR_RETURN(auto request, begin_token_request(values, authentication.access_token_url));
    set_parameter(request, "grant_type", Secret("password"));
    set_parameter(request, "username", secrets.username);
    set_parameter(request, "password", secrets.password);
    if (auto scope = joined_scopes(authentication); !scope.empty()) {
        set_parameter(request, "scope", Secret(std::move(scope)));
    }
    RETURN_IF_ERROR(add_parameters(request, authentication.token_parameters, values));
    RETURN_IF_ERROR(add_headers(request, authentication.token_headers, values));
    return request;
}

}  // namespace

std::unique_ptr<AuthMethod> make_ropc_app_method(TokenEndpoint& endpoint) {
    return std::make_unique<PasswordMethod>(endpoint);
}

}  // namespace tenon
