// The half of CredentialService that changes settings and configurations.
#include <algorithm>

#include "base/text.h"
#include "credentials/credential_rules.h"
#include "credentials/credential_service.h"

namespace tenon {

// Runs `change` (Result<audit action>(Connection&, Found&)) on a credential of the user in one
// transaction and gives what is stored afterwards.
template <class Fn>
Task<Result<CredentialWithConfigurations>> CredentialService::change_configurations(
    ProjectId project, UserId user, CredentialId credential, Actor actor, Fn change) {
    co_return co_await database_.write([&](Connection& tx) -> Result<Found> {
        ASSIGN_OR_RETURN(auto found, find(tx, project, user, credential));
        ASSIGN_OR_RETURN(const AuditedChange done, change(tx, found));
        RETURN_IF_ERROR(append_audit(tx, found.credential, actor, done.action, done.details));
        return find(tx, project, user, credential);
    });
}

Task<Result<CredentialWithConfigurations>> CredentialService::update_settings(
    ProjectId project, UserId user, CredentialId credential, std::string configuration_selector,
    SettingsUpdate update, Actor actor) {
    for (const auto& [field, map] :
         {std::pair("config.workflowSettings", &update.workflow_settings),
          std::pair("config.sharedSettings", &update.shared_settings)}) {
        if (*map) CO_RETURN_IF_ERROR(check_json_size(field, **map, limits_.settings_bytes_max));
    }
    co_return co_await change_configurations(
        project, user, credential, std::move(actor),
        [&](Connection& tx, const Found& found) -> Result<AuditedChange> {
            ASSIGN_OR_RETURN(auto configuration,
                             select_configuration(found, configuration_selector));
            JsonArray fields;
            if (update.workflow_settings) {
                configuration.workflow_settings = *update.workflow_settings;
                fields.emplace_back("workflowSettings");
            }
            if (update.shared_settings) {
                configuration.shared_settings = *update.shared_settings;
                fields.emplace_back("sharedSettings");
            }
            configuration.updated_at = clock_.now();
            RETURN_IF_ERROR(configurations_.update(tx, configuration));
            JsonObject details{{"configurationId", configuration.id.str()}};
            details["fields"] = std::move(fields);
            return AuditedChange{"credential.settings_changed", std::move(details)};
        });
}

Task<Result<CredentialWithConfigurations>> CredentialService::create_configuration(
    ProjectId project, UserId user, CredentialId credential, std::optional<std::string> external_id,
    Actor actor) {
    if (external_id) CO_RETURN_IF_ERROR(check_external_id(*external_id, limits_));
    co_return co_await change_configurations(
        project, user, credential, std::move(actor),
        [&](Connection& tx, const Found& found) -> Result<AuditedChange> {
            const auto& existing = found.configurations;
            if (external_id && std::ranges::find(existing, *external_id,
                                                 &Configuration::external_id) != existing.end()) {
                return external_id_taken("configuration");
            }
            if (existing.size() >= limits_.configurations_per_credential_max) {
                return Error{ErrorKind::conflict, "configuration.limit_reached",
                             "The credential has the largest allowed number of configurations."};
            }
            Configuration configuration = new_configuration(found.credential, clock_.now());
            configuration.external_id = external_id.value_or("");
            RETURN_IF_ERROR(configurations_.insert(tx, configuration));
            return AuditedChange{"configuration.created",
                                 {{"configurationId", configuration.id.str()}}};
        });
}

Task<Result<CredentialWithConfigurations>> CredentialService::update_configuration_meta(
    ProjectId project, UserId user, CredentialId credential, std::string configuration_selector,
    JsonObject meta, Actor actor) {
    CO_RETURN_IF_ERROR(check_json_size("meta", meta, limits_.settings_bytes_max));
    co_return co_await change_configurations(
        project, user, credential, std::move(actor),
        [&](Connection& tx, const Found& found) -> Result<AuditedChange> {
            ASSIGN_OR_RETURN(auto configuration,
                             select_configuration(found, configuration_selector));
            configuration.meta = meta;
            configuration.updated_at = clock_.now();
            RETURN_IF_ERROR(configurations_.update(tx, configuration));
            return AuditedChange{"configuration.updated",
                                 {{"configurationId", configuration.id.str()}}};
        });
}

Task<Ok> CredentialService::delete_configuration(ProjectId project, UserId user,
                                                 CredentialId credential,
                                                 std::string configuration_selector, Actor actor) {
    auto changed = co_await change_configurations(
        project, user, credential, std::move(actor),
        [&](Connection& tx, const Found& found) -> Result<AuditedChange> {
            ASSIGN_OR_RETURN(const auto configuration,
                             select_configuration(found, configuration_selector));
            if (configuration.is_default) {
                return Error{ErrorKind::conflict, "configuration.is_default",
                             "The default configuration cannot be deleted."};
            }
            RETURN_IF_ERROR(configurations_.remove(tx, project, configuration.id));
            return AuditedChange{"configuration.deleted",
                                 {{"configurationId", configuration.id.str()}}};
        });
    if (!changed) co_return std::move(changed).error();
    co_return Ok();
}

}  // namespace tenon
