// Rows of browser sessions. Plain functions on an open transaction; a session's secret is known
// here by hash alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "platform/storage/database.h"

namespace tenon {

// Sessions last seen before `idle` or opened before `absolute` have ended.
struct SessionEnds {
    Timestamp idle;
    Timestamp absolute;
};

struct SignedIn {
    Session session;
    Account account;
};

class SessionStore {
 public:
    Ok insert(Connection& tx, const Session& session, std::string_view token_hash) const;
    Result<std::optional<SignedIn>> find(Connection& tx, std::string_view token_hash,
                                         const SessionEnds& ends) const;
    Result<std::vector<Session>> list(Connection& tx, AccountId account,
                                      const SessionEnds& ends) const;  // last seen first
    Ok touch(Connection& tx, SessionId id, Timestamp at) const;
    Result<bool> remove(Connection& tx, AccountId account, SessionId id) const;
    Ok remove_all_but(Connection& tx, AccountId account, std::optional<SessionId> kept) const;
    Ok remove_ended(Connection& tx, const SessionEnds& ends) const;
    // Keeps the account's newest sessions.
    Ok trim(Connection& tx, AccountId account, int kept_max) const;
};

}  // namespace tenon
