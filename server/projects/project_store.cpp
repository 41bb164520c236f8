#include "projects/project_store.h"

#include "base/json.h"

namespace tenon {
namespace {

std::string origins_text(const std::vector<std::string>& origins) {
    JsonArray list;
    for (const std::string& origin : origins) list.emplace_back(origin);
    return write_json(Json(std::move(list)));
}

Result<std::vector<std::string>> origins_of(const std::string& text) {
    ASSIGN_OR_RETURN(const Json list, parse_json(text));
    std::vector<std::string> origins;
    if (!list.is_array()) return Error::internal("allowed_origins is not an array.");
    for (const Json& origin : list.get_array()) {
        origins.push_back(scalar_text(origin).value_or(""));
    }
    return origins;
}

Result<Project> project_of(const Row& row) {
    Project project;
    ASSIGN_OR_RETURN(project.id, ProjectId::parse(row.text(0)));
    project.name = row.text(1);
    ASSIGN_OR_RETURN(project.allowed_origins, origins_of(row.text(2)));
    project.created_at = from_millis(row.integer(3));
    project.updated_at = from_millis(row.integer(4));
    return project;
}

Result<SigningKey> signing_key_of(const Row& row) {
    SigningKey key;
    ASSIGN_OR_RETURN(key.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(key.id, SigningKeyId::parse(row.text(1)));
    key.public_pem = row.text(2);
    key.created_at = from_millis(row.integer(3));
    key.revoked = !row.is_null(4);
    return key;
}

Result<SealedEnvironmentSecret> secret_of(const Row& row) {
    SealedEnvironmentSecret sealed;
    EnvironmentSecret& secret = sealed.secret;
    ASSIGN_OR_RETURN(secret.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(secret.id, EnvironmentSecretId::parse(row.text(1)));
    secret.name = row.text(2);
    sealed.sealed_value = row.bytes(3);
    secret.fingerprint = row.text(4);
    secret.created_at = from_millis(row.integer(5));
    secret.updated_at = from_millis(row.integer(6));
    return sealed;
}

// Every row through the function above that reads it.
template <class Value>
Result<std::vector<Value>> all_of(const Rows& rows, Result<Value> (*read)(const Row&)) {
    std::vector<Value> values;
    values.reserve(rows.size());
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(Value value, read(row));
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace

constexpr std::string_view kInsertProject =
    "INSERT INTO projects (id, name, allowed_origins, created_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5)";
Ok ProjectStore::insert_project(Connection& tx, const Project& project) const {
    RETURN_IF_ERROR(tx.execute(
        kInsertProject, {project.id.str(), project.name, origins_text(project.allowed_origins),
                         to_millis(project.created_at), to_millis(project.updated_at)}));
    return {};
}

constexpr std::string_view kFindProject =
    "SELECT id, name, allowed_origins, created_at, updated_at FROM projects WHERE id = $1";
Result<std::optional<Project>> ProjectStore::find_project(Connection& tx, ProjectId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindProject, {id.str()}));
    if (!row) return std::optional<Project>{};
    ASSIGN_OR_RETURN(Project project, project_of(*row));
    return std::optional(std::move(project));
}

constexpr std::string_view kListProjects =
    "SELECT id, name, allowed_origins, created_at, updated_at FROM projects"
    " ORDER BY created_at, id";
Result<std::vector<Project>> ProjectStore::list_projects(Connection& tx) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListProjects));
    return all_of(rows, project_of);
}

// SELECT … FOR UPDATE as both engines understand it.
constexpr std::string_view kLockProject =
    "UPDATE projects SET updated_at = updated_at WHERE id = $1";
Result<bool> ProjectStore::lock_project(Connection& tx, ProjectId id) const {
    ASSIGN_OR_RETURN(const auto locked, tx.execute(kLockProject, {id.str()}));
    return locked > 0;
}

constexpr std::string_view kUpdateProject =
    "UPDATE projects SET name = $2, allowed_origins = $3, updated_at = $4 WHERE id = $1";
Ok ProjectStore::update_project(Connection& tx, const Project& project) const {
    RETURN_IF_ERROR(tx.execute(
        kUpdateProject, {project.id.str(), project.name, origins_text(project.allowed_origins),
                         to_millis(project.updated_at)}));
    return {};
}

constexpr std::string_view kInsertSigningKey =
    "INSERT INTO signing_keys (project_id, id, public_pem, created_at) VALUES ($1, $2, $3, $4)";
