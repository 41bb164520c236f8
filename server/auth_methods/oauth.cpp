// `oauth`: the authorization code grant (RFC 6749 §4.1) with PKCE S256 (RFC 7636). The end user
// agrees on the provider's page; state and `iss` are compared by connect.
#include <algorithm>

#include "auth_methods/grants.h"
#include "auth_methods/methods.h"
#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

struct QueryParameter {
    std::string name;
    std::string value;
};

void set(std::vector<QueryParameter>& query, std::string name, std::string value) {
    std::erase_if(query, [&name](const QueryParameter& p) { return p.name == name; });
    query.push_back({std::move(name), std::move(value)});
}

void set_if_absent(std::vector<QueryParameter>& query, std::string name, std::string value) {
    const bool is_there =
        std::ranges::any_of(query, [&name](const QueryParameter& p) { return p.name == name; });
    if (!is_there) query.push_back({std::move(name), std::move(value)});
}

// The URL's own parameters that the flow's security does not stand on are kept byte for byte.
std::string own_query(const Url& url, const std::vector<QueryParameter>& ours) {
    std::string kept;
    for (const std::string_view pair : split(url.query, '&')) {
        if (pair.empty()) continue;
        const auto name = form_decode(pair.substr(0, pair.find('=')));
        const bool is_ours = name && std::ranges::any_of(ours, [&name](const QueryParameter& p) {
                                 return p.name == *name;
                             });
        if (is_ours) continue;
        if (!kept.empty()) kept += '&';
        kept += pair;
    }
    return kept;
}

bool has_in_query(const Url& url, std::string_view wanted) {
    return std::ranges::any_of(split(url.query, '&'), [wanted](std::string_view pair) {
        const auto name = form_decode(pair.substr(0, pair.find('=')));
        return name && *name == wanted;
    });
}

class OAuthMethod final : public AuthMethod {
 public:
    explicit OAuthMethod(TokenEndpoint& endpoint) : endpoint_(endpoint) {}

    AuthMethodKind kind() const override { return AuthMethodKind::oauth; }
    std::vector<InputField> own_fields(const IntegrationDefinition&) const override { return {}; }
    bool uses_authorization_page() const override { return true; }

    Result<AuthorizationRequest> begin(const OpenIntegration& integration,
                                       const CredentialSecrets& inputs,
                                       const AuthorizationContext& context) const override;
    Task<Result<RefreshedTokens>> complete(const OpenIntegration& integration,
                                           CredentialSecrets inputs,
                                           std::optional<AuthorizationAnswer> answer,
                                           AuthorizationContext context) const override;
    bool can_refresh(const Integration&, const CredentialSecrets& secrets) const override {
        return !secrets.refresh_token.empty();
    }
    Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const OpenIntegration& integration, CredentialSecrets secrets) const override {
        return refresh_with_token(endpoint_, integration, std::move(secrets));
    }
    Task<Ok> revoke(const OpenIntegration& integration, CredentialSecrets secrets) const override {
        return revoke_tokens(endpoint_, integration, std::move(secrets));
    }

 private:
    TokenEndpoint& endpoint_;
};

// In order of precedence: what security stands on, the definition's own parameters, the URL's own
// query, the rest.
Result<AuthorizationRequest> OAuthMethod::begin(const OpenIntegration& integration,
                                                const CredentialSecrets& inputs,
                                                const AuthorizationContext& context) const {
    const Authentication& authentication = integration.integration->definition.authentication;
    const TemplateValues values{&integration, &inputs};
    ASSIGN_OR_RETURN(const Secret rendered,
                     render(authentication.authorization_url, values, TemplatePlace::url));
    ASSIGN_OR_RETURN(Url url, Url::parse(rendered.reveal()));
    ASSIGN_OR_RETURN(const Secret client_id,
                     render(authentication.client_id, values, TemplatePlace::raw));

    std::vector<QueryParameter> query;
    for (const NamedTemplate& parameter : authentication.authorize_parameters) {
        ASSIGN_OR_RETURN(const Secret value, render(parameter.value, values, TemplatePlace::form));
        if (!value.empty()) set(query, parameter.name, std::string(value.reveal()));
    }
    set(query, "redirect_uri", context.redirect_uri);
    set(query, "state", context.state);
    if (!context.code_verifier.empty()) {
        set(query, "code_challenge", base64url_encode(sha256(context.code_verifier)));
        set(query, "code_challenge_method", "S256");
    }
    for (auto& [name, value] :
         {QueryParameter{"response_type", "code"},
          QueryParameter{authentication.client_id_parameter, std::string(client_id.reveal())},
          QueryParameter{"scope", joined_scopes(authentication)}}) {
        if (!value.empty() && !has_in_query(url, name)) set_if_absent(query, name, value);
    }

    url.query = own_query(url, query);
    for (const QueryParameter& parameter : query) {
        if (!url.query.empty()) url.query += '&';
        url.query += percent_encode(parameter.name) + '=' + percent_encode(parameter.value);
    }
    url.has_query = true;
    return AuthorizationRequest{url.str()};
}

Task<Result<RefreshedTokens>> OAuthMethod::complete(const OpenIntegration& integration,
                                                    CredentialSecrets inputs,
                                                    std::optional<AuthorizationAnswer> answer,
                                                    AuthorizationContext context) const {
    if (!answer || answer->code.empty()) {
        co_return Error{ErrorKind::invalid_input, "connect.code_missing",
                        "The provider sent no authorization code."};
    }
    const Authentication& authentication = integration.integration->definition.authentication;
    inputs.callback = answer->callback;
    const TemplateValues values{&integration, &inputs};
    ASSIGN_OR_CO_RETURN(auto request, begin_token_request(values, authentication.access_token_url));
    set_parameter(request, "grant_type", Secret("authorization_code"));
    CO_RETURN_IF_ERROR(add_parameters(request, authentication.token_parameters, values));
    set_parameter(request, "code", answer->code);
    set_parameter(request, "redirect_uri", Secret(context.redirect_uri));
    if (!context.code_verifier.empty()) {
        set_parameter(request, "code_verifier", Secret(context.code_verifier));
    }
    CO_RETURN_IF_ERROR(add_headers(request, authentication.token_headers, values));
    co_return connected_tokens(authentication,
                               co_await endpoint_.ask(integration.integration, std::move(request),
                                                      std::move(inputs), TokenPhase::connect));
}

}  // namespace

std::unique_ptr<AuthMethod> make_oauth_method(TokenEndpoint& endpoint) {
    return std::make_unique<OAuthMethod>(endpoint);
}

}  // namespace tenon
