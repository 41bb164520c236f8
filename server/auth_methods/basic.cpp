// `basic`: API keys, user names and passwords, whatever the input fields ask for. There is no token
// request; the API setup says where the values go. Fields with well-known ids are also {{
// credential.username }} and so on.
#include "auth_methods/methods.h"

namespace tenon {
namespace {

Secret first_input(const CredentialSecrets& secrets, std::initializer_list<const char*> ids) {
    for (const char* id : ids) {
        if (const auto found = secrets.inputs.find(id); found != secrets.inputs.end()) {
            return found->second;
        }
    }
    return {};
}

class BasicMethod final : public AuthMethod {
 public:
    AuthMethodKind kind() const override { return AuthMethodKind::basic; }
    std::vector<InputField> own_fields(const IntegrationDefinition&) const override { return {}; }
    bool uses_authorization_page() const override { return false; }

    Result<AuthorizationRequest> begin(const OpenIntegration&, const CredentialSecrets&,
                                       const AuthorizationContext&) const override {
        return Error::internal("API keys have no authorization page.");
    }
    Task<Result<RefreshedTokens>> complete(const OpenIntegration&, CredentialSecrets inputs,
                                           std::optional<AuthorizationAnswer>,
                                           AuthorizationContext) const override {
        if (inputs.username.empty())
            inputs.username = first_input(inputs, {"username", "userName"});
        if (inputs.password.empty()) inputs.password = first_input(inputs, {"password"});
        if (inputs.api_key.empty()) {
            inputs.api_key = first_input(inputs, {"api_key", "apiKey", "apikey"});
        }
        RefreshedTokens tokens;
        tokens.secrets = std::move(inputs);
        co_return tokens;
    }
    bool can_refresh(const Integration&, const CredentialSecrets&) const override { return false; }
    Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const OpenIntegration&, CredentialSecrets) const override {
        co_return Error::internal("API keys are not refreshed.");
    }
    Task<Ok> revoke(const OpenIntegration&, CredentialSecrets) const override { co_return Ok(); }
};

}  // namespace

std::unique_ptr<AuthMethod> make_basic_method() { return std::make_unique<BasicMethod>(); }

}  // namespace tenon
