// Live credentials in memory for the hot path: one hash look-up under a lock that event loops
// rarely share. Bounded in number and in time without use, since the entries hold opened secrets.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "credentials/refresh_policy.h"
#include "credentials/token_care.h"

namespace tenon {

class TokenCache {
 public:
    explicit TokenCache(const TokenCareOptions& options);

    struct Hit {
        std::shared_ptr<const LiveCredential> live;  // null: not here, or not good to use now
        bool is_due = false;  // refresh it meanwhile; said once a second at most
        bool needs_recheck =
            false;  // compare it with the stored row; said once for each recheck time
    };
    Hit find(ProjectId project, CredentialId id, Timestamp now, SteadyTime steady_now);

    // Tells put() whether forget() came between a read and its put.
    std::uint64_t generation(CredentialId id) const;
    void put(std::shared_ptr<const LiveCredential> live, std::uint64_t generation,
             SteadyTime steady_now);
    void forget(CredentialId id);
    // Drops what was not used for a while; find() and put() do it too, now and then.
    void drop_idle(SteadyTime steady_now);

 private:
    struct Entry {
        std::shared_ptr<const LiveCredential> live;
        Timestamp refresh_at;
        Timestamp serve_until;
        SteadyTime used_at;
        SteadyTime checked_at;
        SteadyTime told_due_at;
    };
    struct alignas(64) Shard {
        mutable std::mutex mutex;
        std::unordered_map<CredentialId, Entry> entries;
        std::uint64_t generation = 0;
        SteadyTime dropped_at;
    };
    static constexpr std::size_t kShards = 64;

    Shard& shard(CredentialId id) const { return shards_[std::hash<CredentialId>{}(id) % kShards]; }
    void drop_idle_now_and_then(Shard& part, SteadyTime steady_now) const;

    const TokenCareOptions options_;
    const std::size_t entries_per_shard_max_;
    mutable std::array<Shard, kShards> shards_;
};

}  // namespace tenon
