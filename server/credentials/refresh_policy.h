// When a token is refreshed and how long a failed refresh rests. Pure functions; TokenCare acts on
// them.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "credentials/credential.h"
#include "credentials/token_care.h"

namespace tenon {

// How good a stored token is at one moment.
enum class TokenState {
    fresh,      // serve it
    due,        // serve it, and refresh it meanwhile
    exhausted,  // do not serve it
    invalid     // the credential needs a reconnection, or was never completed
};

struct TokenSchedule {
    std::optional<Timestamp> refresh_at;  // absent: never ahead of time (unknown expiry)
    std::optional<Timestamp> serve_until;
};

// margin = min(margin_max, margin_percent of the lifetime), shortened by up to a quarter, the same
// for a credential until its next refresh, so that accounts connected together do not refresh
// together.
TokenSchedule schedule_of(const Credential& credential, const TokenCareOptions& options);
TokenState token_state(const Credential& credential, Timestamp now,
                       const TokenCareOptions& options);

// Whether a refresh may be sent now: backoff after a failure holds it back.
bool is_backing_off(const Credential& credential, Timestamp now);

// When to try again after the `failures`th failure in a row. `random` in [0, 1) is the jitter.
// While no token is left callers are failing, so the wait stays short.
Timestamp retry_at(int failures, const RefreshFailure& failure, TokenState state, Timestamp now,
                   double random, const TokenCareOptions& options);

// Why a credential became INVALID, in words for people. `was_in_doubt`: an earlier answer was lost,
// and the provider now refuses the refresh token, so it was most likely spent by the lost answer.
struct InvalidCause {
    std::string code;
    std::string reason;
};
InvalidCause cause_of(const RefreshFailure& failure, bool was_in_doubt);
InvalidCause cause_token_expired();
InvalidCause cause_rejected();  // 401 from the provider, and nothing to refresh with

}  // namespace tenon
