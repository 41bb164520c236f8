// Which credential or configuration a selector names, and a memory of what selectors named lately
// for the hot path.
//
// A selector is a UUID, `ext:<external id>` or a plain external id; an empty one names the first of
// the list.
#pragma once

#include <array>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "credentials/credential.h"

namespace tenon {

// Null when none fits. The lists are in their order of precedence: oldest first, the default first.
const Credential* select_credential(const std::vector<Credential>& credentials,
                                    std::string_view selector);
const Configuration* select_configuration(const std::vector<Configuration>& configurations,
                                          std::string_view selector);

// Bounded; an entry lives for a fixed time, so that another node's changes are seen after it.
// Thread-safe, in shards by user so that event loops rarely meet.
class SelectionCache {
 public:
    SelectionCache(Seconds life, std::size_t entries_max);

    std::optional<CredentialId> find(UserId user, IntegrationId integration,
                                     std::string_view selector, SteadyTime now) const;
    void put(UserId user, IntegrationId integration, std::string_view selector, CredentialId id,
             SteadyTime now);
    // After any change to the user's credentials.
    void forget(UserId user);

 private:
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kSelectionsPerUserMax = 32;
    struct Selection {
        IntegrationId integration;
        std::string selector;
        CredentialId credential;
        SteadyTime until;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<UserId, std::vector<Selection>> users;
    };
    Shard& shard(UserId user) const { return shards_[std::hash<UserId>{}(user) % kShards]; }

    const Seconds life_;
    const std::size_t users_per_shard_max_;
    mutable std::array<Shard, kShards> shards_;
};

}  // namespace tenon
