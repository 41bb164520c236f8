#include "auth_methods/integration_opener.h"

#include "integrations/client_secret.h"

namespace tenon {

IntegrationOpener::IntegrationOpener(Vault& vault, EnvironmentSecretsLookup environment_secrets)
    : vault_(vault), environment_secrets_(std::move(environment_secrets)) {}

Task<Result<std::shared_ptr<const OpenIntegration>>> IntegrationOpener::open(
    std::shared_ptr<const Integration> integration, JsonObject profile) {
    auto opened = std::make_shared<OpenIntegration>();
    opened->profile = std::move(profile);
    ASSIGN_OR_CO_RETURN(opened->environment_secrets,
                        co_await environment_secrets_(integration->project_id));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(integration->project_id));
    const auto open = [&](const DefinitionSecret& which) {
        return open_definition_secret(which, *integration, *keys, opened->environment_secrets);
    };
    ASSIGN_OR_CO_RETURN(opened->client_secret, open(kClientSecret));
    ASSIGN_OR_CO_RETURN(opened->client_private_key, open(kClientPrivateKey));
    ASSIGN_OR_CO_RETURN(const Secret certificate, open(kClientCertificate));
    if (!certificate.empty()) {
        auto identity = http::ClientIdentity::from_pem(certificate);
        if (!identity) {
            co_return Error{ErrorKind::unprocessable, "integration.certificate_invalid",
                            "The client certificate cannot be used. " + identity.error().message};
        }
        opened->identity = std::move(*identity);
    }
    opened->integration = std::move(integration);
    co_return std::shared_ptr<const OpenIntegration>(std::move(opened));
}

}  // namespace tenon
