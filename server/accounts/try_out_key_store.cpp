#include "accounts/try_out_key_store.h"

namespace tenon {

constexpr std::string_view kFind =
    "SELECT signing_key_id, sealed_private_pem, created_at FROM try_out_keys WHERE project_id = $1";

Result<std::optional<TryOutKey>> TryOutKeyStore::find(Connection& tx, ProjectId project) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {project.str()}));
    if (!row) return std::optional<TryOutKey>();
    ASSIGN_OR_RETURN(const SigningKeyId id, SigningKeyId::parse(row->text(0)));
    return std::optional<TryOutKey>(
        TryOutKey{project, id, row->bytes(1), from_millis(row->integer(2))});
}

constexpr std::string_view kPut =
    "INSERT INTO try_out_keys (project_id, signing_key_id, sealed_private_pem, created_at)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (project_id) DO UPDATE SET"
    " signing_key_id = excluded.signing_key_id,"
    " sealed_private_pem = excluded.sealed_private_pem, created_at = excluded.created_at";

Ok TryOutKeyStore::put(Connection& tx, const TryOutKey& key) const {
    RETURN_IF_ERROR(tx.execute(kPut, {key.project_id.str(), key.signing_key_id.str(),
                                      Bytes{key.sealed_private_pem}, to_millis(key.created_at)}));
    return {};
}

}  // namespace tenon
