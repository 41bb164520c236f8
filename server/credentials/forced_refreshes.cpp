#include "credentials/forced_refreshes.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr Seconds kForgottenAfter{60};
constexpr Seconds kWaitFirst{1};
constexpr int kDoublingsMax = 5;  // 32 s, so that a steady stream of 401s is never forgotten

}  // namespace

bool ForcedRefreshes::allow(CredentialId id, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kEntriesMax) {
        std::erase_if(entries_,
                      [now](const auto& e) { return now - e.second.last > kForgottenAfter; });
        if (entries_.size() >= kEntriesMax) entries_.erase(entries_.begin());
    }
    Entry& entry = entries_[id];
    if (now - entry.last > kForgottenAfter) entry.count = 0;
    if (entry.count >= free_) {
        const auto wait = kWaitFirst * (1 << std::min(entry.count - free_, kDoublingsMax));
        if (now - entry.last < wait) return false;
    }
    ++entry.count;
    entry.last = now;
    return true;
}

}  // namespace tenon
