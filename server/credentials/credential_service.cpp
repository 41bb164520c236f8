#include "credentials/credential_service.h"

#include "credentials/credential_rules.h"
#include "credentials/selection.h"

namespace tenon {
namespace {

// What a connection brought goes over what was stored; ids, settings and creation time stay.
void take_over(Credential& credential, const NewCredential& created, Timestamp now) {
    credential.status = created.status;
    credential.invalid_code.clear();
    credential.invalid_reason.clear();
    if (!created.external_id.empty()) credential.external_id = created.external_id;
    credential.provider_id = created.provider_id;
    credential.provider_data = created.provider_data;
    credential.granted_scopes = created.granted_scopes;
    credential.expires_at = created.expires_at;
    credential.refreshed_at = now;
    credential.has_refresh_token = !created.secrets.refresh_token.empty();
    credential.is_preview = created.is_preview;
    credential.updated_at = now;
}

}  // namespace

CredentialService::CredentialService(Database& database, Vault& vault, const AuditLog& audit,
                                     TokenCare& token_care, const Clock& clock,
                                     CredentialLimits limits)
    : database_(database),
      vault_(vault),
      audit_(audit),
      token_care_(token_care),
      clock_(clock),
      limits_(limits),
      selections_(std::make_unique<SelectionCache>(limits.selection_cache_life,
                                                   limits.selection_cache_entries_max)) {}

CredentialService::~CredentialService() = default;

// ---- connecting ----

Ok CredentialService::check(const NewCredential& created) const {
    if (!created.external_id.empty()) {
        RETURN_IF_ERROR(check_external_id(created.external_id, limits_));
    }
    return check_json_size("providerData", created.provider_data, limits_.provider_data_bytes_max);
}

Task<Result<CredentialWithConfigurations>> CredentialService::create(NewCredential created,
                                                                     Actor actor) {
    CO_RETURN_IF_ERROR(check(created));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(created.project_id));
    // Two first connections at the same moment collide in their slot; the second then finds the
    // first and replaces it.
    constexpr int kAttempts = 2;
    for (int attempt = 1;; ++attempt) {
        auto stored = co_await database_.write(
            [&](Connection& tx) { return store_new(tx, created, *keys, actor); });
        if (stored) {
            token_care_.forget(stored->credential.id);
            selections_->forget(created.user_id);
            co_return stored;
        }
        // The user or the integration was deleted while the provider was asked.
        if (stored.error().code == "storage.foreign_key") {
            co_return Error::not_found("Integration or user");
        }
        if (attempt == kAttempts || stored.error().code != "storage.unique") co_return stored;
    }
}

Result<CredentialWithConfigurations> CredentialService::store_new(Connection& tx,
                                                                  const NewCredential& created,
                                                                  const ProjectKeys& keys,
                                                                  const Actor& actor) const {
    ASSIGN_OR_RETURN(auto existing,
                     credentials_.find_for_user(tx, created.project_id, created.user_id,
                                                created.integration_id));
    const bool replaces =
        created.account_rule == AccountRule::replace_existing && !existing.empty();
    const auto* replaced = replaces ? &existing.front() : nullptr;
    for (const Credential& other : existing) {
        if (&other != replaced && !created.external_id.empty() &&
            other.external_id == created.external_id) {
            return external_id_taken("credential");
        }
    }
    if (replaces) return replace(tx, std::move(existing.front()), created, keys, actor);
    if (existing.size() >= limits_.accounts_per_user_and_integration_max) {
        return Error{ErrorKind::conflict, "credential.limit_reached",
                     "The user has the largest allowed number of accounts of this integration."};
    }
    return insert(tx, created, keys, actor);
}

