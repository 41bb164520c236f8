#include "credentials/refresh_lease.h"

#include "base/json.h"
#include "credentials/credential_rows.h"

namespace tenon {
namespace {

SqlValue millis_or_null(const std::optional<Timestamp>& time) {
    return time ? SqlValue(to_millis(*time)) : SqlValue();
}

std::string scopes_json(const std::vector<std::string>& scopes) {
    JsonArray array;
    for (const auto& scope : scopes) array.emplace_back(scope);
    return write_json(Json(std::move(array)));
}

}  // namespace

constexpr std::string_view kFindLeased =
    "SELECT " TENON_CREDENTIAL_COLUMNS
    ", lease_owner, lease_epoch, lease_beat FROM credentials WHERE project_id = $1 AND id = $2";

Result<std::optional<LeasedCredential>> RefreshLeaseStore::find(Connection& tx, ProjectId project,
                                                                CredentialId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindLeased, {project.str(), id.str()}));
    if (!row) return std::optional<LeasedCredential>();
    LeasedCredential leased;
    ASSIGN_OR_RETURN(leased.credential, read_credential(*row));
    leased.lease_owner = row->text(kCredentialColumnCount);
    leased.lease_epoch = row->integer(kCredentialColumnCount + 1);
    leased.lease_beat = row->integer(kCredentialColumnCount + 2);
    return std::optional(std::move(leased));
}

constexpr std::string_view kFindStamp =
    "SELECT version, updated_at FROM credentials WHERE project_id = $1 AND id = $2";

Result<std::optional<CredentialStamp>> RefreshLeaseStore::find_stamp(Connection& tx,
                                                                     ProjectId project,
                                                                     CredentialId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindStamp, {project.str(), id.str()}));
    if (!row) return std::optional<CredentialStamp>();
    return std::optional(CredentialStamp{row->integer(0), from_millis(row->integer(1))});
}

// The beat is compared too: a holder that showed life since the row was read keeps its lease.
constexpr std::string_view kTakeLease = R"(
    UPDATE credentials SET lease_owner = $6, lease_until = $8, lease_epoch = lease_epoch + 1,
        lease_beat = 0, in_doubt_since = COALESCE(in_doubt_since, $7),
        in_doubt_attempts = in_doubt_attempts + 1
    WHERE project_id = $1 AND id = $2 AND version = $3 AND lease_epoch = $4 AND lease_beat = $5
    RETURNING lease_epoch)";

Result<std::optional<LeaseKey>> RefreshLeaseStore::take(Connection& tx,
                                                        const LeasedCredential& seen,
                                                        const std::string& owner, Timestamp now,
                                                        Timestamp until) const {
    const Credential& c = seen.credential;
    ASSIGN_OR_RETURN(
        const auto row,
        tx.find_row(kTakeLease, {c.project_id.str(), c.id.str(), c.version, seen.lease_epoch,
                                 seen.lease_beat, owner, to_millis(now), to_millis(until)}));
    if (!row) return std::optional<LeaseKey>();
    return std::optional(LeaseKey{c.project_id, c.id, c.version, row->integer(0)});
}

constexpr std::string_view kBeat = R"(
    UPDATE credentials SET lease_beat = lease_beat + 1
    WHERE project_id = $1 AND id = $2 AND version = $3 AND lease_epoch = $4)";

Result<bool> RefreshLeaseStore::beat(Connection& tx, const LeaseKey& key) const {
    ASSIGN_OR_RETURN(
        const auto changed,
        tx.execute(kBeat, {key.project_id.str(), key.credential_id.str(), key.version, key.epoch}));
    return changed == 1;
}

constexpr std::string_view kStoreTokens = R"(
    UPDATE credentials SET sealed_secrets = $5, has_refresh_token = $6, granted_scopes = $7,
        expires_at = $8, refreshed_at = $9, updated_at = $9, version = version + 1,
        refresh_failures = 0, refresh_not_before = NULL, in_doubt_since = NULL,
        in_doubt_attempts = 0, lease_owner = NULL, lease_until = NULL
    WHERE project_id = $1 AND id = $2 AND version = $3 AND lease_epoch = $4)";

