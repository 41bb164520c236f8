// How many calls a minute one connected user may make through one integration
// (`rateLimitPerMinute`): a token bucket in this process's memory, one minute's worth deep.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "integrations/integration.h"
#include "users/connected_user.h"

namespace tenon {

class RateLimit {
 public:
    explicit RateLimit(const Clock& clock) : clock_(clock) {}

    // Takes one call. When none is left: how long until the next one.
    std::optional<Milliseconds> take(UserId user, IntegrationId integration, int per_minute);

 private:
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kBucketsPerShardMax = 20'000;
    struct Bucket {
        double left = 0;
        SteadyTime filled_at;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, Bucket> buckets;
    };

    const Clock& clock_;
    std::array<Shard, kShards> shards_;
};

}  // namespace tenon
