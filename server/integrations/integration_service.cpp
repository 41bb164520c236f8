#include "integrations/integration_service.h"

#include <fmt/format.h>

#include "integrations/client_secret.h"
#include "integrations/draft_rules.h"
#include "integrations/integration_cache.h"

namespace tenon {
namespace {

AuditEvent audit_event(const Actor& actor, std::string_view action, const Integration& integration,
                       const std::vector<std::string>& changes = {}) {
    JsonObject details{{"name", integration.definition.name},
                       {"slug", integration.definition.slug},
                       {"status", name_of(integration.status)}};
    if (!changes.empty()) details["changedFields"] = JsonArray(changes.begin(), changes.end());
    return {actor, "integration." + std::string(action), "integration", integration.id.str(),
            std::move(details)};
}

Error revision_conflict() {
    return {ErrorKind::conflict, "integration.revision_conflict",
            "The integration was changed meanwhile; read it again."};
}

Error still_in_use(std::int64_t credentials) {
    Error error{
        ErrorKind::conflict, "integration.in_use",
        fmt::format(
            "{} accounts are connected through this integration. Disconnect them, or delete "
            "it with force.",
            credentials)};
    error.meta_json = fmt::format(R"({{"credentials":{}}})", credentials);
    return error;
}

template <class T>
Result<T> found_or_error(Result<std::optional<T>> found) {
    if (!found) return std::move(found).error();
    if (!*found) return Error::not_found("Integration");
    return std::move(**found);
}

}  // namespace

IntegrationService::IntegrationService(Database& database, Vault& vault, const AuditLog& audit,
                                       const Clock& clock, IntegrationOptions options)
    : database_(database),
      vault_(vault),
      audit_(audit),
      clock_(clock),
      options_(std::move(options)),
      cache_(std::make_unique<IntegrationCache>(
          IntegrationCache::Limits{options_.cache_recheck_after, options_.cache_age_max,
                                   options_.cached_integrations_max},
          clock)) {}

IntegrationService::~IntegrationService() = default;

// ---- changing ----

// The project's keys, or null when no draft needs them.
Task<Result<std::shared_ptr<const ProjectKeys>>> IntegrationService::keys_for(
    ProjectId project, const std::vector<IntegrationDraft>& drafts) {
    for (const IntegrationDraft& draft : drafts) {
        if (brings_literal_secret(draft)) co_return co_await vault_.keys(project);
    }
    co_return std::shared_ptr<const ProjectKeys>();
}

Ok IntegrationService::insert(Connection& tx, const Actor& actor, Integration& wanted) const {
    ASSIGN_OR_RETURN(const std::int64_t count, store_.count(tx, wanted.project_id));
    if (count >= static_cast<std::int64_t>(options_.integrations_per_project_max)) {
        return Error{ErrorKind::conflict, "integration.limit_reached",
                     fmt::format("A project is limited to {} integrations.",
                                 options_.integrations_per_project_max)};
    }
    wanted.revision = 1;
    wanted.created_at = wanted.updated_at = clock_.now();
    RETURN_IF_ERROR(store_.insert(tx, wanted));
    return audit_.append(tx, wanted.project_id, audit_event(actor, "created", wanted));
}

// Writes `wanted` over `before` when they differ; `wanted` is then as stored.
Ok IntegrationService::replace(Connection& tx, const Actor& actor, const Integration& before,
                               Integration& wanted) const {
    const std::vector<std::string> changes = list_changes(before, wanted);
    if (changes.empty()) return {};
    wanted.revision = before.revision + 1;
    wanted.updated_at = clock_.now();
    ASSIGN_OR_RETURN(const bool written, store_.update(tx, wanted));
    if (!written) return revision_conflict();
    return audit_.append(tx, wanted.project_id, audit_event(actor, "updated", wanted, changes));
}

Task<Result<Integration>> IntegrationService::create_integration(Actor actor, ProjectId project,
                                                                 IntegrationDraft draft) {
    std::vector<IntegrationDraft> drafts;
    drafts.push_back(std::move(draft));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await keys_for(project, drafts));
    ASSIGN_OR_CO_RETURN(Integration wanted,
                        settle(drafts.front(), {nullptr, keys.get(), IntegrationId::random(), ""}));
    wanted.project_id = project;
    CO_RETURN_IF_ERROR(
        co_await database_.write([&](Connection& tx) { return insert(tx, actor, wanted); }));
    co_return wanted;
}

