// A credential is one connected account of one user for one integration: public facts in the clear,
// everything secret sealed as one JSON value. Plain values, no I/O.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/secret.h"
#include "integrations/integration.h"
#include "users/connected_user.h"

namespace tenon {

using CredentialId = Id<struct CredentialIdTag>;
using ConfigurationId = Id<struct ConfigurationIdTag>;

enum class CredentialStatus { pending, valid, invalid };

// Everything secret about a credential. Values of templates come from here: see
// CredentialSecrets::find.
struct CredentialSecrets {
    std::map<std::string, Secret> inputs;  // {{ inputs.x }}, secret or not
    Secret access_token;
    Secret refresh_token;
    Secret username;
    Secret password;
    Secret api_key;
    Secret client_id;                        // of the end user (oauth_client_credential)
    Secret client_secret;                    // of the end user
    std::map<std::string, Secret> token;     // {{ token.x }}, captured from the token answer
    std::map<std::string, Secret> callback;  // {{ callback.x }}

    Secret to_json() const;
    static Result<CredentialSecrets> from_json(const Secret& text);
};

struct Credential {
    CredentialId id;
    ProjectId project_id;
    IntegrationId integration_id;
    UserId user_id;
    CredentialStatus status = CredentialStatus::pending;
    // "invalid_grant", "refresh_lost", "token_expired", …; empty unless the status is invalid.
    std::string invalid_code;
    std::string invalid_reason;  // a sentence for people
    std::string external_id;     // empty: none; unique per integration and user
    std::string provider_id;     // empty: unknown
    JsonObject provider_data;    // flat
    std::vector<std::string> granted_scopes;
    std::optional<Timestamp> expires_at;  // of the access token, when known
    std::optional<Timestamp> refreshed_at;
    // A refresh was sent and its outcome is not stored; how many were sent since then.
    std::optional<Timestamp> refresh_in_doubt_since;
    int refresh_in_doubt_attempts = 0;
    std::optional<Timestamp> refreshing_until;    // a refresh runs, and holds its lease until then
    std::optional<Timestamp> refresh_not_before;  // backoff after a transient failure
    int refresh_failures = 0;
    std::int64_t version = 1;  // compare-and-set: every write of the secrets raises it
    bool is_preview = false;
    Timestamp created_at;
    Timestamp updated_at;
    bool has_refresh_token = false;  // among the sealed secrets
    std::string sealed_secrets;      // CredentialSecrets under the project's keys
};

// One set of user settings and workflow switches under a credential; each credential has exactly
// one default.
struct Configuration {
    ConfigurationId id;
    CredentialId credential_id;
    ProjectId project_id;
    bool is_default = false;
    std::string external_id;
    JsonObject shared_settings;
    JsonObject workflow_settings;
    JsonObject meta;
    Timestamp created_at;
    Timestamp updated_at;
};

}  // namespace tenon
