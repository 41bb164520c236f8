// One request and its answer on an HTTP/2 session, as plain state: http2_core.h writes what arrives
// into it and takes what is to be sent from it; http2_relay.cpp does the opposite. No I/O.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "platform/http/buffer_pool.h"
#include "platform/http/codec.h"

namespace tenon::http {

class Http2Core;
struct Http2Callbacks;

// Wakes one coroutine of the same loop. The coroutine is put on a list that the session resumes
// once no callback of nghttp2 is on the stack. What it waits for is state: it looks, waits, and
// looks again.
class Http2Signal {
 public:
    using Ready = std::vector<std::coroutine_handle<>>;
    void notify(Ready& ready) {
        if (waiting_) ready.push_back(std::exchange(waiting_, nullptr));
    }
    auto operator co_await() {
        struct Awaiter {
            Http2Signal& signal;
            bool await_ready() const { return false; }
            void await_suspend(std::coroutine_handle<> handle) { signal.waiting_ = handle; }
            void await_resume() const {}
        };
        return Awaiter{*this};
    }

 private:
    std::coroutine_handle<> waiting_;
};

// A head as received, interim or final.
class Http2Head {
 public:
    int status = 0;

    // False when the head becomes larger than `bytes_max` or has more fields than a HeaderList.
    bool add(std::string_view name, std::string_view value, std::size_t bytes_max);
    // Views into this head. `ended`: no body follows.
    void describe(std::string_view request_method, bool ended, ResponseHead& out) const;
    void clear();

 private:
    struct Place {
        std::uint32_t name;
        std::uint32_t value;
        std::uint32_t end;
    };
    std::string text_;  // name, value, name, value, …
    std::vector<Place> places_;
    std::size_t bytes_ = 0;  // as RFC 9113 §6.5.2 counts
    std::optional<std::uint64_t> length_;
};

struct Http2Call {
    Http2Call() = default;
    Http2Call(const Http2Call&) = delete;
    Http2Call& operator=(const Http2Call&) = delete;

    // ---- the request's body ----
    std::string_view outgoing;   // what is left of the piece being sent
    bool body_complete = false;  // nothing follows `outgoing`
    Http2Signal body_taken;      // some of `outgoing` has gone out, or the call is over

    // ---- the answer ----
    std::vector<Http2Head> interims;  // not yet passed on
    Http2Head head;
    bool has_head = false;
    Buffer body;           // never more than the stream's window
    std::string trailers;  // field lines
    bool ended = false;    // the whole answer has arrived
    Http2Signal answer_changed;

    // ---- the call as a whole ----
    bool closed = false;       // the stream is gone, whatever way
    bool refused = false;      // the provider has said that it did not process the request
    bool wants_http1 = false;  // … and that it wants it over HTTP/1.1
    std::optional<Error> error;

 private:
    friend class Http2Core;
    friend struct Http2Callbacks;
    std::int32_t id_ = -1;
    std::size_t index_ = 0;  // in Http2Core::calls_
    Http2Head incoming_;
    int interim_heads_ = 0;
    bool in_trailers_ = false;
    bool reset_by_peer_ = false;
    bool deferred_ = false;  // nghttp2 waits for resume_body()
    std::size_t window_ = 0;
    std::size_t unconsumed_ = 0;  // arrived and not yet taken by the caller
    std::size_t consumed_ = 0;    // since the window grew
};

}  // namespace tenon::http