Task<Result<Integration>> IntegrationService::update_integration(Actor actor, ProjectId project,
                                                                 IntegrationId id,
                                                                 IntegrationDraft draft,
                                                                 ExpectedRevision expected) {
    std::vector<IntegrationDraft> drafts;
    drafts.push_back(std::move(draft));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await keys_for(project, drafts));
    ASSIGN_OR_CO_RETURN(Integration updated,
                        co_await database_.write([&](Connection& tx) -> Result<Integration> {
                            ASSIGN_OR_RETURN(const Integration before,
                                             found_or_error(store_.find(tx, project, id)));
                            if (expected && *expected != before.revision)
                                return revision_conflict();
                            ASSIGN_OR_RETURN(Integration wanted,
                                             settle(drafts.front(), {&before, keys.get(), id, ""}));
                            RETURN_IF_ERROR(replace(tx, actor, before, wanted));
                            return wanted;
                        }));
    cache_->forget(project, id);
    co_return updated;
}

Task<Result<Integration>> IntegrationService::set_status(Actor actor, ProjectId project,
                                                         IntegrationId id,
                                                         IntegrationStatus status) {
    ASSIGN_OR_CO_RETURN(
        Integration updated, co_await database_.write([&](Connection& tx) -> Result<Integration> {
            ASSIGN_OR_RETURN(const Integration before,
                             found_or_error(store_.find(tx, project, id)));
            IntegrationDraft draft;
            draft.definition = before.definition;
            draft.status = status;
            ASSIGN_OR_RETURN(Integration wanted, settle(draft, {&before, nullptr, id, ""}));
            RETURN_IF_ERROR(replace(tx, actor, before, wanted));
            return wanted;
        }));
    cache_->forget(project, id);
    co_return updated;
}

// The accounts of an integration that is about to be deleted: none, or removed by force. Returns
// how many were removed.
Result<std::int64_t> IntegrationService::release_credentials(Connection& tx, ProjectId project,
                                                             IntegrationId id,
                                                             DeleteMode mode) const {
    if (mode == DeleteMode::with_credentials) {
        return credential_removal_ ? credential_removal_(tx, project, id) : 0;
    }
    if (!credential_count_) return 0;
    ASSIGN_OR_RETURN(const std::int64_t credentials, credential_count_(tx, project, id));
    if (credentials > 0) return still_in_use(credentials);
    return 0;
}

Task<Ok> IntegrationService::delete_integration(Actor actor, ProjectId project, IntegrationId id,
                                                DeleteMode mode) {
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const Integration before, found_or_error(store_.find(tx, project, id)));
        ASSIGN_OR_RETURN(const std::int64_t removed_credentials,
                         release_credentials(tx, project, id, mode));
        ASSIGN_OR_RETURN(const bool removed, store_.remove(tx, project, id));
        if (!removed) return Error::not_found("Integration");
        AuditEvent event = audit_event(actor, "deleted", before);
        if (removed_credentials > 0) event.details["removedCredentials"] = removed_credentials;
        return audit_.append(tx, project, event);
    }));
    cache_->forget(project, id);
    co_return Ok{};
}

// ---- reading ----

Task<Result<Integration>> IntegrationService::get_integration(ProjectId project, IntegrationId id) {
    co_return co_await database_.read(
        [&](Connection& tx) { return found_or_error(store_.find(tx, project, id)); });
}

Task<Result<std::optional<Integration>>> IntegrationService::find_by_slug(ProjectId project,
                                                                          std::string slug) {
    co_return co_await database_.read(
        [&](Connection& tx) { return store_.find_by_slug(tx, project, slug); });
}

