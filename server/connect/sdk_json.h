// The shapes of the SDK API (paragon-contract §4.1–4.3, sdk-wire-contract §3 and §7). Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "credentials/credential_service.h"
#include "integrations/integration.h"
#include "users/connected_user.h"
#include "users/user_session.h"

namespace tenon {

// What stands beside a definition in its SDK form.
struct SdkIntegration {
    std::shared_ptr<const Integration> integration;
    std::vector<InputField> fields;                      // everything the end user is asked for
    std::vector<CredentialWithConfigurations> accounts;  // of the calling user, oldest first
};

struct SdkContext {
    std::string public_url;  // without a trailing slash
};

// Absolute; the client cuts what follows ".svg".
std::string icon_url(const SdkContext& context, const Integration& integration);
// A field as the published client names it: TEXT_NO_VARS, PASSWORD, ENUM, …
JsonObject input_field_json(const InputField& field);

JsonObject sdk_metadata_json(const SdkContext& context, const Integration& integration);
JsonObject sdk_integration_json(const SdkContext& context, const SdkIntegration& integration);
JsonObject sdk_credential_json(const CredentialWithConfigurations& account);
// The user's state: one entry for each integration, connected or not.
JsonObject sdk_user_json(const ConnectedUser& user,
                         const std::vector<SdkIntegration>& integrations);
// The single-integration form of GET /sdk/credentials?integration=…
JsonObject sdk_account_json(const SdkContext& context, const SdkIntegration& integration,
                            const CredentialWithConfigurations& account);

}  // namespace tenon
