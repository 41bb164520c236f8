// One HTTP/2 connection to a provider on one event loop: reads into its Http2Core and writes what
// comes out, keeps the connection alive by PING, and lends places for calls.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http/http2_core.h"
#include "platform/http/timer_wheel.h"
#include "platform/http/upstream.h"

namespace tenon::http {

struct Http2SessionOptions {
    Http2Limits limits;
    std::chrono::milliseconds idle_time_max{60'000};  // without a call
    // Silence of the provider after which it is asked whether it is still there, and how long it
    // may take to say so.
    std::chrono::milliseconds ping_interval{30'000};
    std::chrono::milliseconds ping_timeout{10'000};
};

class Http2Session {
 public:
    // `on_change` is called when places became free or the session ended.
    Http2Session(UpstreamConnection connection, const Http2SessionOptions& options,
                 std::function<void()> on_change);
    ~Http2Session();
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;

    void start();
    Http2Core& core() { return core_; }
    // Places for calls that are free now.
    std::size_t room() const;
    // Sends what the core has to send and resumes who waits for what has changed.
    void flush();
    // To be called about once a second: idle limit and keep-alive.
    void check();
    // Says goodbye when no call runs; a busy session is left alone.
    void close_if_idle();
    bool is_over() const { return over_; }
    // The provider has sent a call back with HTTP_1_1_REQUIRED.
    bool wants_http1() const { return wants_http1_; }
    // Whether it may be destroyed: over, without calls, and nothing of it on the stack.
    bool is_disposable() const { return over_ && leases_ == 0 && !stepping_; }

 private:
    friend class Http2Lease;

    // A coroutine that lives and dies with the session.
    class Runner {
     public:
        struct promise_type;
        using Handle = std::coroutine_handle<promise_type>;
        Runner() = default;
        explicit Runner(Handle handle) : handle_(handle) {}
        Runner(Runner&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
        Runner& operator=(Runner&& other) noexcept {
            std::swap(handle_, other.handle_);
            return *this;
        }
        ~Runner() {
            if (handle_) handle_.destroy();
        }

     private:
        Handle handle_;
    };

    Runner read();
    Runner write();
    void step();
    void resume_ready();
    void fail(const Error& why);
    void return_place();

    UpstreamConnection connection_;
    Stream& stream_;
    Http2SessionOptions options_;
    std::function<void()> on_change_;
    Http2Core core_;
    Buffer in_;
    std::string out_;
    std::size_t leases_ = 0;
    std::size_t reserved_ = 0;  // leases whose call has not begun
    bool over_ = false;
    bool wants_http1_ = false;
    bool stepping_ = false;
    bool ping_sent_ = false;
    std::chrono::steady_clock::time_point heard_at_;
    std::chrono::steady_clock::time_point pinged_at_;
    std::chrono::steady_clock::time_point used_at_;
    std::coroutine_handle<> paused_writer_;
    Runner reader_;  // last: they use everything above
    Runner writer_;
};

// A place for one call on a session, and the call. Ends the call when it goes.
class Http2Lease {
 public:
    explicit Http2Lease(std::shared_ptr<Http2Session> session);
    ~Http2Lease();
    Http2Lease(const Http2Lease&) = delete;
    Http2Lease& operator=(const Http2Lease&) = delete;

    Http2Call call;
    Http2Core& core() { return session_->core(); }
    void flush() { session_->flush(); }
    // The session has answered before, so it may have died unnoticed meanwhile.
    bool was_used() const { return was_used_; }

    // Errors: as Http2Core::begin().
    Result<void> begin(const Http2Fields& fields);
    // Ends the call with `why` unless it is over.
    void fail(Error why);

    // As the limits of a Stream: when one passes, the call ends with "upstream.timeout".
    void set_deadline(std::string_view name, std::chrono::milliseconds limit);
    void clear_deadline() { deadline_.entry.clear(); }
    void set_total_deadline(std::string_view name, std::chrono::milliseconds limit);
    bool timed_out() const { return timed_out_; }

 private:
    struct Deadline {
        explicit Deadline(Http2Lease& l) : lease(l), entry(&on_expiry, this) {}
        static void on_expiry(void* self);
        Http2Lease& lease;
        TimerWheel::Entry entry;
        std::string_view name;
        std::chrono::milliseconds limit{};
    };
    void arm(Deadline& deadline, std::string_view name, std::chrono::milliseconds limit);

    std::shared_ptr<Http2Session> session_;
    TimerWheel& wheel_;
    Deadline deadline_{*this};
    Deadline total_{*this};
    bool was_used_;
    bool is_reserved_ = true;
    bool timed_out_ = false;
};

}  // namespace tenon::http