Task<Result<IntegrationPage>> IntegrationService::list_integrations(ProjectId project,
                                                                    IntegrationQuery query) {
    co_return co_await database_.read(
        [&](Connection& tx) { return store_.list(tx, project, query); });
}

Task<Result<std::vector<Integration>>> IntegrationService::list_with_status(
    ProjectId project, std::optional<IntegrationStatus> status) {
    IntegrationQuery query;
    query.status = status;
    query.limit = static_cast<int>(options_.integrations_per_project_max);
    ASSIGN_OR_CO_RETURN(IntegrationPage page, co_await list_integrations(project, query));
    co_return std::move(page.integrations);
}

Task<Result<std::string>> IntegrationService::get_icon(IntegrationId id) {
    co_return co_await database_.read(
        [&](Connection& tx) { return found_or_error(store_.find_icon(tx, id)); });
}

// ---- reading through the cache ----

std::shared_ptr<const Integration> IntegrationService::cached(ProjectId project,
                                                              IntegrationId id) const {
    return cache_->find(project, id);
}

std::shared_ptr<const Integration> IntegrationService::cached_by_slug(ProjectId project,
                                                                      std::string_view slug) const {
    return cache_->find(project, slug);
}

// The entry, if its revision is still the stored one; an entry that is not too old serves while the
// database is away.
Task<std::shared_ptr<const Integration>> IntegrationService::recheck(ProjectId project,
                                                                     IntegrationId id) {
    const auto entry = cache_->peek(project, id);
    if (entry == nullptr) co_return nullptr;
    const std::uint64_t epoch = cache_->epoch();
    const auto revision = co_await database_.read(
        [&](Connection& tx) { return store_.find_revision(tx, project, id); });
    if (!revision) co_return entry;
    if (*revision != entry->revision) co_return nullptr;
    cache_->confirm(id, epoch);
    co_return entry;
}

Task<Result<std::shared_ptr<const Integration>>> IntegrationService::get_cached(ProjectId project,
                                                                                IntegrationId id) {
    if (auto entry = cache_->find(project, id)) co_return entry;
    if (auto entry = co_await recheck(project, id)) co_return entry;
    const std::uint64_t epoch = cache_->epoch();
    ASSIGN_OR_CO_RETURN(Integration stored, co_await get_integration(project, id));
    auto entry = std::make_shared<const Integration>(std::move(stored));
    cache_->put(entry, epoch);
    co_return entry;
}

Task<Result<std::shared_ptr<const Integration>>> IntegrationService::get_cached_by_slug(
    ProjectId project, std::string slug) {
    if (auto entry = cache_->find(project, slug)) co_return entry;
    const std::uint64_t epoch = cache_->epoch();
    ASSIGN_OR_CO_RETURN(auto stored, co_await find_by_slug(project, std::move(slug)));
    if (!stored) co_return Error::not_found("Integration");
    auto entry = std::make_shared<const Integration>(std::move(*stored));
    cache_->put(entry, epoch);
    co_return entry;
}

Task<Result<Secret>> IntegrationService::open_client_secret(const Integration& integration) {
    if (!integration.definition.authentication.has_client_secret) co_return Secret();
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(integration.project_id));
    std::map<std::string, Secret> secrets;
    if (options_.environment_secrets) {
        ASSIGN_OR_CO_RETURN(secrets, co_await options_.environment_secrets(integration.project_id));
    }
    co_return open_definition_secret(kClientSecret, integration, *keys, secrets);
}

Result<std::vector<std::string>> IntegrationService::secret_usage(
    Connection& tx, ProjectId project, const std::string& secret_name) const {
    ASSIGN_OR_RETURN(std::vector<std::string> names,
                     store_.names_using(tx, project, "secrets." + secret_name));
    for (std::string& name : names) name.insert(0, "integration ");
    return names;
}

}  // namespace tenon
