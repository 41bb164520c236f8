// Signing in and out, and the sessions of an account.
//
// A session is 256 random bits in a cookie; the database knows its SHA-256. It ends after 12 hours
// without a request and 30 days after signing in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "accounts/password_keeper.h"
#include "accounts/session_store.h"

namespace tenon {

struct SessionLimits {
    std::chrono::hours idle_max{12};
    std::chrono::hours age_max{30 * 24};
    std::chrono::minutes touch_interval{5};  // how exactly "last seen" is known
    int sessions_per_account_max = 50;       // the oldest end first
    std::size_t user_agent_bytes_max = 200;
};

struct NewSession {
    SignedIn signed_in;
    Secret token;  // for the cookie
};

// Where a request comes from.
struct Visitor {
    std::string address;
    std::string user_agent;
};

class SessionService {
 public:
    // What the service uses outlives it.
    SessionService(Database& database, const Clock& clock, PasswordKeeper& passwords,
                   SessionLimits limits = {})
        : database_(database), clock_(clock), passwords_(passwords), limits_(limits) {}

    // Errors: unauthenticated "auth.wrong_credentials", the same for an unknown account, a wrong
    // password and an impossible address; rate_limited "auth.throttled".
    Task<Result<NewSession>> sign_in(std::string email, Secret password, Visitor visitor);
    // A session for an account that has proved itself otherwise (set-up, invitation).
    Task<Result<NewSession>> open(Account account, Visitor visitor);
    // Errors: unauthenticated "auth.required".
    Task<Result<SignedIn>> find(Secret token);

    Task<Result<std::vector<Session>>> list(AccountId account);
    // Signing out is revoking one's own session. Errors: not_found, for sessions of others too.
    Task<Ok> revoke(AccountId account, SessionId session);

 private:
    SessionEnds ends() const;

    Database& database_;
    const Clock& clock_;
    PasswordKeeper& passwords_;
    SessionLimits limits_;
    SessionStore store_;
};

}  // namespace tenon
