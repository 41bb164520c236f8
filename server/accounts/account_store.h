// Rows of accounts, set-up links and counted sign-in attempts. Plain functions on an open
// transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "platform/storage/database.h"

namespace tenon {

struct StoredAccount {
    Account account;
    std::string password_hash;
};

struct AttemptCount {
    std::int64_t attempts = 0;
    Timestamp window_ends_at;
};

class AccountStore {
 public:
    // Errors: conflict "storage.unique" when the e-mail address is taken.
    Ok insert(Connection& tx, const StoredAccount& account) const;
    Result<bool> any(Connection& tx) const;
    Result<std::optional<StoredAccount>> find(Connection& tx, AccountId id) const;
    Result<std::optional<StoredAccount>> find_by_email(Connection& tx,
                                                       std::string_view email) const;
    Ok set_password(Connection& tx, AccountId id, std::string_view password_hash,
                    Timestamp at) const;

    // Adds a link and forgets those that have expired.
    Ok insert_setup_link(Connection& tx, std::string_view token_hash, Timestamp now,
                         Timestamp expires_at) const;
    Result<bool> has_setup_link(Connection& tx, std::string_view token_hash, Timestamp now) const;
    // Takes the link away, once; false when it was not there or has expired.
    Result<bool> use_setup_link(Connection& tx, std::string_view token_hash, Timestamp now) const;
    Ok remove_setup_links(Connection& tx) const;

    // Counts one more attempt of `subject` in its window, which begins anew once it has ended.
    Result<AttemptCount> count_attempt(Connection& tx, std::string_view subject, Timestamp now,
                                       Timestamp window_ends_at) const;
    Ok uncount_attempt(Connection& tx, std::string_view subject) const;
    Ok clear_attempts(Connection& tx, std::string_view subject) const;
    Ok remove_ended_attempts(Connection& tx, Timestamp now) const;
};

}  // namespace tenon
