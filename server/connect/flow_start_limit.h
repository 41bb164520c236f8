// How often connections may be begun: by one user, and from one address. Each start writes rows and
// leads a browser to a provider, so a loop in a product or a stolen user token must not begin them
// by the thousand. Counts of this process, in memory, for windows of one minute.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"

namespace tenon {

struct FlowStartLimits {
    int per_user = 60;  // in a minute
    int per_address = 600;
    std::size_t counted_max = 50'000;  // users and addresses that are counted at once
};

class FlowStartLimit {
 public:
    FlowStartLimit(const Clock& clock, FlowStartLimits limits) : clock_(clock), limits_(limits) {}

    // Counts one start; an empty address is not counted. Thread-safe. Errors: rate_limited
    // "connect.too_many_starts" with retry_after.
    Ok take(const std::string& user, const std::string& address);

 private:
    bool count(const std::string& subject, int max);

    const Clock& clock_;
    const FlowStartLimits limits_;
    std::mutex mutex_;
    SteadyTime window_ends_at_;
    std::unordered_map<std::string, int> counts_;
};

}  // namespace tenon
