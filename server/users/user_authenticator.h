// Makes the UserAuthenticator: RS256 tokens checked against the project's keys, with a cache of
// verified tokens on each thread, so that a busy token costs one digest and one look-up.
#pragma once

#include <chrono>
#include <memory>

#include "base/clock.h"
#include "projects/project_service.h"
#include "users/user_service.h"
#include "users/user_session.h"

namespace tenon {

struct UserAuthenticatorOptions {
    std::size_t token_bytes_max = 16'384;
    std::chrono::seconds clock_skew{60};
    // A verified token is believed this long without another look at keys and user. Together with
    // the 30 seconds for which a node caches a project's keys, a revoked key is refused everywhere
    // within a minute.
    std::chrono::seconds session_life{30};
    std::size_t sessions_max = 20'000;  // on each thread; the least recently used goes first
};

// `projects`, `users` and `clock` outlive the authenticator.
std::unique_ptr<UserAuthenticator> make_user_authenticator(ProjectService& projects,
                                                           UserService& users, const Clock& clock,
                                                           UserAuthenticatorOptions options = {});

}  // namespace tenon