Result<bool> RefreshLeaseStore::store_tokens(Connection& tx, const LeaseKey& key,
                                             const Credential& refreshed) const {
    ASSIGN_OR_RETURN(
        const auto changed,
        tx.execute(kStoreTokens,
                   {key.project_id.str(), key.credential_id.str(), key.version, key.epoch,
                    Bytes{refreshed.sealed_secrets}, refreshed.has_refresh_token,
                    scopes_json(refreshed.granted_scopes), millis_or_null(refreshed.expires_at),
                    millis_or_null(refreshed.refreshed_at)}));
    return changed == 1;
}

constexpr std::string_view kStoreFailure = R"(
    UPDATE credentials SET refresh_failures = $5, refresh_not_before = $6, in_doubt_since = $7,
        in_doubt_attempts = $8, lease_owner = NULL, lease_until = NULL
    WHERE project_id = $1 AND id = $2 AND version = $3 AND lease_epoch = $4)";

Result<bool> RefreshLeaseStore::store_failure(Connection& tx, const LeaseKey& key,
                                              const Credential& failed) const {
    ASSIGN_OR_RETURN(const auto changed,
                     tx.execute(kStoreFailure, {key.project_id.str(), key.credential_id.str(),
                                                key.version, key.epoch, failed.refresh_failures,
                                                millis_or_null(failed.refresh_not_before),
                                                millis_or_null(failed.refresh_in_doubt_since),
                                                failed.refresh_in_doubt_attempts}));
    return changed == 1;
}

#define TENON_SET_INVALID                                                                \
    "UPDATE credentials SET status = 'INVALID', invalid_code = $3, invalid_reason = $4," \
    " updated_at = $5, version = version + 1, lease_owner = NULL, lease_until = NULL,"   \
    " lease_epoch = lease_epoch + 1, in_doubt_since = NULL, in_doubt_attempts = 0,"      \
    " refresh_not_before = NULL"                                                         \
    " WHERE project_id = $1 AND id = $2 AND status <> 'INVALID'"

constexpr std::string_view kStoreInvalid =
    TENON_SET_INVALID " AND version = $6 AND lease_epoch = $7";

Result<bool> RefreshLeaseStore::store_invalid(Connection& tx, const LeaseKey& key,
                                              const std::string& code, const std::string& reason,
                                              Timestamp now) const {
    ASSIGN_OR_RETURN(const auto changed,
                     tx.execute(kStoreInvalid, {key.project_id.str(), key.credential_id.str(), code,
                                                reason, to_millis(now), key.version, key.epoch}));
    return changed == 1;
}

constexpr std::string_view kMarkInvalid = TENON_SET_INVALID;

Result<bool> RefreshLeaseStore::mark_invalid(Connection& tx, ProjectId project, CredentialId id,
                                             const std::string& code, const std::string& reason,
                                             Timestamp now) const {
    ASSIGN_OR_RETURN(const auto changed, tx.execute(kMarkInvalid, {project.str(), id.str(), code,
                                                                   reason, to_millis(now)}));
    return changed == 1;
}

constexpr std::string_view kEndAllLeases =
    "UPDATE credentials SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL";

Result<std::int64_t> RefreshLeaseStore::end_all(Connection& tx) const {
    return tx.execute(kEndAllLeases);
}

constexpr std::string_view kFindIdle =
    "SELECT " TENON_CREDENTIAL_COLUMNS
    " FROM credentials WHERE refreshed_at < $1 AND status = 'VALID' AND has_refresh_token = 1"
    " AND (refresh_not_before IS NULL OR refresh_not_before < $2)"
    " ORDER BY refresh_failures, refreshed_at LIMIT $3";

Result<std::vector<Credential>> RefreshLeaseStore::find_idle(Connection& tx, Timestamp before,
                                                             Timestamp now, int limit) const {
    ASSIGN_OR_RETURN(const auto rows,
                     tx.query(kFindIdle, {to_millis(before), to_millis(now), limit}));
    return read_credentials(rows);
}

}  // namespace tenon
