#include "accounts/api_key_store.h"

namespace tenon {
namespace {

#define TENON_API_KEY_COLUMNS "id, project_id, name, suffix, created_at, last_used_at"

Result<ApiKey> read_key(const Row& row) {
    ASSIGN_OR_RETURN(const ApiKeyId id, ApiKeyId::parse(row.text(0)));
    ASSIGN_OR_RETURN(const ProjectId project, ProjectId::parse(row.text(1)));
    ApiKey key{id, project, row.text(2), row.text(3), from_millis(row.integer(4)), std::nullopt};
    if (const auto used = row.optional_integer(5)) key.last_used_at = from_millis(*used);
    return key;
}

}  // namespace

constexpr std::string_view kInsert =
    "INSERT INTO api_keys (id, project_id, name, suffix, created_at, key_hash)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

Ok ApiKeyStore::insert(Connection& tx, const ApiKey& key, std::string_view key_hash) const {
    RETURN_IF_ERROR(tx.execute(kInsert, {key.id.str(), key.project_id.str(), key.name, key.suffix,
                                         to_millis(key.created_at), key_hash}));
    return {};
}

constexpr std::string_view kFind =
    "SELECT " TENON_API_KEY_COLUMNS " FROM api_keys WHERE key_hash = $1";

Result<std::optional<ApiKey>> ApiKeyStore::find_by_hash(Connection& tx,
                                                        std::string_view key_hash) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {key_hash}));
    if (!row) return std::optional<ApiKey>();
    ASSIGN_OR_RETURN(ApiKey key, read_key(*row));
    return std::optional<ApiKey>(std::move(key));
}

constexpr std::string_view kList =
    "SELECT " TENON_API_KEY_COLUMNS
    " FROM api_keys WHERE project_id = $1 ORDER BY created_at DESC, id";

Result<std::vector<ApiKey>> ApiKeyStore::list(Connection& tx, ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kList, {project.str()}));
    std::vector<ApiKey> keys;
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(ApiKey key, read_key(row));
        keys.push_back(std::move(key));
    }
    return keys;
}

constexpr std::string_view kTouch =
    "UPDATE api_keys SET last_used_at = $3 WHERE project_id = $1 AND id = $2";

Ok ApiKeyStore::touch(Connection& tx, ProjectId project, ApiKeyId id, Timestamp at) const {
    RETURN_IF_ERROR(tx.execute(kTouch, {project.str(), id.str(), to_millis(at)}));
    return {};
}

constexpr std::string_view kRemove =
    "DELETE FROM api_keys WHERE project_id = $1 AND id = $2 RETURNING name";

Result<std::optional<std::string>> ApiKeyStore::remove(Connection& tx, ProjectId project,
                                                       ApiKeyId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kRemove, {project.str(), id.str()}));
    if (!row) return std::optional<std::string>();
    return std::optional<std::string>(row->text(0));
}

}  // namespace tenon