Result<CredentialWithConfigurations> CredentialService::insert(Connection& tx,
                                                               const NewCredential& created,
                                                               const ProjectKeys& keys,
                                                               const Actor& actor) const {
    const Timestamp now = clock_.now();
    Found stored;
    Credential& credential = stored.credential;
    credential.id = CredentialId::random();
    credential.project_id = created.project_id;
    credential.integration_id = created.integration_id;
    credential.user_id = created.user_id;
    credential.created_at = now;
    take_over(credential, created, now);
    credential.sealed_secrets = keys.seal(seal_context(credential.id), created.secrets.to_json());
    if (credential.sealed_secrets.size() > limits_.secrets_bytes_max) {
        return Error{ErrorKind::too_large, "credential.secrets_too_large",
                     "What the provider gave is larger than a credential may be."};
    }
    const bool is_single = created.account_rule == AccountRule::replace_existing;
    RETURN_IF_ERROR(
        credentials_.insert(tx, credential, is_single ? "single" : credential.id.str()));
    Configuration configuration = new_configuration(credential, now);
    configuration.is_default = true;
    RETURN_IF_ERROR(configurations_.insert(tx, configuration));
    stored.configurations.push_back(std::move(configuration));
    RETURN_IF_ERROR(append_audit(tx, credential, actor, "credential.connected"));
    return stored;
}

Result<CredentialWithConfigurations> CredentialService::replace(Connection& tx,
                                                                Credential credential,
                                                                const NewCredential& created,
                                                                const ProjectKeys& keys,
                                                                const Actor& actor) const {
    take_over(credential, created, clock_.now());
    credential.sealed_secrets = keys.seal(seal_context(credential.id), created.secrets.to_json());
    if (credential.sealed_secrets.size() > limits_.secrets_bytes_max) {
        return Error{ErrorKind::too_large, "credential.secrets_too_large",
                     "What the provider gave is larger than a credential may be."};
    }
    RETURN_IF_ERROR(credentials_.replace(tx, credential));
    RETURN_IF_ERROR(append_audit(tx, credential, actor, "credential.reconnected"));
    return find(tx, credential.project_id, credential.user_id, credential.id);
}

Task<Result<CredentialWithConfigurations>> CredentialService::reconnect(
    ProjectId project, UserId user, CredentialId credential, ReconnectedCredential renewed,
    Actor actor) {
    NewCredential created;
    created.project_id = project;
    created.user_id = user;
    created.status = renewed.status;
    created.secrets = std::move(renewed.secrets);
    created.expires_at = renewed.expires_at;
    created.granted_scopes = std::move(renewed.granted_scopes);
    created.provider_id = std::move(renewed.provider_id);
    created.provider_data = std::move(renewed.provider_data);
    CO_RETURN_IF_ERROR(check(created));
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(project));
    auto stored = co_await database_.write([&](Connection& tx) -> Result<Found> {
        ASSIGN_OR_RETURN(auto existing, find(tx, project, user, credential));
        created.is_preview = existing.credential.is_preview;
        return replace(tx, std::move(existing.credential), created, *keys, actor);
    });
    token_care_.forget(credential);
    co_return stored;
}

Task<Ok> CredentialService::disconnect(ProjectId project, UserId user, CredentialId credential,
                                       Actor actor) {
    auto removed = co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto existing, find(tx, project, user, credential));
        RETURN_IF_ERROR(credentials_.remove(tx, project, credential));
        return append_audit(tx, existing.credential, actor, "credential.disconnected");
    });
    token_care_.forget(credential);
    selections_->forget(user);
    co_return removed;
}

Task<Ok> CredentialService::mark_invalid(ProjectId project, CredentialId credential,
                                         std::string code, std::string reason) {
    return token_care_.mark_invalid(project, credential, std::move(code), std::move(reason));
}

Task<Ok> CredentialService::update_provider_facts(ProjectId project, CredentialId credential,
                                                  std::string provider_id,
                                                  JsonObject provider_data) {
    CO_RETURN_IF_ERROR(
        check_json_size("providerData", provider_data, limits_.provider_data_bytes_max));
    auto updated = co_await database_.write([&](Connection& tx) -> Ok {
        Credential changed;
        changed.id = credential;
        changed.project_id = project;
        changed.provider_id = provider_id;
        changed.provider_data = provider_data;
        changed.updated_at = clock_.now();
        ASSIGN_OR_RETURN(const bool found, credentials_.update_provider_facts(tx, changed));
        if (!found) return Error::not_found("Credential");
        return {};
    });
    token_care_.forget(credential);
    co_return updated;
}

Ok CredentialService::append_audit(Connection& tx, const Credential& credential, const Actor& actor,
                                   std::string action, JsonObject details) const {
    details["integrationId"] = credential.integration_id.str();
    details["userId"] = credential.user_id.str();
    return audit_.append(
        tx, credential.project_id,
        {actor, std::move(action), "credential", credential.id.str(), std::move(details)});
}

}  // namespace tenon
