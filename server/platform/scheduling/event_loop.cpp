#include "platform/scheduling/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>

#include "platform/logging/log.h"

namespace tenon {
namespace {

namespace asio = boost::asio;

thread_local EventLoop* t_current = nullptr;

// Marks this thread as run by `loop` for a scope.
class CurrentLoop {
 public:
    explicit CurrentLoop(EventLoop* loop) : before_(std::exchange(t_current, loop)) {}
    ~CurrentLoop() { t_current = before_; }
    CurrentLoop(const CurrentLoop&) = delete;
    CurrentLoop& operator=(const CurrentLoop&) = delete;

 private:
    EventLoop* before_;
};

}  // namespace

struct EventLoop::Impl {
    asio::io_context io{1};
};

// The frame of a spawned task: starts at once, frees itself at the end.
struct EventLoop::Detached {
    struct promise_type {
        Detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept {
            try {
                throw;
            } catch (const std::exception& e) {
                log_error("loop.task_failed", {{"what", e.what()}});
            } catch (...) {
                log_error("loop.task_failed", {{"what", "unknown exception"}});
            }
        }
    };
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

EventLoop* EventLoop::current() { return t_current; }
asio::io_context& EventLoop::reactor() { return impl_->io; }

void EventLoop::run() {
    const CurrentLoop mark(this);
    const auto guard = asio::make_work_guard(impl_->io);
    impl_->io.run();
}

void EventLoop::run_until_idle() {
    const CurrentLoop mark(this);
    impl_->io.run();
    impl_->io.restart();
}

void EventLoop::stop() { impl_->io.stop(); }

void EventLoop::post(std::function<void()> work) { asio::post(impl_->io, std::move(work)); }

EventLoop::Detached EventLoop::run_detached(Task<void> task) {
    ++spawned_;
    try {
        co_await std::move(task);
    } catch (...) {
        --spawned_;
        throw;
    }
    --spawned_;
}

void EventLoop::spawn(Task<void> task) {
    if (current() == this) {
        run_detached(std::move(task));
        return;
    }
    // std::function wants a copyable callable, so the task travels in a shared box.
    auto box = std::make_shared<Task<void>>(std::move(task));
    post([this, box] { run_detached(std::move(*box)); });
}

Task<void> sleep_for(std::chrono::milliseconds duration) {
    asio::steady_timer timer(EventLoop::current()->reactor(), duration);
    struct Awaiter {
        asio::steady_timer& timer;
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> handle) {
            timer.async_wait([handle](const boost::system::error_code&) { handle.resume(); });
        }
        void await_resume() const {}
    };
    co_await Awaiter{timer};
}

struct OneShot::State {
    std::mutex mutex;
    bool is_set = false;
    std::coroutine_handle<> waiting;
    EventLoop* loop = nullptr;
};

OneShot::OneShot() : state_(std::make_shared<State>()) {}

void OneShot::set() {
    // The state outlives this object: the awaiting coroutine may own the OneShot and end at once.
    const std::shared_ptr<State> state = state_;
    const std::lock_guard lock(state->mutex);
    if (std::exchange(state->is_set, true) || !state->waiting) return;
    state->loop->post([handle = state->waiting] { handle.resume(); });
}

bool OneShot::suspend(std::coroutine_handle<> handle) {
    const std::lock_guard lock(state_->mutex);
    if (state_->is_set) return false;
    state_->waiting = handle;
    state_->loop = EventLoop::current();
    return true;
}

// The setter may still be inside post(); the coroutine that goes on may end the loop, so it lets
// the setter leave first.
void OneShot::wait_for_setter() { const std::lock_guard lock(state_->mutex); }

}  // namespace tenon
