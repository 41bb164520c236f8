// Opens what is secret about a definition (client secret, environment secrets) for a flow or a
// call.
#pragma once

#include <functional>
#include <memory>

#include "auth_methods/auth_method.h"
#include "base/result.h"
#include "platform/scheduling/task.h"
#include "projects/vault.h"

namespace tenon {

// The environment secrets of a project, opened; from projects/.
using EnvironmentSecretsLookup =
    std::function<Task<Result<std::map<std::string, Secret>>>(ProjectId project)>;

class IntegrationOpener {
 public:
    IntegrationOpener(Vault& vault, EnvironmentSecretsLookup environment_secrets);
    // `profile` is the provider data of the account that the flow is about, if there is one
    // already.
    Task<Result<std::shared_ptr<const OpenIntegration>>> open(
        std::shared_ptr<const Integration> integration, JsonObject profile = {});

 private:
    Vault& vault_;
    EnvironmentSecretsLookup environment_secrets_;
};

}  // namespace tenon