Ok ProjectStore::insert_signing_key(Connection& tx, const SigningKey& key) const {
    RETURN_IF_ERROR(tx.execute(kInsertSigningKey, {key.project_id.str(), key.id.str(),
                                                   key.public_pem, to_millis(key.created_at)}));
    return {};
}

constexpr std::string_view kListSigningKeys =
    "SELECT project_id, id, public_pem, created_at, revoked_at FROM signing_keys"
    " WHERE project_id = $1 ORDER BY created_at DESC, id";
Result<std::vector<SigningKey>> ProjectStore::list_signing_keys(Connection& tx,
                                                                ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListSigningKeys, {project.str()}));
    return all_of(rows, signing_key_of);
}

constexpr std::string_view kActivePublicKeys =
    "SELECT public_pem FROM signing_keys WHERE project_id = $1 AND revoked_at IS NULL"
    " ORDER BY created_at DESC, id";
Result<std::vector<std::string>> ProjectStore::active_public_keys(Connection& tx,
                                                                  ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kActivePublicKeys, {project.str()}));
    std::vector<std::string> keys;
    for (const Row& row : rows) keys.push_back(row.text(0));
    return keys;
}

constexpr std::string_view kRevokeSigningKey =
    "UPDATE signing_keys SET revoked_at = $3"
    " WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL";
Result<bool> ProjectStore::revoke_signing_key(Connection& tx, ProjectId project, SigningKeyId id,
                                              Timestamp at) const {
    ASSIGN_OR_RETURN(const auto changed,
                     tx.execute(kRevokeSigningKey, {project.str(), id.str(), to_millis(at)}));
    return changed > 0;
}

constexpr std::string_view kInsertSecret =
    "INSERT INTO environment_secrets"
    " (project_id, id, name, sealed_value, fingerprint, created_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";
Ok ProjectStore::insert_secret(Connection& tx, const SealedEnvironmentSecret& sealed) const {
    const EnvironmentSecret& secret = sealed.secret;
    RETURN_IF_ERROR(tx.execute(
        kInsertSecret,
        {secret.project_id.str(), secret.id.str(), secret.name, Bytes{sealed.sealed_value},
         secret.fingerprint, to_millis(secret.created_at), to_millis(secret.updated_at)}));
    return {};
}

constexpr std::string_view kUpdateSecret =
    "UPDATE environment_secrets SET sealed_value = $3, fingerprint = $4, updated_at = $5"
    " WHERE project_id = $1 AND id = $2";
Ok ProjectStore::update_secret(Connection& tx, const SealedEnvironmentSecret& sealed) const {
    const EnvironmentSecret& secret = sealed.secret;
    RETURN_IF_ERROR(tx.execute(
        kUpdateSecret, {secret.project_id.str(), secret.id.str(), Bytes{sealed.sealed_value},
                        secret.fingerprint, to_millis(secret.updated_at)}));
    return {};
}

constexpr std::string_view kFindSecret =
    "SELECT project_id, id, name, sealed_value, fingerprint, created_at, updated_at"
    " FROM environment_secrets WHERE project_id = $1 AND name = $2";
Result<std::optional<SealedEnvironmentSecret>> ProjectStore::find_secret(
    Connection& tx, ProjectId project, std::string_view name) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindSecret, {project.str(), name}));
    if (!row) return std::optional<SealedEnvironmentSecret>{};
    ASSIGN_OR_RETURN(SealedEnvironmentSecret secret, secret_of(*row));
    return std::optional(std::move(secret));
}

constexpr std::string_view kListSecrets =
    "SELECT project_id, id, name, sealed_value, fingerprint, created_at, updated_at"
    " FROM environment_secrets WHERE project_id = $1 ORDER BY name";
Result<std::vector<SealedEnvironmentSecret>> ProjectStore::list_secrets(Connection& tx,
                                                                        ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListSecrets, {project.str()}));
    return all_of(rows, secret_of);
}

constexpr std::string_view kRemoveSecret =
    "DELETE FROM environment_secrets WHERE project_id = $1 AND name = $2";
Result<bool> ProjectStore::remove_secret(Connection& tx, ProjectId project,
                                         std::string_view name) const {
    ASSIGN_OR_RETURN(const auto changed, tx.execute(kRemoveSecret, {project.str(), name}));
    return changed > 0;
}

}  // namespace tenon
