#include "credentials/configuration_store.h"

#include "base/json.h"
#include "credentials/credential_rows.h"

namespace tenon {
namespace {

#define TENON_CONFIGURATION_COLUMNS                                                         \
    "c.project_id, c.id, c.credential_id, c.is_default, c.external_id, c.shared_settings, " \
    "c.workflow_settings, c.meta, c.created_at, c.updated_at"

Result<Configuration> read_configuration(const Row& row) {
    Configuration c;
    ASSIGN_OR_RETURN(c.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(c.id, ConfigurationId::parse(row.text(1)));
    ASSIGN_OR_RETURN(c.credential_id, CredentialId::parse(row.text(2)));
    c.is_default = row.boolean(3);
    c.external_id = row.text(4);
    ASSIGN_OR_RETURN(c.shared_settings, read_json_object(row.text(5)));
    ASSIGN_OR_RETURN(c.workflow_settings, read_json_object(row.text(6)));
    ASSIGN_OR_RETURN(c.meta, read_json_object(row.text(7)));
    c.created_at = from_millis(row.integer(8));
    c.updated_at = from_millis(row.integer(9));
    return c;
}

Result<std::vector<Configuration>> read_configurations(const Rows& rows) {
    std::vector<Configuration> configurations;
    configurations.reserve(rows.size());
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(auto configuration, read_configuration(row));
        configurations.push_back(std::move(configuration));
    }
    return configurations;
}

}  // namespace

constexpr std::string_view kInsertConfiguration = R"(
    INSERT INTO credential_configurations (project_id, id, credential_id, is_default, external_id,
        shared_settings, workflow_settings, meta, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))";

Ok ConfigurationStore::insert(Connection& tx, const Configuration& c) const {
    RETURN_IF_ERROR(
        tx.execute(kInsertConfiguration,
                   {c.project_id.str(), c.id.str(), c.credential_id.str(), c.is_default,
                    c.external_id.empty() ? SqlValue() : SqlValue(c.external_id),
                    write_json(c.shared_settings), write_json(c.workflow_settings),
                    write_json(c.meta), to_millis(c.created_at), to_millis(c.updated_at)}));
    return {};
}

constexpr std::string_view kFindForCredential =
    "SELECT " TENON_CONFIGURATION_COLUMNS
    " FROM credential_configurations c WHERE c.project_id = $1 AND c.credential_id = $2"
    " ORDER BY c.is_default DESC, c.created_at, c.id";

Result<std::vector<Configuration>> ConfigurationStore::find_for_credential(
    Connection& tx, ProjectId project, CredentialId credential) const {
    ASSIGN_OR_RETURN(const auto rows,
                     tx.query(kFindForCredential, {project.str(), credential.str()}));
    return read_configurations(rows);
}

constexpr std::string_view kFindForUser =
    "SELECT " TENON_CONFIGURATION_COLUMNS
    " FROM credential_configurations c JOIN credentials o"
    " ON o.project_id = c.project_id AND o.id = c.credential_id"
    " WHERE o.project_id = $1 AND o.user_id = $2"
    " ORDER BY c.is_default DESC, c.created_at, c.id";

Result<std::vector<Configuration>> ConfigurationStore::find_for_user(Connection& tx,
                                                                     ProjectId project,
                                                                     UserId user) const {
    ASSIGN_OR_RETURN(const auto rows, tx.query(kFindForUser, {project.str(), user.str()}));
    return read_configurations(rows);
}

constexpr std::string_view kUpdateConfiguration = R"(
    UPDATE credential_configurations
    SET shared_settings = $3, workflow_settings = $4, meta = $5, updated_at = $6
    WHERE project_id = $1 AND id = $2)";

Ok ConfigurationStore::update(Connection& tx, const Configuration& c) const {
    ASSIGN_OR_RETURN(
        const auto changed,
        tx.execute(kUpdateConfiguration,
                   {c.project_id.str(), c.id.str(), write_json(c.shared_settings),
                    write_json(c.workflow_settings), write_json(c.meta), to_millis(c.updated_at)}));
    if (changed != 1) return Error::not_found("Configuration");
    return {};
}

constexpr std::string_view kRemoveConfiguration =
    "DELETE FROM credential_configurations WHERE project_id = $1 AND id = $2";

Ok ConfigurationStore::remove(Connection& tx, ProjectId project, ConfigurationId id) const {
    ASSIGN_OR_RETURN(const auto changed,
                     tx.execute(kRemoveConfiguration, {project.str(), id.str()}));
    if (changed != 1) return Error::not_found("Configuration");
    return {};
}

}  // namespace tenon
