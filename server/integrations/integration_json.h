// Integrations as the platform API shows them (api.yaml). Nothing here ever holds a client secret.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "integrations/integration.h"
#include "integrations/integration_service.h"

namespace tenon {

// `public_url` is the origin under which browsers reach Tenon, without a final '/'.
JsonObject integration_summary_json(const Integration& integration, std::string_view public_url);
JsonObject integration_json(const Integration& integration, std::string_view public_url);
JsonObject apply_result_json(const std::vector<ApplyOutcome>& outcomes, ApplyMode mode);

// One redirect URI for each integration; to be registered at the provider.
std::string redirect_url(std::string_view public_url, IntegrationId id);
// Changes with the revision, so that browsers may keep what they have.
std::string icon_url(std::string_view public_url, const Integration& integration);

}  // namespace tenon
