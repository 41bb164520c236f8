// The reading half of CredentialService.
#include <algorithm>
#include <unordered_map>

#include "credentials/credential_rules.h"
#include "credentials/credential_service.h"
#include "credentials/selection.h"

namespace tenon {

Result<CredentialWithConfigurations> CredentialService::find(Connection& tx, ProjectId project,
                                                             std::optional<UserId> user,
                                                             CredentialId id) const {
    ASSIGN_OR_RETURN(auto credential, credentials_.find(tx, project, id));
    if (!credential || (user && credential->user_id != *user))
        return Error::not_found("Credential");
    Found found;
    ASSIGN_OR_RETURN(found.configurations, configurations_.find_for_credential(tx, project, id));
    if (found.configurations.empty()) {
        return Error::internal("A credential has no configuration.");
    }
    found.credential = std::move(*credential);
    found.is_refreshing = found.credential.refreshing_until > clock_.now();
    return found;
}

Task<Result<CredentialWithConfigurations>> CredentialService::get(ProjectId project, UserId user,
                                                                  CredentialId credential) {
    co_return co_await database_.read(
        [&](Connection& tx) { return find(tx, project, user, credential); });
}

Task<Result<CredentialWithConfigurations>> CredentialService::get_for_project(
    ProjectId project, CredentialId credential) {
    co_return co_await database_.read(
        [&](Connection& tx) { return find(tx, project, std::nullopt, credential); });
}

Task<Result<std::vector<CredentialWithConfigurations>>> CredentialService::find_for_user(
    ProjectId project, UserId user, std::optional<IntegrationId> integration) {
    co_return co_await database_.read([&](Connection& tx) -> Result<std::vector<Found>> {
        ASSIGN_OR_RETURN(auto credentials,
                         credentials_.find_for_user(tx, project, user, integration));
        ASSIGN_OR_RETURN(auto configurations, configurations_.find_for_user(tx, project, user));
        std::vector<Found> all(credentials.size());
        std::unordered_map<CredentialId, Found*> by_id;
        for (std::size_t i = 0; i < credentials.size(); ++i) {
            all[i].credential = std::move(credentials[i]);
            all[i].is_refreshing = all[i].credential.refreshing_until > clock_.now();
            by_id[all[i].credential.id] = &all[i];
        }
        for (auto& configuration : configurations) {
            const auto owner = by_id.find(configuration.credential_id);
            if (owner != by_id.end())
                owner->second->configurations.push_back(std::move(configuration));
        }
        std::erase_if(all, [](const Found& found) { return found.configurations.empty(); });
        return all;
    });
}

Task<Result<Credential>> CredentialService::resolve_selector(ProjectId project, UserId user,
                                                             IntegrationId integration,
                                                             std::string selector) {
    ASSIGN_OR_CO_RETURN(const auto credentials, co_await database_.read([&](Connection& tx) {
        return credentials_.find_for_user(tx, project, user, integration);
    }));
    const Credential* selected = select_credential(credentials, selector);
    if (selected == nullptr) co_return Error::not_found("Credential");
    selections_->put(user, integration, selector, selected->id, clock_.steady_now());
    co_return *selected;
}

Task<Result<Credential>> CredentialService::default_for(ProjectId project, UserId user,
                                                        IntegrationId integration) {
    return resolve_selector(project, user, integration, {});
}

std::optional<CredentialId> CredentialService::cached_selection(ProjectId, UserId user,
                                                                IntegrationId integration,
                                                                std::string_view selector) const {
    // User ids are unique across projects, and TokenCare checks the credential's project again.
    return selections_->find(user, integration, selector, clock_.steady_now());
}

Result<Configuration> CredentialService::select_configuration(
    const CredentialWithConfigurations& credential, std::string_view selector) {
    const Configuration* selected =
        tenon::select_configuration(credential.configurations, selector);
    if (selected == nullptr) return Error::not_found("Configuration");
    return *selected;
}

Task<Result<CredentialSecrets>> CredentialService::open_secrets(const Credential& credential) {
    const CredentialId id = credential.id;
    const std::string sealed = credential.sealed_secrets;
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(credential.project_id));
    ASSIGN_OR_CO_RETURN(const Secret text, keys->open(seal_context(id), sealed));
    co_return CredentialSecrets::from_json(text);
}

Task<Result<std::int64_t>> CredentialService::count_for_integration(ProjectId project,
                                                                    IntegrationId integration) {
    co_return co_await database_.read([&](Connection& tx) {
        return credentials_.count_for_integration(tx, project, integration);
    });
}

Task<Result<CredentialPage>> CredentialService::list_for_project(ProjectId project,
                                                                 CredentialFilter filter,
                                                                 std::optional<std::string> cursor,
                                                                 int limit) {
    co_return co_await database_.read(
        [&](Connection& tx) { return credentials_.list(tx, project, filter, cursor, limit); });
}

}  // namespace tenon
