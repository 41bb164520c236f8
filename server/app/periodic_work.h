// Work that has to happen now and then whether or not anybody calls: one thread with an event loop
// of its own, woken at an interval, ended promptly.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "platform/scheduling/task.h"

namespace tenon {

class PeriodicWork {
 public:
    // Runs `work` every `interval`, the first time after one interval. Failures are logged and do
    // not end it.
    PeriodicWork(Milliseconds interval, std::function<Task<Ok>()> work);
    ~PeriodicWork();  // waits for a run that is under way
    PeriodicWork(const PeriodicWork&) = delete;
    PeriodicWork& operator=(const PeriodicWork&) = delete;

 private:
    void run(Milliseconds interval);

    std::function<Task<Ok>()> work_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool is_stopped_ = false;
    std::thread thread_;
};

}  // namespace tenon
