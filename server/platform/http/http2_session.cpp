#include "platform/http/http2_session.h"

#include <fmt/format.h>

#include "platform/http/stream.h"
#include "platform/logging/log.h"

namespace tenon::http {
namespace {

// What goes out with one write at most.
constexpr std::size_t kWriteBytesMax = 65'536;

Error closed_connection() {
    return {ErrorKind::provider_failed, "upstream.connection_closed",
            "The provider closed the HTTP/2 connection before its answer was complete."};
}

}  // namespace

struct Http2Session::Runner::promise_type {
    Runner get_return_object() noexcept { return Runner(Handle::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {
        log_error("http2.session_failed", {{"what", "unknown exception"}});
    }
};

Http2Session::Http2Session(UpstreamConnection connection, const Http2SessionOptions& options,
                           std::function<void()> on_change)
    : connection_(std::move(connection)),
      stream_(connection_.stream()),
      options_(options),
      on_change_(std::move(on_change)),
      core_(options.limits),
      heard_at_(std::chrono::steady_clock::now()),
      used_at_(heard_at_) {}

Http2Session::~Http2Session() = default;

void Http2Session::start() {
    stepping_ = true;  // the writer runs first
    writer_ = write();
    stepping_ = false;
    reader_ = read();
}

std::size_t Http2Session::room() const {
    const std::size_t all = over_ ? 0 : core_.room();
    return all > reserved_ ? all - reserved_ : 0;
}

void Http2Session::flush() {
    if (!stepping_) step();  // otherwise whoever steps goes on with it
}

void Http2Session::step() {
    stepping_ = true;
    do {
        resume_ready();
        if (paused_writer_ && !over_ && core_.wants_write()) {
            std::exchange(paused_writer_, nullptr).resume();
        }
    } while (!core_.ready().empty());
    stepping_ = false;
}

void Http2Session::resume_ready() {
    while (!core_.ready().empty()) {
        const Http2Signal::Ready ready = std::exchange(core_.ready(), {});
        for (const std::coroutine_handle<> handle : ready) handle.resume();
    }
}

Http2Session::Runner Http2Session::read() {
    while (!over_) {
        const Result<std::size_t> arrived = co_await stream_.read_into(in_);
        if (over_) co_return;
        if (!arrived || *arrived == 0) {
            fail(arrived ? closed_connection() : as_upstream_error(arrived.error()));
            co_return;
        }
        heard_at_ = std::chrono::steady_clock::now();
        ping_sent_ = false;
        const std::size_t room_before = core_.room();
        const Result<void> received = core_.receive(in_.readable());
        in_.release();  // an idle session holds no buffer
        step();
        if (!received) {
            fail(received.error());
        } else if (core_.is_over()) {
            fail(core_.end_reason());
        } else if (core_.room() > room_before) {
            on_change_();
        }
    }
}

Http2Session::Runner Http2Session::write() {
    struct Pause {
        std::coroutine_handle<>& slot;
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> handle) { slot = handle; }
        void await_resume() const {}
    };
    while (!over_) {
        if (!core_.produce(out_, kWriteBytesMax)) {
            if (core_.is_over()) {
                fail(core_.end_reason());
                co_return;
            }
            co_await Pause{paused_writer_};
            continue;
        }
        const Result<void> sent = co_await stream_.write_all(out_);
        out_.clear();
        if (over_) co_return;
        if (!sent) {
            fail(as_upstream_error(sent.error()));
            co_return;
        }
        if (stepping_) continue;
        stepping_ = true;  // what they want to send goes out with the next turn of this loop
        resume_ready();
        stepping_ = false;
    }
}

void Http2Session::fail(const Error& why) {
    if (std::exchange(over_, true)) return;
    core_.fail_all(why);
    stream_.close();
    if (!stepping_) step();
    on_change_();
}

// ---- keeping it ----

void Http2Session::check() {
    if (over_) return;
    const auto now = std::chrono::steady_clock::now();
    if (leases_ == 0 && now - used_at_ > options_.idle_time_max) return close_if_idle();
    if (ping_sent_ && now - pinged_at_ > options_.ping_timeout) {
        fail({ErrorKind::provider_timed_out, "upstream.timeout",
              fmt::format("The provider has not answered a PING within ping_timeout ({} ms).",
                          options_.ping_timeout.count())});
        return;
    }
    if (ping_sent_ || now - heard_at_ < options_.ping_interval) return;
    ping_sent_ = true;
    pinged_at_ = now;
    core_.ping();
    flush();
}

void Http2Session::close_if_idle() {
    if (over_ || leases_ > 0) return;
    core_.go_away();
    flush();
    fail(core_.end_reason());
}

void Http2Session::return_place() {
    --leases_;
    used_at_ = std::chrono::steady_clock::now();
    flush();
    on_change_();
}

// ---- a call's place ----

Http2Lease::Http2Lease(std::shared_ptr<Http2Session> session)
    : session_(std::move(session)),
      wheel_(TimerWheel::of(*EventLoop::current())),
      was_used_(session_->core().has_worked()) {
    ++session_->leases_;
    ++session_->reserved_;
}

Http2Lease::~Http2Lease() {
    if (is_reserved_) --session_->reserved_;
    if (call.wants_http1) session_->wants_http1_ = true;
    session_->core().forget(call);
    session_->return_place();
}

Result<void> Http2Lease::begin(const Http2Fields& fields) {
    is_reserved_ = false;
    --session_->reserved_;
    return session_->core().begin(call, fields);
}

void Http2Lease::fail(Error why) {
    core().fail(call, std::move(why));
    flush();
}

void Http2Lease::Deadline::on_expiry(void* self) {
    const auto& deadline = *static_cast<Deadline*>(self);
    deadline.lease.timed_out_ = true;
    deadline.lease.fail(
        {ErrorKind::provider_timed_out, "upstream.timeout",
         fmt::format("The limit {} of {} ms has passed.", deadline.name, deadline.limit.count())});
}

void Http2Lease::arm(Deadline& deadline, std::string_view name, std::chrono::milliseconds limit) {
    deadline.name = name;
    deadline.limit = limit;
    wheel_.set(deadline.entry, limit);
}

void Http2Lease::set_deadline(std::string_view name, std::chrono::milliseconds limit) {
    arm(deadline_, name, limit);
}

void Http2Lease::set_total_deadline(std::string_view name, std::chrono::milliseconds limit) {
    arm(total_, name, limit);
}

}  // namespace tenon::http
