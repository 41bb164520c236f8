// Single flight within a process: whoever needs a refresh that runs already, on any event loop,
// waits for its outcome.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "credentials/token_care.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {

using RefreshOutcome = Result<std::shared_ptr<const LiveCredential>>;

// Why a refresh is wanted: for a token that is good to use, or for one that is newer than the
// version a provider refused or that grew old unused.
struct RefreshWish {
    enum class Reason { use, rejected, idle };
    Reason reason = Reason::use;
    std::int64_t newer_than = 0;
};

class RefreshFlights {
 public:
    explicit RefreshFlights(int waiters_max) : waiters_max_(waiters_max) {}

    class Flight {
     public:
        explicit Flight(const RefreshWish& w) : wish(w) {}
        const RefreshWish wish;

     private:
        friend class RefreshFlights;
        std::vector<std::shared_ptr<OneShot>> waiters_;  // guarded by the owner's mutex
        std::optional<RefreshOutcome> outcome_;          // set once, then never changed
    };
    struct Ticket {
        std::shared_ptr<Flight> flight;
        bool is_leader = false;  // has to run it and land() it, whatever happens
    };

    Ticket join(CredentialId id, const RefreshWish& wish);
    // Resumes on the caller's own loop. Errors: unavailable "overloaded" when too many wait
    // already.
    Task<RefreshOutcome> wait(std::shared_ptr<Flight> flight);
    void land(CredentialId id, const std::shared_ptr<Flight>& flight, RefreshOutcome outcome);

 private:
    const int waiters_max_;
    std::mutex mutex_;
    std::unordered_map<CredentialId, std::shared_ptr<Flight>> flights_;
};

}  // namespace tenon
