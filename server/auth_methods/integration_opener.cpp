#include "auth_methods/integration_opener.h"

#include "integrations/client_secret.h"

namespace tenon {

IntegrationOpener::IntegrationOpener(Vault& vault, EnvironmentSecretsLookup environment_secrets)
    : vault_(vault), environment_secrets_(std::move(environment_secrets)) {}

Task<Result<std::shared_ptr<const OpenIntegration>>> IntegrationOpener::open(
    std::shared_ptr<const Integration> integration) {
    auto opened = std::make_shared<OpenIntegration>();
    ASSIGN_OR_CO_RETURN(opened->environment_secrets,
                        co_await environment_secrets_(integration->project_id));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(integration->project_id));
    ASSIGN_OR_CO_RETURN(opened->client_secret,
                        open_client_secret(*integration, *keys, opened->environment_secrets));
    opened->integration = std::move(integration);
    co_return std::shared_ptr<const OpenIntegration>(std::move(opened));
}

}  // namespace tenon
