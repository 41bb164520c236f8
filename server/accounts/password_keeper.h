// Passwords: the rules for new ones, hashing off the event loop, and checking with a throttle that
// holds for each account and each address over all nodes. An unknown account costs the same time
// and gives the same answer.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "accounts/account_store.h"
#include "base/clock.h"
#include "base/secret.h"
#include "platform/scheduling/blocking_pool.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"

namespace tenon {

struct PasswordLimits {
    std::size_t characters_min = 10;
    std::size_t bytes_max = 512;
    std::size_t email_bytes_max = 254;  // RFC 5321
    std::chrono::minutes attempt_window{15};
    int attempts_per_account_max = 10;  // failed ones, within the window
    int attempts_per_address_max = 50;
};

class PasswordKeeper {
 public:
    // `pool` runs argon2id: 64 MiB and about 0.1 s a call, so its threads and queue bound the
    // memory.
    PasswordKeeper(Database& database, BlockingPool& pool, const Clock& clock,
                   PasswordLimits limits = {})
        : database_(database), pool_(pool), clock_(clock), limits_(limits) {}

    // Errors: invalid_input naming `field` and the rule; unavailable "overloaded".
    Task<Result<std::string>> hash_new(Secret password, std::string field);

    struct Attempt {
        std::string email;  // normalised
        Secret password;
        std::string address;
    };
    // The account whose password this is, or nothing. Counts the attempt before looking at the
    // password, so that attempts at the same time cannot pass the limit together; success clears
    // the account's count. Errors: rate_limited "auth.throttled" with retry_after, for unknown
    // accounts as well; unavailable.
    Task<Result<std::optional<Account>>> check(Attempt attempt);

    // Trimmed and lower case. Errors: invalid_input for what is no e-mail address.
    Result<std::string> normal_email(std::string_view email) const;

 private:
    Result<std::optional<std::chrono::seconds>> take_attempt(Connection& tx,
                                                             const Attempt& attempt) const;

    Database& database_;
    BlockingPool& pool_;
    const Clock& clock_;
    PasswordLimits limits_;
    AccountStore accounts_;
};

}  // namespace tenon
