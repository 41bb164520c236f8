#include "proxy/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace tenon {

std::optional<Milliseconds> RateLimit::take(UserId user, IntegrationId integration,
                                            int per_minute) {
    // Both ids are random, so their mix is a good key; a collision makes two users share one
    // bucket.
    const std::uint64_t key =
        std::hash<UserId>{}(user) ^ (std::hash<IntegrationId>{}(integration) * 31);
    Shard& shard = shards_[key % kShards];
    const SteadyTime now = clock_.steady_now();
    const double per_second = per_minute / 60.0;
    const std::lock_guard lock(shard.mutex);
    if (shard.buckets.size() >= kBucketsPerShardMax) shard.buckets.clear();
    const auto [entry, is_new] = shard.buckets.try_emplace(key, Bucket{double(per_minute), now});
    Bucket& bucket = entry->second;
    const double seconds = std::chrono::duration<double>(now - bucket.filled_at).count();
    bucket.left = std::min(double(per_minute), bucket.left + seconds * per_second);
    bucket.filled_at = now;
    if (bucket.left >= 1.0) {
        bucket.left -= 1.0;
        return std::nullopt;
    }
    return Milliseconds(
        static_cast<std::int64_t>(std::ceil((1.0 - bucket.left) / per_second * 1'000)));
}

}  // namespace tenon
