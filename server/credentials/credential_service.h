// The verbs on credentials and their configurations: connecting an account stores one, reconnecting
// replaces its secrets in place, disconnecting forgets it. Every verb is one transaction, with its
// audit entry. Asking the provider (tokens, test endpoint, revocation) happens before, in connect/;
// keeping tokens fresh is TokenCare's.
//
// A credential of another project or user answers exactly as a missing one: not_found "not_found".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "credentials/configuration_store.h"
#include "credentials/credential.h"
#include "credentials/credential_store.h"
#include "credentials/token_care.h"
#include "platform/scheduling/task.h"
#include "projects/audit_log.h"
#include "projects/vault.h"

namespace tenon {

class SelectionCache;

// Everything the SDK sees of one connected account. `configurations` begins with the default one.
struct CredentialWithConfigurations {
    Credential credential;
    std::vector<Configuration> configurations;
    bool is_refreshing = false;  // a refresh held its lease when this was read

    const Configuration& default_configuration() const { return configurations.front(); }
};

// Whether a new connection may stand beside the user's others of that integration
// (allowMultipleCredentials), or takes the place of the oldest one, keeping its id, configurations
// and settings.
enum class AccountRule { replace_existing, add_account };

// What a completed connection brought.
struct NewCredential {
    ProjectId project_id;
    IntegrationId integration_id;
    UserId user_id;
    AccountRule account_rule = AccountRule::replace_existing;
    CredentialStatus status = CredentialStatus::valid;
    CredentialSecrets secrets;
    std::optional<Timestamp> expires_at;  // of the access token
    std::vector<std::string> granted_scopes;
    std::string external_id;  // empty: none (a replaced credential keeps its own)
    std::string provider_id;
    JsonObject provider_data;
    bool is_preview = false;
};

// What a reconnection brought; ids, configurations, settings and the external id stay.
struct ReconnectedCredential {
    CredentialStatus status = CredentialStatus::valid;
    CredentialSecrets secrets;
    std::optional<Timestamp> expires_at;
    std::vector<std::string> granted_scopes;
    std::string provider_id;
    JsonObject provider_data;
};

// Each map that is present replaces the stored one as a whole; an absent one stays
// (paragon-contract §4.2 row 9).
struct SettingsUpdate {
    std::optional<JsonObject>
        workflow_settings;  // `configuredWorkflows` and `workflowSettings` of the contract
    std::optional<JsonObject> shared_settings;
};

struct CredentialLimits {
    std::size_t accounts_per_user_and_integration_max = 100;
    std::size_t configurations_per_credential_max = 100;
    std::size_t external_id_bytes_max = 256;
    std::size_t settings_bytes_max = 256U << 10U;  // of each settings map and of the meta, as JSON
    std::size_t provider_data_bytes_max = 64U << 10U;
    std::size_t secrets_bytes_max = 256U << 10U;
    Seconds selection_cache_life{10};  // how long another node's change may go unseen
    std::size_t selection_cache_entries_max = 50'000;
};

class CredentialService {
 public:
    CredentialService(Database& database, Vault& vault, const AuditLog& audit,
                      TokenCare& token_care, const Clock& clock, CredentialLimits limits = {});
    ~CredentialService();
    CredentialService(const CredentialService&) = delete;
    CredentialService& operator=(const CredentialService&) = delete;

    // Stores a connection and its default configuration. Errors: conflict
    // "credential.external_id_taken", conflict "credential.limit_reached", invalid_input (names the
    // field), not_found when the user or the integration was deleted meanwhile.
    Task<Result<CredentialWithConfigurations>> create(NewCredential created, Actor actor);
    // Replaces the secrets in place and makes the credential VALID again. Errors: not_found.
    Task<Result<CredentialWithConfigurations>> reconnect(ProjectId project, UserId user,
                                                         CredentialId credential,
                                                         ReconnectedCredential renewed,
                                                         Actor actor);

