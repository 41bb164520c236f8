#include "connect/flow_start_limit.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr Seconds kWindow{60};

}  // namespace

Ok FlowStartLimit::take(const std::string& user, const std::string& address) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady_now();
    if (now >= window_ends_at_) {
        window_ends_at_ = now + kWindow;
        counts_.clear();
    }
    const bool user_may = count("user " + user, limits_.per_user);
    const bool address_may =
        !user_may || address.empty() || count("address " + address, limits_.per_address);
    if (user_may && address_may) return {};
    Error error{ErrorKind::rate_limited, "connect.too_many_starts",
                user_may ? "Too many connections are begun from this address. Try again later."
                         : "This user begins too many connections. Try again later."};
    error.retry_after = std::max(std::chrono::ceil<Seconds>(window_ends_at_ - now), Seconds(1));
    return error;
}

bool FlowStartLimit::count(const std::string& subject, int max) {
    // Whoever brings so many users and addresses within a minute gets fresh counts, not our memory.
    if (counts_.size() >= limits_.counted_max && !counts_.contains(subject)) counts_.clear();
    int& starts = counts_[subject];
    if (starts >= max) return false;
    ++starts;
    return true;
}

}  // namespace tenon
