#include "accounts/account_store.h"

namespace tenon {
namespace {

#define TENON_ACCOUNT_COLUMNS "id, email, created_at, password_hash"

Result<std::optional<StoredAccount>> read_account(const std::optional<Row>& row) {
    if (!row) return std::optional<StoredAccount>();
    ASSIGN_OR_RETURN(const AccountId id, AccountId::parse(row->text(0)));
    return std::optional<StoredAccount>(
        StoredAccount{{id, row->text(1), from_millis(row->integer(2))}, row->text(3)});
}

}  // namespace

constexpr std::string_view kInsert =
    "INSERT INTO accounts (" TENON_ACCOUNT_COLUMNS ", updated_at) VALUES ($1, $2, $3, $4, $3)";

Ok AccountStore::insert(Connection& tx, const StoredAccount& account) const {
    const auto& [id, email, created_at] = account.account;
    RETURN_IF_ERROR(
        tx.execute(kInsert, {id.str(), email, to_millis(created_at), account.password_hash}));
    return {};
}

constexpr std::string_view kAny = "SELECT 1 FROM accounts LIMIT 1";

Result<bool> AccountStore::any(Connection& tx) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kAny, {}));
    return row.has_value();
}

constexpr std::string_view kFind = "SELECT " TENON_ACCOUNT_COLUMNS " FROM accounts WHERE id = $1";

Result<std::optional<StoredAccount>> AccountStore::find(Connection& tx, AccountId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {id.str()}));
    return read_account(row);
}

constexpr std::string_view kFindByEmail =
    "SELECT " TENON_ACCOUNT_COLUMNS " FROM accounts WHERE email = $1";

Result<std::optional<StoredAccount>> AccountStore::find_by_email(Connection& tx,
                                                                 std::string_view email) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindByEmail, {email}));
    return read_account(row);
}

constexpr std::string_view kSetPassword =
    "UPDATE accounts SET password_hash = $2, updated_at = $3 WHERE id = $1";

Ok AccountStore::set_password(Connection& tx, AccountId id, std::string_view password_hash,
                              Timestamp at) const {
    RETURN_IF_ERROR(tx.execute(kSetPassword, {id.str(), password_hash, to_millis(at)}));
    return {};
}

constexpr std::string_view kRemoveExpiredLinks = "DELETE FROM setup_links WHERE expires_at <= $1";
constexpr std::string_view kInsertLink =
    "INSERT INTO setup_links (token_hash, created_at, expires_at) VALUES ($1, $2, $3)";

Ok AccountStore::insert_setup_link(Connection& tx, std::string_view token_hash, Timestamp now,
                                   Timestamp expires_at) const {
    RETURN_IF_ERROR(tx.execute(kRemoveExpiredLinks, {to_millis(now)}));
    RETURN_IF_ERROR(tx.execute(kInsertLink, {token_hash, to_millis(now), to_millis(expires_at)}));
    return {};
}

constexpr std::string_view kFindLink =
    "SELECT 1 FROM setup_links WHERE token_hash = $1 AND expires_at > $2";

Result<bool> AccountStore::has_setup_link(Connection& tx, std::string_view token_hash,
                                          Timestamp now) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindLink, {token_hash, to_millis(now)}));
    return row.has_value();
}

constexpr std::string_view kUseLink =
    "DELETE FROM setup_links WHERE token_hash = $1 AND expires_at > $2";

Result<bool> AccountStore::use_setup_link(Connection& tx, std::string_view token_hash,
                                          Timestamp now) const {
    ASSIGN_OR_RETURN(const auto removed, tx.execute(kUseLink, {token_hash, to_millis(now)}));
    return removed == 1;
}

constexpr std::string_view kRemoveLinks = "DELETE FROM setup_links";

Ok AccountStore::remove_setup_links(Connection& tx) const {
    RETURN_IF_ERROR(tx.execute(kRemoveLinks));
    return {};
}

constexpr std::string_view kCountAttempt =
    "INSERT INTO sign_in_attempts (subject, attempts, window_ends_at) VALUES ($1, 1, $3)"
    " ON CONFLICT (subject) DO UPDATE SET"
    " attempts = CASE WHEN sign_in_attempts.window_ends_at <= $2 THEN 1"
    " ELSE sign_in_attempts.attempts + 1 END,"
    " window_ends_at = CASE WHEN sign_in_attempts.window_ends_at <= $2"
    " THEN excluded.window_ends_at ELSE sign_in_attempts.window_ends_at END"
    " RETURNING attempts, window_ends_at";

Result<AttemptCount> AccountStore::count_attempt(Connection& tx, std::string_view subject,
                                                 Timestamp now, Timestamp window_ends_at) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kCountAttempt, {subject, to_millis(now),
                                                                 to_millis(window_ends_at)}));
    if (!row) return Error::internal("Counting an attempt gave no row.");
    return AttemptCount{row->integer(0), from_millis(row->integer(1))};
}

constexpr std::string_view kUncount =
    "UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE subject = $1 AND attempts > 0";

Ok AccountStore::uncount_attempt(Connection& tx, std::string_view subject) const {
    RETURN_IF_ERROR(tx.execute(kUncount, {subject}));
    return {};
}

constexpr std::string_view kClearAttempts = "DELETE FROM sign_in_attempts WHERE subject = $1";

Ok AccountStore::clear_attempts(Connection& tx, std::string_view subject) const {
    RETURN_IF_ERROR(tx.execute(kClearAttempts, {subject}));
    return {};
}

constexpr std::string_view kRemoveEnded = "DELETE FROM sign_in_attempts WHERE window_ends_at <= $1";

Ok AccountStore::remove_ended_attempts(Connection& tx, Timestamp now) const {
    RETURN_IF_ERROR(tx.execute(kRemoveEnded, {to_millis(now)}));
    return {};
}

}  // namespace tenon
