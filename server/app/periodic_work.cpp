#include "app/periodic_work.h"

#include "platform/logging/log.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {

PeriodicWork::PeriodicWork(Milliseconds interval, std::function<Task<Ok>()> work)
    : work_(std::move(work)), thread_([this, interval] { run(interval); }) {}

PeriodicWork::~PeriodicWork() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    stopped_.notify_one();
    thread_.join();
}

void PeriodicWork::run(Milliseconds interval) {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, interval, [this] { return is_stopped_; })) {
        lock.unlock();
        if (const Ok done = run_task(work_()); !done) {
            log_warning("periodic_work.failed", {{"code", done.error().code}});
        }
        lock.lock();
    }
}

}  // namespace tenon
