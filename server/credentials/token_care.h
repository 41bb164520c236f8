// Token care: the one place where an access token is kept fresh. See docs/ARCHITECTURE.md, "How a token stays fresh".
//
// - A token is refreshed ahead of its expiry, by min(15 min, 20 % of its lifetime) with jitter; while a refresh runs or
//   fails, a token that is still valid is served.
// - Single flight: per process by a map of running refreshes, across processes by a lease in the credential's row that
//   outlives the token request's time limit; every write is compare-and-set on the credential's version.
// - An in-doubt mark is durable before the token request is sent, and the new token is durable before any caller sees
//   it. After a crash the old refresh token is tried once more, then the user is asked to reconnect.
// - invalid_grant, invalid_client and unauthorized_client make the credential INVALID at once. Everything else backs
//   off with jitter and leaves the status alone.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "credentials/credential.h"
#include "platform/scheduling/task.h"

namespace tenon {

// A credential with its secrets open, as of one version. Shared and immutable.
struct LiveCredential {
    Credential record;
    CredentialSecrets secrets;
};

// What a token request brought.
struct RefreshedTokens {
    CredentialSecrets secrets;                // complete: what did not change is carried over
    std::optional<Timestamp> expires_at;
    std::optional<std::vector<std::string>> granted_scopes;
};

// How a refresh failed. `permanent`: the grant is dead, the user must reconnect. Otherwise it is worth trying again.
struct RefreshFailure {
    bool permanent = false;
    std::string code;     // OAuth error code, or "timeout", "network", "server_error", "rate_limited"
    std::string message;  // for people, no secrets
    std::optional<Seconds> retry_after;
};

// Implemented by auth_methods; passed in by app/.
class CredentialRefresher {
 public:
    virtual ~CredentialRefresher() = default;
    // Whether this credential has anything to refresh with.
    virtual bool can_refresh(const Integration& integration, const LiveCredential& credential) const = 0;
    // Sends exactly one token request. The outer Result fails only for faults of Tenon's own.
    virtual Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const Integration& integration, const LiveCredential& credential) = 0;
};

class TokenCare {
 public:
    virtual ~TokenCare() = default;

    // The credential with a token that is good to use now; refreshes first when it must.
    // Errors: unprocessable "credential.invalid" (reconnect needed; the message has the reason), not_found
    // "not_found", unavailable "token.refresh_failed" with retry_after (the provider's token endpoint fails and no
    // valid token is left).
    virtual Task<Result<std::shared_ptr<const LiveCredential>>> fresh(ProjectId project,
                                                                      CredentialId credential) = 0;
    // After a provider answered 401 to an unexpired token: one forced refresh, unless the stored version is newer than
    // `seen_version` already. A credential without means of refresh gives the error "credential.invalid".
    virtual Task<Result<std::shared_ptr<const LiveCredential>>> refresh_after_401(
        ProjectId project, CredentialId credential, std::int64_t seen_version) = 0;
    // From memory, without a suspension: null unless the token is good to use now. For the hot path.
    virtual std::shared_ptr<const LiveCredential> cached(ProjectId project, CredentialId credential) = 0;
    // Forget what is cached (after a disconnect or reconnect).
    virtual void forget(CredentialId credential) = 0;
};

}  // namespace tenon
