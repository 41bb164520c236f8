// The TokenCare of production: cache, single flight and leases put together. token_care.h has the
// promises.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "credentials/forced_refreshes.h"
#include "credentials/refresh_flights.h"
#include "credentials/refresh_lease.h"
#include "credentials/refresh_policy.h"
#include "credentials/token_cache.h"
#include "credentials/token_care.h"

namespace tenon {

// Watches a lease that somebody else holds, to tell a slow holder from a dead one.
class LeaseWatch {
 public:
    explicit LeaseWatch(const TokenCareOptions& options) : options_(options) {}
    bool is_dead(const LeasedCredential& seen, Timestamp now, SteadyTime steady_now);
    Milliseconds next_delay();

 private:
    const TokenCareOptions& options_;
    std::int64_t epoch_ = -1;
    std::int64_t beat_ = -1;
    SteadyTime alive_at_;
    Milliseconds delay_{0};
};

class LiveTokenCare final : public TokenCare {
 public:
    LiveTokenCare(TokenCareContext context, const TokenCareOptions& options);

    Task<RefreshOutcome> fresh(ProjectId project, CredentialId credential) override;
    Task<RefreshOutcome> refresh_after_401(ProjectId project, CredentialId credential,
                                           std::int64_t seen_version) override;
    std::shared_ptr<const LiveCredential> cached(ProjectId project,
                                                 CredentialId credential) override;
    void forget(CredentialId credential) override;
    Task<Ok> mark_invalid(ProjectId project, CredentialId credential, std::string code,
                          std::string reason) override;
    Task<Result<int>> refresh_idle(int limit) override;
    Task<Result<int>> end_former_leases() override;

 private:
    // One look at a credential: its row with its lease, opened.
    struct Sight {
        LeasedCredential leased;
        std::shared_ptr<const LiveCredential> live;
        std::uint64_t generation = 0;  // of the cache, before the row was read
        TokenState state = TokenState::invalid;
    };
    // One refresh on its way: the lease it holds and what it began with.
    struct Attempt {
        LeaseKey key;
        Sight sight;
        std::shared_ptr<const Integration> integration;
        bool was_in_doubt = false;
    };

    // ---- single flight (live_token_care.cpp) ----
    Task<RefreshOutcome> fly(ProjectId project, CredentialId id, RefreshWish wish);
    void start(ProjectId project, CredentialId id, RefreshWish wish,
               std::shared_ptr<RefreshFlights::Flight> flight);
    void start_in_background(ProjectId project, CredentialId id);
    Task<void> run_flight(ProjectId project, CredentialId id, RefreshWish wish,
                          std::shared_ptr<RefreshFlights::Flight> flight);
    Task<void> recheck(ProjectId project, CredentialId id,
                       std::shared_ptr<const LiveCredential> seen);
    Task<Result<Sight>> look(ProjectId project, CredentialId id);
    RefreshOutcome keep(const Sight& sight);  // in the cache

    // ---- one refresh (token_refresh.cpp) ----
    Task<RefreshOutcome> refresh(ProjectId project, CredentialId id, RefreshWish wish);
    std::optional<RefreshOutcome> settled(const Sight& sight, const RefreshWish& wish);
    static bool is_served_meanwhile(const Sight& sight, const RefreshWish& wish);
    Task<std::optional<RefreshOutcome>> refresh_as_holder(Sight sight, RefreshWish wish);
    RefreshOutcome answer_without_means(const Sight& sight, const RefreshWish& wish);
    std::optional<RefreshOutcome> rest(const Sight& sight, const RefreshWish& wish);
    bool is_held_by_other(const LeasedCredential& leased) const;
    Task<Result<std::optional<LeaseKey>>> take_lease(const LeasedCredential& leased);
    Task<std::optional<RefreshOutcome>> send(Attempt attempt);
    Task<void> beat(LeaseKey key, std::shared_ptr<std::atomic<bool>> has_ended);
    Task<std::optional<RefreshOutcome>> store_success(const Attempt& attempt,
                                                      RefreshedTokens tokens);
    Task<Result<bool>> store_durably(const LeaseKey& key, const Credential& record);
    Task<std::optional<RefreshOutcome>> store_failure(const Attempt& attempt,
                                                      RefreshFailure failure);
    Task<std::optional<RefreshOutcome>> store_invalid(const Attempt& attempt, InvalidCause cause);
    void tell_invalidated(Credential credential, const InvalidCause& cause);

    struct Counters {
        Counter& refreshed;
        Counter& invalid;
        Counter& failed;
        Counter& fenced;
    };

    const TokenCareContext context_;
    const TokenCareOptions options_;
    const std::string owner_;  // of this process's leases
    RefreshLeaseStore leases_;
    TokenCache cache_;
    RefreshFlights flights_;
    ForcedRefreshes forced_;
    Counters counters_;
};

// unprocessable "credential.invalid" with the reason.
Error invalid_credential_error(const Credential& credential);
// unavailable "token.refresh_failed" with retry_after.
Error refresh_failed_error(std::string_view message, const Credential& credential, Timestamp now);

}  // namespace tenon
