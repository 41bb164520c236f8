// Token care: the one place where an access token is kept fresh. See docs/ARCHITECTURE.md, "How a
// token stays fresh".
//
// - A token is refreshed ahead of its expiry, by min(15 min, 20 % of its lifetime) with jitter;
// while a refresh runs or
//   fails, a token that is still valid is served.
// - Single flight: per process by a map of running refreshes, across processes by a lease in the
// credential's row that
//   outlives the token request's time limit; every write is compare-and-set on the credential's
//   version.
// - An in-doubt mark is durable before the token request is sent, and the new token is durable
// before any caller sees
//   it. After a crash the old refresh token is tried once more, then the user is asked to
//   reconnect.
// - invalid_grant, invalid_client and unauthorized_client make the credential INVALID at once.
// Everything else backs
//   off with jitter and leaves the status alone.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "credentials/credential.h"
#include "platform/metrics/metrics.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/vault.h"

namespace tenon {

// A credential with its secrets open, as of one version. Shared and immutable.
struct LiveCredential {
    Credential record;
    CredentialSecrets secrets;
};

// What a token request brought.
struct RefreshedTokens {
    CredentialSecrets secrets;  // complete: what did not change is carried over
    std::optional<Timestamp> expires_at;
    std::optional<std::vector<std::string>> granted_scopes;
};

// How a refresh failed. `permanent`: the grant is dead, the user must reconnect. Otherwise it is
// worth trying again.
struct RefreshFailure {
    bool permanent = false;
    std::string code;  // OAuth error code, or "timeout", "network", "server_error", "rate_limited"
    std::string message;  // for people, no secrets
    std::optional<Seconds> retry_after;
    // The request may have reached the provider and its answer was lost: a rotated refresh token
    // may be gone.
    bool outcome_unknown = false;
};

// Implemented by auth_methods; passed in by app/.
class CredentialRefresher {
 public:
    virtual ~CredentialRefresher() = default;
    // Whether this credential has anything to refresh with.
    virtual bool can_refresh(const Integration& integration,
                             const LiveCredential& credential) const = 0;
    // Sends one token request, and a second only where the first spent nothing. The outer Result
    // fails only for faults of Tenon's own.
    virtual Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh(
        const Integration& integration, const LiveCredential& credential) = 0;
};

class TokenCare {
 public:
    virtual ~TokenCare() = default;

    // The credential with a token that is good to use now; refreshes first when it must.
    // Errors: unprocessable "credential.invalid" (reconnect needed; the message has the reason),
    // not_found "not_found", unavailable "token.refresh_failed" with retry_after (the provider's
    // token endpoint fails and no valid token is left).
    virtual Task<Result<std::shared_ptr<const LiveCredential>>> fresh(ProjectId project,
                                                                      CredentialId credential) = 0;
    // After a provider answered 401 to an unexpired token: one forced refresh, unless the stored
    // version is newer than `seen_version` already. A credential without means of refresh gives the
    // error "credential.invalid".
    virtual Task<Result<std::shared_ptr<const LiveCredential>>> refresh_after_401(
        ProjectId project, CredentialId credential, std::int64_t seen_version) = 0;
    // From memory, without a suspension: null unless the token is good to use now. For the hot
    // path.
    virtual std::shared_ptr<const LiveCredential> cached(ProjectId project,
                                                         CredentialId credential) = 0;
    // Forget what is cached (after a disconnect or reconnect).
    virtual void forget(CredentialId credential) = 0;
    // Makes the credential INVALID and tells so once, whoever found out. `code` is short and
    // stable, `reason` a sentence for people. Errors: not_found.
    virtual Task<Ok> mark_invalid(ProjectId project, CredentialId credential, std::string code,
                                  std::string reason) = 0;
    // Refreshes at most `limit` credentials that nobody called for a while, before their refresh
    // tokens die of age. For a timer; returns how many were tried.
    virtual Task<Result<int>> refresh_idle(int limit) = 0;
    // At the start of a process that alone owns the database (SQLite): ends the leases of its
    // former life, so that nobody waits for a refresh that died with it. Returns how many there
    // were.
    virtual Task<Result<int>> end_former_leases() = 0;
};

struct TokenCareOptions {
    // A refresh may hold its credential this long before another process takes over. Must be longer
    // than `token_request_timeout` and the writes around it.
    Seconds lease{120};
    // The holder shows life this often while it waits for the provider; a lease without a sign of
    // life is taken over after `lease_silence`, measured by the observer's own clock, so that
    // clocks of nodes may differ.
    Seconds lease_beat{5};
    Seconds lease_silence{25};
    Seconds token_request_timeout{
        60};                  // the refresher's own; told here to check the lease against it
    Seconds margin_max{900};  // refresh this long before expiry, or
    int margin_percent = 20;  // this part of the token's lifetime, whichever is shorter
    Milliseconds backoff_first{500};
    Milliseconds backoff_max{60'000};  // while a valid token is left
    Milliseconds backoff_without_token_max{
        4'000};                      // callers are failing: find out soon that it works again
    Seconds retry_after_max{3'600};  // a provider may ask for more; it is asked again then
    Milliseconds poll_first{20};  // how often a refresh that runs in another process is looked at
    Milliseconds poll_max{500};
    // Forced refreshes after a 401 are free so often in a minute; then each waits twice as long as
    // the one before.
    int forced_refreshes_free = 5;
    int waiters_per_credential_max = 10'000;
    std::size_t cache_entries_max = 20'000;
    Seconds cache_idle{60};     // opened secrets stay in memory at most this long without a use
    Seconds cache_recheck{10};  // how long another node's disconnect or reconnect may go unseen
    Seconds idle_refresh_after{24 * 3'600};  // refresh_idle(): not refreshed for this long
};

// Called once for each credential that became INVALID, after the fact is stored, on an event loop.
using CredentialInvalidated = std::function<void(const Credential& credential)>;
// The integration of a credential; not_found when it was deleted.
using IntegrationLookup = std::function<Task<Result<std::shared_ptr<const Integration>>>(
    ProjectId project, IntegrationId integration)>;

struct TokenCareContext {
    Database& database;
    Vault& vault;
    CredentialRefresher& refresher;
    const Clock& clock;
    Metrics& metrics;  // tenon_token_refreshes_total{result="…"}
    IntegrationLookup find_integration;
    CredentialInvalidated on_invalidated = {};  // may be empty
};

// What the context names outlives the object, and the event loops that called it have stopped
// before it dies. Fails with internal "token_care.options" when the lease does not outlive the
// token request.
Result<std::unique_ptr<TokenCare>> make_token_care(TokenCareContext context,
                                                   TokenCareOptions options = {});

}  // namespace tenon
