#include "projects/data_key_store.h"

namespace tenon {
namespace {

constexpr std::string_view kList =
    "SELECT project_id, key_id, generation, wrapped_key, master_key_id, seals_from, created_at"
    " FROM project_data_keys WHERE project_id = $1 ORDER BY generation";
constexpr std::string_view kInsert =
    "INSERT INTO project_data_keys (project_id, key_id, generation, wrapped_key, master_key_id,"
    " seals_from, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (project_id, generation) DO NOTHING";
constexpr std::string_view kListNotWrappedBy =
    "SELECT project_id, key_id, generation, wrapped_key, master_key_id, seals_from, created_at"
    " FROM project_data_keys WHERE master_key_id <> $1 ORDER BY project_id, key_id LIMIT $2";
constexpr std::string_view kRewrap =
    "UPDATE project_data_keys SET wrapped_key = $1, master_key_id = $2"
    " WHERE project_id = $3 AND key_id = $4 AND master_key_id = $5";
constexpr std::string_view kListWrapping =
    "SELECT DISTINCT master_key_id FROM project_data_keys ORDER BY master_key_id";

constexpr std::string_view kListChecks =
    "SELECT master_key_id, check_value, retired_at FROM master_key_checks ORDER BY created_at";
constexpr std::string_view kInsertCheck =
    "INSERT INTO master_key_checks (master_key_id, check_value, created_at, last_used_at)"
    " VALUES ($1, $2, $3, $3) ON CONFLICT (master_key_id) DO NOTHING";
constexpr std::string_view kUseMasterKey =
    "UPDATE master_key_checks SET last_used_at = $1"
    " WHERE master_key_id = $2 AND retired_at IS NULL";
constexpr std::string_view kRetireOthers =
    "UPDATE master_key_checks SET retired_at = $1"
    " WHERE master_key_id <> $2 AND retired_at IS NULL";

Result<std::vector<WrappedDataKey>> keys_of(const Rows& rows) {
    std::vector<WrappedDataKey> keys;
    for (const Row& row : rows) {
        WrappedDataKey key;
        ASSIGN_OR_RETURN(key.name.project_id, ProjectId::parse(row.text(0)));
        ASSIGN_OR_RETURN(key.name.key_id, Uuid::parse(row.text(1)));
        key.generation = row.integer(2);
        key.wrapped_key = row.bytes(3);
        key.master_key_id = row.text(4);
        key.seals_from = from_millis(row.integer(5));
        key.created_at = from_millis(row.integer(6));
        keys.push_back(std::move(key));
    }
    return keys;
}

}  // namespace

Result<std::vector<WrappedDataKey>> DataKeyStore::list(Connection& tx, ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kList, {project.str()}));
    return keys_of(rows);
}

Result<bool> DataKeyStore::insert(Connection& tx, const WrappedDataKey& key) const {
    ASSIGN_OR_RETURN(const auto inserted,
                     tx.execute(kInsert, {key.name.project_id.str(), key.name.key_id.str(),
                                          key.generation, Bytes{key.wrapped_key}, key.master_key_id,
                                          to_millis(key.seals_from), to_millis(key.created_at)}));
    return inserted > 0;
}

Result<std::vector<WrappedDataKey>> DataKeyStore::list_not_wrapped_by(
    Connection& tx, std::string_view master_key_id, int limit) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListNotWrappedBy, {master_key_id, limit}));
    return keys_of(rows);
}

Result<bool> DataKeyStore::rewrap(Connection& tx, const WrappedDataKey& key,
                                  std::string_view before) const {
    ASSIGN_OR_RETURN(
        const auto changed,
        tx.execute(kRewrap, {Bytes{key.wrapped_key}, key.master_key_id, key.name.project_id.str(),
                             key.name.key_id.str(), before}));
    return changed > 0;
}

Result<std::vector<std::string>> DataKeyStore::list_wrapping_master_keys(Connection& tx) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListWrapping));
    std::vector<std::string> ids;
    for (const Row& row : rows) ids.push_back(row.text(0));
    return ids;
}

// Two versions, since each engine keeps its own catalogue of tables.
constexpr std::string_view kFindTableSqlite =
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'master_key_checks'";
constexpr std::string_view kFindTablePostgres =
    "SELECT 1 FROM information_schema.tables WHERE table_name = 'master_key_checks'"
    " AND table_schema = ANY (current_schemas(false))";

Result<bool> DataKeyStore::has_tables(Connection& tx, Engine engine) const {
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.query(engine == Engine::sqlite ? kFindTableSqlite : kFindTablePostgres));
    return !rows.empty();
}

Result<std::vector<MasterKeyCheck>> DataKeyStore::list_checks(Connection& tx) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListChecks));
    std::vector<MasterKeyCheck> checks;
    for (const Row& row : rows) {
        checks.push_back({row.text(0), row.bytes(1), !row.is_null(2)});
    }
    return checks;
}

Ok DataKeyStore::insert_check(Connection& tx, const MasterKeyCheck& check, Timestamp at) const {
    RETURN_IF_ERROR(
        tx.execute(kInsertCheck, {check.master_key_id, Bytes{check.check_value}, to_millis(at)}));
    return {};
}

Result<bool> DataKeyStore::use_master_key(Connection& tx, std::string_view master_key_id,
                                          Timestamp at) const {
    ASSIGN_OR_RETURN(const auto changed, tx.execute(kUseMasterKey, {to_millis(at), master_key_id}));
    return changed > 0;
}

Ok DataKeyStore::retire_master_keys_except(Connection& tx, std::string_view master_key_id,
                                           Timestamp at) const {
    RETURN_IF_ERROR(tx.execute(kRetireOthers, {to_millis(at), master_key_id}));
    return {};
}

}  // namespace tenon
