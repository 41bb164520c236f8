// A bounded queue between event loops, which push and never wait, and database threads, which wait
// and pop.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace tenon {

template <class T>
class BoundedQueue {
 public:
    explicit BoundedQueue(std::size_t size_max) : size_max_(size_max) {}

    // False when the queue is full or closed.
    bool push(T item) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || items_.size() >= size_max_) return false;
            items_.push_back(std::move(item));
        }
        changed_.notify_one();
        return true;
    }

    // Waits for items and takes up to `count` of them. Nothing: the queue is closed and empty.
    std::vector<T> pop(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
        return take(count);
    }

    // Takes what is there without waiting.
    std::vector<T> take_all() {
        const std::lock_guard lock(mutex_);
        return take(items_.size());
    }

    // Takes from the front as long as `wanted` says so, without waiting.
    template <class Predicate>
    std::vector<T> take_while(Predicate wanted) {
        const std::lock_guard lock(mutex_);
        std::vector<T> taken;
        while (!items_.empty() && wanted(items_.front())) {
            taken.push_back(std::move(items_.front()));
            items_.pop_front();
        }
        return taken;
    }

    // Waits until the queue is closed or the time has passed; true when it is closed.
    bool wait_closed(std::chrono::milliseconds duration) {
        std::unique_lock lock(mutex_);
        return closing_.wait_for(lock, duration, [this] { return closed_; });
    }

    // Refuses new items; what is queued can still be popped.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
        closing_.notify_all();
    }

 private:
    std::vector<T> take(std::size_t count) {
        std::vector<T> taken;
        taken.reserve(std::min(count, items_.size()));
        while (!items_.empty() && taken.size() < count) {
            taken.push_back(std::move(items_.front()));
            items_.pop_front();
        }
        return taken;
    }

    const std::size_t size_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable closing_;
    std::deque<T> items_;
    bool closed_ = false;
};

}  // namespace tenon