    // ---- reading ----
    Task<Result<CredentialWithConfigurations>> get(ProjectId project, UserId user,
                                                   CredentialId credential);
    // Oldest first; of every integration when none is named.
    Task<Result<std::vector<CredentialWithConfigurations>>> find_for_user(
        ProjectId project, UserId user, std::optional<IntegrationId> integration = std::nullopt);
    // The credential that a selector names: a UUID, `ext:<external id>` or a plain external id; an
    // empty selector names the user's oldest. Errors: not_found, also for a credential of another
    // integration or user.
    Task<Result<Credential>> resolve_selector(ProjectId project, UserId user,
                                              IntegrationId integration, std::string selector);
    // The user's oldest credential of the integration. Errors: not_found.
    Task<Result<Credential>> default_for(ProjectId project, UserId user, IntegrationId integration);
    // What resolve_selector() found lately, from memory alone; nothing when it has to be asked. For
    // the hot path.
    std::optional<CredentialId> cached_selection(ProjectId project, UserId user,
                                                 IntegrationId integration,
                                                 std::string_view selector) const;
    // The configuration that a selector names (UUID, `ext:<external id>`, plain external id; empty:
    // the default).
    static Result<Configuration> select_configuration(
        const CredentialWithConfigurations& credential, std::string_view selector);
    // Opens what is sealed. For flows that need the secrets without a fresh token, such as
    // revocation.
    Task<Result<CredentialSecrets>> open_secrets(const Credential& credential);
    Task<Result<std::int64_t>> count_for_integration(ProjectId project, IntegrationId integration);

    // ---- changing ----
    Task<Result<CredentialWithConfigurations>> update_settings(ProjectId project, UserId user,
                                                               CredentialId credential,
                                                               std::string configuration_selector,
                                                               SettingsUpdate update, Actor actor);
    // Errors: invalid_input (blank external id), conflict "configuration.external_id_taken".
    Task<Result<CredentialWithConfigurations>> create_configuration(
        ProjectId project, UserId user, CredentialId credential,
        std::optional<std::string> external_id, Actor actor);
    Task<Result<CredentialWithConfigurations>> update_configuration_meta(
        ProjectId project, UserId user, CredentialId credential, std::string configuration_selector,
        JsonObject meta, Actor actor);
    // Errors: conflict "configuration.is_default".
    Task<Ok> delete_configuration(ProjectId project, UserId user, CredentialId credential,
                                  std::string configuration_selector, Actor actor);
    // `code` is short and stable, `reason` a sentence for people; both are shown.
    Task<Ok> mark_invalid(ProjectId project, CredentialId credential, std::string code,
                          std::string reason);
    // What a later user profile request learned.
    Task<Ok> update_provider_facts(ProjectId project, CredentialId credential,
                                   std::string provider_id, JsonObject provider_data);
    // Removes the rows. Revocation at the provider was done before, by connect.
    Task<Ok> disconnect(ProjectId project, UserId user, CredentialId credential, Actor actor);

    // ---- for the project's people ----
    Task<Result<CredentialWithConfigurations>> get_for_project(ProjectId project,
                                                               CredentialId credential);
    // Newest first. Errors: invalid_input for a broken cursor.
    Task<Result<CredentialPage>> list_for_project(ProjectId project, CredentialFilter filter,
                                                  std::optional<std::string> cursor, int limit);

 private:
    using Found = CredentialWithConfigurations;
    struct AuditedChange {
        std::string action;
        JsonObject details;
    };

    Ok check(const NewCredential& created) const;
    Result<Found> store_new(Connection& tx, const NewCredential& created, const ProjectKeys& keys,
                            const Actor& actor) const;
    Result<Found> replace(Connection& tx, Credential existing, const NewCredential& created,
                          const ProjectKeys& keys, const Actor& actor) const;
    Result<Found> insert(Connection& tx, const NewCredential& created, const ProjectKeys& keys,
                         const Actor& actor) const;
    Result<Found> find(Connection& tx, ProjectId project, std::optional<UserId> user,
                       CredentialId id) const;
    template <class Fn>
    Task<Result<Found>> change_configurations(ProjectId project, UserId user,
                                              CredentialId credential, Actor actor, Fn change);
    Ok append_audit(Connection& tx, const Credential& credential, const Actor& actor,
                    std::string action, JsonObject details = {}) const;

    Database& database_;
    Vault& vault_;
    const AuditLog& audit_;
    TokenCare& token_care_;
    const Clock& clock_;
    const CredentialLimits limits_;
    CredentialStore credentials_;
    ConfigurationStore configurations_;
    std::unique_ptr<SelectionCache> selections_;
};

}  // namespace tenon
