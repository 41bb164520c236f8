#include "credentials/refresh_policy.h"

#include <algorithm>

namespace tenon {
namespace {

// A request with this token still has to travel; a token about to expire is not served. For short
// tokens a tenth of the lifetime.
constexpr Milliseconds kTravelTime{5'000};

// In [0, 1), stable for one version of one credential. The bytes of a version-4 id are random
// already.
double jitter_of(const Credential& credential) {
    const auto& bytes = credential.id.uuid().bytes;
    const auto mixed = static_cast<unsigned>(bytes[0] + 256U * bytes[1]) +
                       static_cast<unsigned>(credential.version) * 40'503U;
    return static_cast<double>(mixed % 65'536U) / 65'536.0;
}

}  // namespace

TokenSchedule schedule_of(const Credential& credential, const TokenCareOptions& options) {
    if (!credential.expires_at) return {};
    const Timestamp issued = credential.refreshed_at.value_or(credential.created_at);
    const Milliseconds lifetime = std::max(*credential.expires_at - issued, Milliseconds(0));
    const Milliseconds margin =
        std::min<Milliseconds>(options.margin_max, lifetime * options.margin_percent / 100);
    const auto shortened = Milliseconds(static_cast<std::int64_t>(
        static_cast<double>(margin.count()) * (1.0 - jitter_of(credential) / 4)));
    const Milliseconds travel = std::min(kTravelTime, lifetime / 10);
    return {*credential.expires_at - std::max(shortened, travel), *credential.expires_at - travel};
}

TokenState token_state(const Credential& credential, Timestamp now,
                       const TokenCareOptions& options) {
    if (credential.status != CredentialStatus::valid) return TokenState::invalid;
    const TokenSchedule schedule = schedule_of(credential, options);
    if (!schedule.refresh_at || now < *schedule.refresh_at) return TokenState::fresh;
    return now < *schedule.serve_until ? TokenState::due : TokenState::exhausted;
}

bool is_backing_off(const Credential& credential, Timestamp now) {
    return credential.refresh_not_before && now < *credential.refresh_not_before;
}

Timestamp retry_at(int failures, const RefreshFailure& failure, TokenState state, Timestamp now,
                   double random, const TokenCareOptions& options) {
    const Milliseconds max =
        state == TokenState::exhausted ? options.backoff_without_token_max : options.backoff_max;
    constexpr int kDoublingsMax = 20;
    const int doublings = std::clamp(failures - 1, 0, kDoublingsMax);
    const Milliseconds full = std::min(max, options.backoff_first * (std::int64_t{1} << doublings));
    // Between the half and the whole: never at once, never all together.
    Milliseconds wait(
        static_cast<std::int64_t>(static_cast<double>(full.count()) * (0.5 + random / 2)));
    if (state == TokenState::exhausted) wait = std::max(wait, options.backoff_first);
    if (failure.retry_after) {
        wait =
            std::max<Milliseconds>(wait, std::min(*failure.retry_after, options.retry_after_max));
    }
    return now + wait;
}

InvalidCause cause_of(const RefreshFailure& failure, bool was_in_doubt) {
    if (was_in_doubt && failure.code == "invalid_grant") {
        return {"refresh_lost",
                "The answer to an earlier token refresh was lost, and the provider does not accept "
                "the old refresh token any more. Connect the account again."};
    }
    return {failure.code, "The provider ended this connection: " + failure.message +
                              " Connect the account again."};
}

InvalidCause cause_token_expired() {
    return {"token_expired",
            "The access token expired, and the provider gave no means to renew it. Connect the "
            "account again."};
}

InvalidCause cause_rejected() {
    return {"provider_401",
            "The provider does not accept this account's secrets any more. Connect the account "
            "again."};
}

}  // namespace tenon
