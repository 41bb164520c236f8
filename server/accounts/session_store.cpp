#include "accounts/session_store.h"

namespace tenon {
namespace {

#define TENON_SESSION_COLUMNS \
    "s.id, s.account_id, s.address, s.user_agent, s.created_at, s.last_seen_at"

Result<Session> read_session(const Row& row) {
    ASSIGN_OR_RETURN(const SessionId id, SessionId::parse(row.text(0)));
    ASSIGN_OR_RETURN(const AccountId account, AccountId::parse(row.text(1)));
    return Session{id,
                   account,
                   row.text(2),
                   row.text(3),
                   from_millis(row.integer(4)),
                   from_millis(row.integer(5))};
}

}  // namespace

constexpr std::string_view kInsert =
    "INSERT INTO account_sessions"
    " (id, account_id, token_hash, address, user_agent, created_at, last_seen_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

Ok SessionStore::insert(Connection& tx, const Session& session, std::string_view token_hash) const {
    RETURN_IF_ERROR(tx.execute(
        kInsert,
        {session.id.str(), session.account_id.str(), token_hash, session.address,
         session.user_agent, to_millis(session.created_at), to_millis(session.last_seen_at)}));
    return {};
}

constexpr std::string_view kFind =
    "SELECT " TENON_SESSION_COLUMNS
    ", a.email, a.created_at FROM account_sessions s JOIN accounts a ON a.id = s.account_id"
    " WHERE s.token_hash = $1 AND s.last_seen_at > $2 AND s.created_at > $3";

Result<std::optional<SignedIn>> SessionStore::find(Connection& tx, std::string_view token_hash,
                                                   const SessionEnds& ends) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {token_hash, to_millis(ends.idle),
                                                         to_millis(ends.absolute)}));
    if (!row) return std::optional<SignedIn>();
    ASSIGN_OR_RETURN(Session session, read_session(*row));
    const Account account{session.account_id, row->text(6), from_millis(row->integer(7))};
    return std::optional<SignedIn>(SignedIn{std::move(session), account});
}

constexpr std::string_view kList =
    "SELECT " TENON_SESSION_COLUMNS
    " FROM account_sessions s WHERE s.account_id = $1 AND s.last_seen_at > $2"
    " AND s.created_at > $3 ORDER BY s.last_seen_at DESC, s.id";

Result<std::vector<Session>> SessionStore::list(Connection& tx, AccountId account,
                                                const SessionEnds& ends) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kList, {account.str(), to_millis(ends.idle),
                                                       to_millis(ends.absolute)}));
    std::vector<Session> sessions;
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(Session session, read_session(row));
        sessions.push_back(std::move(session));
    }
    return sessions;
}

constexpr std::string_view kTouch = "UPDATE account_sessions SET last_seen_at = $2 WHERE id = $1";

Ok SessionStore::touch(Connection& tx, SessionId id, Timestamp at) const {
    RETURN_IF_ERROR(tx.execute(kTouch, {id.str(), to_millis(at)}));
    return {};
}

constexpr std::string_view kRemove =
    "DELETE FROM account_sessions WHERE account_id = $1 AND id = $2";

Result<bool> SessionStore::remove(Connection& tx, AccountId account, SessionId id) const {
    ASSIGN_OR_RETURN(const auto removed, tx.execute(kRemove, {account.str(), id.str()}));
    return removed > 0;
}

constexpr std::string_view kRemoveAllBut =
    "DELETE FROM account_sessions WHERE account_id = $1 AND id <> $2";

Ok SessionStore::remove_all_but(Connection& tx, AccountId account,
                                std::optional<SessionId> kept) const {
    RETURN_IF_ERROR(tx.execute(kRemoveAllBut, {account.str(), kept ? kept->str() : std::string()}));
    return {};
}

constexpr std::string_view kRemoveEnded =
    "DELETE FROM account_sessions WHERE last_seen_at <= $1 OR created_at <= $2";

Ok SessionStore::remove_ended(Connection& tx, const SessionEnds& ends) const {
    RETURN_IF_ERROR(tx.execute(kRemoveEnded, {to_millis(ends.idle), to_millis(ends.absolute)}));
    return {};
}

constexpr std::string_view kTrim =
    "DELETE FROM account_sessions WHERE account_id = $1 AND id NOT IN"
    " (SELECT id FROM account_sessions WHERE account_id = $1"
    " ORDER BY created_at DESC, id LIMIT $2)";

Ok SessionStore::trim(Connection& tx, AccountId account, int kept_max) const {
    RETURN_IF_ERROR(tx.execute(kTrim, {account.str(), kept_max}));
    return {};
}

}  // namespace tenon
