// The verbs and the rules of integrations. A draft may be incomplete but is never wrong; what is
// active or inactive is complete (definition_rules.h). The slug is chosen once and never changes.
// Each change is one transaction together with its audit event.
//
// An integration of another project answers exactly as a missing one: not_found "not_found".
// Thread-safe: every event loop calls the one service.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "integrations/integration.h"
#include "integrations/integration_store.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/audit_log.h"
#include "projects/vault.h"

namespace tenon {

class IntegrationCache;
struct SettleContext;

// What a person or a file says an integration should be.
struct IntegrationDraft {
    IntegrationDefinition definition;
    std::optional<IntegrationStatus> status;  // absent: `draft` for a new one, else as it was
    // Each a literal or {{ secrets.NAME }}; absent: as it was; empty: none.
    std::optional<Secret> client_secret;
    std::optional<Secret> client_private_key;
    std::optional<Secret> client_certificate;
};

// What an update expects; a stale revision gives conflict "integration.revision_conflict".
using ExpectedRevision = std::optional<std::int64_t>;

enum class DeleteMode { only_unused, with_credentials };
enum class ApplyMode { write, dry_run };
enum class ApplyChange { created, updated, unchanged };

struct ApplyOutcome {
    std::string slug;
    IntegrationId id;  // nil for what a dry run would create
    ApplyChange change = ApplyChange::unchanged;
    std::vector<std::string> changed_fields;  // "authentication.scopes"; of an update
};

struct IntegrationOptions {
    // Cached entries are compared with the database this often; what another node changed is seen
    // at the latest after cache_age_max.
    std::chrono::milliseconds cache_recheck_after{5'000};
    std::chrono::milliseconds cache_age_max{10'000};
    std::size_t cached_integrations_max = 5'000;
    std::size_t integrations_per_project_max = 2'000;
    std::size_t apply_documents_max = 200;
    // The environment secrets of a project, opened; for client secrets that are {{ secrets.NAME }}.
    std::function<Task<Result<std::map<std::string, Secret>>>(ProjectId project)>
        environment_secrets;
};

class IntegrationService {
 public:
    // What the service uses outlives it.
    IntegrationService(Database& database, Vault& vault, const AuditLog& audit, const Clock& clock,
                       IntegrationOptions options = {});
    ~IntegrationService();
    IntegrationService(const IntegrationService&) = delete;
    IntegrationService& operator=(const IntegrationService&) = delete;

    // ---- changing ----
    // Errors: invalid_input with every wrong field; conflict "integration.slug_taken",
    // "integration.limit_reached".
    Task<Result<Integration>> create_integration(Actor actor, ProjectId project,
                                                 IntegrationDraft draft);
    // Replaces the whole definition; the slug may be left out. Without a difference nothing is
    // written.
    Task<Result<Integration>> update_integration(Actor actor, ProjectId project, IntegrationId id,
                                                 IntegrationDraft draft,
                                                 ExpectedRevision expected = {});
    // Leaving `draft` runs every rule and lists what is missing; nothing becomes a draft again.
    Task<Result<Integration>> set_status(Actor actor, ProjectId project, IntegrationId id,
                                         IntegrationStatus status);
    // Errors: conflict "integration.in_use" with meta {"credentials": n} while accounts are
    // connected.
    Task<Ok> delete_integration(Actor actor, ProjectId project, IntegrationId id, DeleteMode mode);
    // Makes the project's integrations with these slugs as the drafts say, all or none, and leaves
    // others alone.
    Task<Result<std::vector<ApplyOutcome>>> apply(Actor actor, ProjectId project,
                                                  std::vector<IntegrationDraft> drafts,
                                                  ApplyMode mode);

    // ---- reading ----
    Task<Result<Integration>> get_integration(ProjectId project, IntegrationId id);
    Task<Result<std::optional<Integration>>> find_by_slug(ProjectId project, std::string slug);
    // By slug. Errors: invalid_input for a broken cursor.
    Task<Result<IntegrationPage>> list_integrations(ProjectId project, IntegrationQuery query);
    // Those of one status, or every integration of the project, by slug;
    // integrations_per_project_max bounds it.
    Task<Result<std::vector<Integration>>> list_with_status(
        ProjectId project, std::optional<IntegrationStatus> status);
    // The icon of any project's integration: icons are public, ids cannot be guessed. Empty: none
    // was given.
    Task<Result<std::string>> get_icon(IntegrationId id);

    // ---- reading through the cache ----
    Task<Result<std::shared_ptr<const Integration>>> get_cached(ProjectId project,
                                                                IntegrationId id);
    Task<Result<std::shared_ptr<const Integration>>> get_cached_by_slug(ProjectId project,
                                                                        std::string slug);
    // From memory alone; null when the get_… form has to be awaited. For the hot path.
    std::shared_ptr<const Integration> cached(ProjectId project, IntegrationId id) const;
    std::shared_ptr<const Integration> cached_by_slug(ProjectId project,
                                                      std::string_view slug) const;

    // The client secret in clear: opened, or looked up where it is {{ secrets.NAME }}. Empty when
    // there is none.
    Task<Result<Secret>> open_client_secret(const Integration& integration);

    // ---- joints with other capabilities, set once by app/ before serving ----
    // How many accounts are connected through an integration, inside the transaction that would
    // delete it.
    using CredentialCount =
        std::function<Result<std::int64_t>(Connection& tx, ProjectId project, IntegrationId id)>;
    void set_credential_count(CredentialCount count) { credential_count_ = std::move(count); }
    // Removes them, in the same transaction; returns how many there were.
    void set_credential_removal(CredentialCount removal) {
        credential_removal_ = std::move(removal);
    }
    // Which integrations use an environment secret ("integration Acme"); fits
    // ProjectService::set_secret_usage.
    Result<std::vector<std::string>> secret_usage(Connection& tx, ProjectId project,
                                                  const std::string& secret_name) const;

 private:
    struct Planned;

    Task<Result<std::shared_ptr<const ProjectKeys>>> keys_for(
        ProjectId project, const std::vector<IntegrationDraft>& drafts);
    Ok insert(Connection& tx, const Actor& actor, Integration& wanted) const;
    Ok replace(Connection& tx, const Actor& actor, const Integration& before,
               Integration& wanted) const;
    Result<std::int64_t> release_credentials(Connection& tx, ProjectId project, IntegrationId id,
                                             DeleteMode mode) const;
    Result<Planned> plan(Connection& tx, ProjectId project, const IntegrationDraft& draft,
                         SettleContext context) const;
    Result<std::vector<Planned>> plan_all(Connection& tx, ProjectId project,
                                          const std::vector<IntegrationDraft>& drafts,
                                          const ProjectKeys* keys) const;
    Ok write_planned(Connection& tx, const Actor& actor, Planned& planned) const;
    Task<std::shared_ptr<const Integration>> recheck(ProjectId project, IntegrationId id);

    Database& database_;
    Vault& vault_;
    const AuditLog& audit_;
    const Clock& clock_;
    const IntegrationOptions options_;
    IntegrationStore store_;
    CredentialCount credential_count_;
    CredentialCount credential_removal_;
    std::unique_ptr<IntegrationCache> cache_;
};

}  // namespace tenon
