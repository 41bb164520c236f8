#include "platform/scheduling/blocking_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <vector>

namespace tenon {

struct BlockingPool::Impl {
    explicit Impl(Options o) : options(std::move(o)) {}

    void work() {
        ::pthread_setname_np(::pthread_self(), options.name.substr(0, 15).c_str());
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return closing || !jobs.empty(); });
            if (jobs.empty()) return;
            const std::function<void()> job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    Options options;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool closing = false;
    std::vector<std::thread> threads;
};

BlockingPool::BlockingPool(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {
    for (int i = 0; i < impl_->options.threads; ++i) {
        impl_->threads.emplace_back([this] { impl_->work(); });
    }
}

BlockingPool::~BlockingPool() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->closing = true;
    }
    impl_->changed.notify_all();
    for (std::thread& thread : impl_->threads) thread.join();
}

bool BlockingPool::submit(std::function<void()> job) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->jobs.size() >= impl_->options.queue_max) return false;
        impl_->jobs.push_back(std::move(job));
    }
    impl_->changed.notify_one();
    return true;
}

}  // namespace tenon
