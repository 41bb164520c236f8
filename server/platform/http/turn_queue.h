// Coroutines of one loop that wait for their turn, first come first served, each with a limit.
#pragma once

#include <chrono>
#include <deque>
#include <memory>

#include "platform/scheduling/event_loop.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

class TurnQueue {
 public:
    // True when the turn came, false when `limit` passed first.
    Task<bool> wait(std::chrono::milliseconds limit);
    // Gives the turn to the first who waits; false when nobody does.
    bool grant();
    std::size_t size() const { return waiting_.size(); }
    bool empty() const { return waiting_.empty(); }

 private:
    struct Waiter {
        OneShot shot;
        bool granted = false;
    };
    std::deque<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace tenon::http
