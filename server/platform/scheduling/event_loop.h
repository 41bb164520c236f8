// One event loop runs on one thread and resumes the coroutines that belong to it. The reactor
// behind it is Asio, which only the .cpp files of platform/scheduling and platform/http see.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "platform/scheduling/task.h"

namespace boost::asio {
class io_context;
}

namespace tenon {

class EventLoop {
 public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // The loop that runs this thread; null outside of run().
    static EventLoop* current();

    // Runs until stop(), whatever is left to do.
    void run();
    // Runs until nothing is left to do.
    void run_until_idle();
    void stop();  // from any thread

    // Runs `work` on the loop's thread, soon. From any thread; order is kept per calling thread.
    void post(std::function<void()> work);
    // Starts a task that nobody awaits; an exception out of it is logged and counted as a bug.
    void spawn(Task<void> task);

    // How many spawned tasks are not finished yet. Only on the loop's thread.
    std::size_t spawned_count() const { return spawned_; }

    boost::asio::io_context& reactor();

 private:
    struct Detached;
    Detached run_detached(Task<void> task);

    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::size_t spawned_ = 0;
};

// Resumes the awaiting coroutine after `duration` (monotonic). For waits of a second and more use
// this; the data path uses the coarse timer wheel.
Task<void> sleep_for(std::chrono::milliseconds duration);

// A one-shot wake-up between coroutines, from any thread: await() suspends until set() was called.
// A second set() does nothing. One awaiter at most.
class OneShot {
 public:
    OneShot();
    void set();  // from any thread
    auto operator co_await() {
        struct Awaiter {
            OneShot& shot;
            bool await_ready() const { return false; }
            bool await_suspend(std::coroutine_handle<> handle) { return shot.suspend(handle); }
            void await_resume() const { shot.wait_for_setter(); }
        };
        return Awaiter{*this};
    }

 private:
    bool suspend(std::coroutine_handle<> handle);
    void wait_for_setter();
    struct State;
    std::shared_ptr<State> state_;
};

// Runs `task` on a loop of its own until it ends and returns its value. For tests, the command line
// and start-up; never on a thread that already runs a loop.
template <class T>
T run_task(Task<T> task);

// ---- implementation of the template above ----

namespace detail {
template <class T>
Task<void> store_result(Task<T> task, std::optional<T>& out, EventLoop& loop,
                        std::exception_ptr& failure) {
    try {
        out.emplace(co_await std::move(task));
    } catch (...) {
        failure = std::current_exception();
    }
    loop.stop();
}
inline Task<void> store_result(Task<void> task, EventLoop& loop, std::exception_ptr& failure) {
    try {
        co_await std::move(task);
    } catch (...) {
        failure = std::current_exception();
    }
    loop.stop();
}
}  // namespace detail

template <class T>
T run_task(Task<T> task) {
    EventLoop loop;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<T>) {
        loop.spawn(detail::store_result(std::move(task), loop, failure));
        loop.run();
        if (failure) std::rethrow_exception(failure);
    } else {
        std::optional<T> value;
        loop.spawn(detail::store_result(std::move(task), value, loop, failure));
        loop.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(*value);
    }
}

}  // namespace tenon
