// From rows to credentials; shared by the stores of this capability.
#pragma once

#include <vector>

#include "base/result.h"
#include "credentials/credential.h"
#include "platform/storage/database.h"

namespace tenon {

// The columns that read_credential() takes, in its order.
#define TENON_CREDENTIAL_COLUMNS                                                       \
    "project_id, id, integration_id, user_id, status, invalid_code, invalid_reason, "  \
    "external_id, provider_id, provider_data, granted_scopes, sealed_secrets, "        \
    "has_refresh_token, version, expires_at, refreshed_at, refresh_failures, "         \
    "refresh_not_before, in_doubt_since, in_doubt_attempts, lease_until, is_preview, " \
    "created_at, updated_at"
constexpr std::size_t kCredentialColumnCount = 24;

Result<Credential> read_credential(const Row& row);
Result<std::vector<Credential>> read_credentials(const Rows& rows);
Result<JsonObject> read_json_object(const std::string& text);
std::optional<Timestamp> read_time(const Row& row, std::size_t column);

}  // namespace tenon
