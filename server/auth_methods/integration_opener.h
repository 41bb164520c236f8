// Opens what is secret about a definition (client secret, environment secrets) for a flow or a call.
#pragma once

#include <memory>

#include "auth_methods/auth_method.h"
#include "base/result.h"
#include "integrations/integration_service.h"
#include "platform/scheduling/task.h"
#include "projects/project_service.h"

namespace tenon {

class IntegrationOpener {
 public:
    virtual ~IntegrationOpener() = default;
    // Opened anew at each call; keep the result no longer than a few seconds.
    virtual Task<Result<std::shared_ptr<const OpenIntegration>>> open(
        std::shared_ptr<const Integration> integration) = 0;
};

// The services outlive the opener.
std::unique_ptr<IntegrationOpener> make_integration_opener(IntegrationService& integrations,
                                                           ProjectService& projects);

}  // namespace tenon
