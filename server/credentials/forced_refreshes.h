// How often a provider's 401 may force a refresh of one credential: a provider that refuses every
// token must not make us spend one with each call.
#pragma once

#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "credentials/credential.h"

namespace tenon {

class ForcedRefreshes {
 public:
    explicit ForcedRefreshes(int free_per_minute) : free_(free_per_minute) {}
    // Whether one may be sent now; counts it when so.
    bool allow(CredentialId id, SteadyTime now);

 private:
    static constexpr std::size_t kEntriesMax = 10'000;
    struct Entry {
        int count = 0;
        SteadyTime last;
    };
    const int free_;
    std::mutex mutex_;
    std::unordered_map<CredentialId, Entry> entries_;
};

}  // namespace tenon
