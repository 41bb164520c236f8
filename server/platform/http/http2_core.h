// The client side of one HTTP/2 connection without I/O (RFC 9113): bytes of the provider go in,
// bytes for the provider come out, calls change in between. nghttp2 does the framing; the bounds
// are ours:
// - windows are given back only for bytes that the caller has taken, and the connection's window is
//   as large as all streams' together, so a stalled call holds nobody else back;
// - heads, 1xx answers, unfinished frames and frames that carry nothing are limited.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/http/http2_call.h"
#include "platform/http/http2_fields.h"

struct nghttp2_session;

namespace tenon::http {

struct Http2Limits {
    std::size_t head_bytes_max = 65'536;
    std::size_t calls_max = 250;  // at a time; the provider may allow fewer
};

class Http2Core {
 public:
    // What a call may have unread at first; it grows for callers that keep up.
    static constexpr std::size_t kFirstWindow = 65'535;
    static constexpr std::size_t kWindowMax = 524'288;

    explicit Http2Core(const Http2Limits& limits);
    ~Http2Core();
    Http2Core(const Http2Core&) = delete;
    Http2Core& operator=(const Http2Core&) = delete;

    // ---- bytes ----
    // Errors: provider_failed "upstream.malformed_response", "upstream.head_too_large"; the
    // connection is of no use any more, though a GOAWAY may be left to send.
    Result<void> receive(std::string_view bytes);
    // Appends what is to be sent, about `bytes_max` at most; false when there was nothing.
    bool produce(std::string& out, std::size_t bytes_max);
    bool wants_write() const;
    // Neither side will send any more.
    bool is_over() const;
    // Why it is over, for the calls that were on it.
    Error end_reason() const;

    // ---- calls; each must be forgotten before it ends ----
    // Sends the head. Errors: provider_failed "upstream.connection_closed" when no stream can be
    // opened any more; the call counts as refused then.
    Result<void> begin(Http2Call& call, const Http2Fields& fields);
    // More of the body is in `outgoing`, or it is complete.
    void resume_body(Http2Call& call);
    // The caller has taken `bytes` of the answer's body.
    void consume(Http2Call& call, std::size_t bytes);
    // Ends a call that is not over by RST_STREAM CANCEL.
    void cancel(Http2Call& call);
    // As cancel(), and the call has failed with `why`. Nothing for a call that is over.
    void fail(Http2Call& call, Error why);
    // As cancel(), and the call is not touched again.
    void forget(Http2Call& call);
    // Ends every call with `why`.
    void fail_all(const Error& why);

    // ---- the connection ----
    // How many more calls may begin now.
    std::size_t room() const;
    void ping();
    // Tells the provider that nothing more will come.
    void go_away();
    // The provider has answered a call, so the connection has worked.
    bool has_worked() const { return has_worked_; }
    std::size_t call_count() const { return calls_.size(); }

    // Coroutines that may go on. Whoever called one of the functions above resumes them.
    Http2Signal::Ready& ready() { return ready_; }

 private:
    friend struct Http2Callbacks;

    Error broken(std::string_view why) const;
    void change(Http2Call& call);
    void end(Http2Call& call, std::uint32_t code);
    static Error closed_by(std::uint32_t code, const Http2Call& call);

    Http2Limits limits_;
    nghttp2_session* session_ = nullptr;
    std::vector<Http2Call*> calls_;
    Http2Signal::Ready ready_;
    std::string problem_;  // of the connection, from nghttp2
    bool going_away_ = false;
    bool has_worked_ = false;
    std::size_t useless_frames_ = 0;
    std::size_t unfinished_bytes_ = 0;  // since the last frame began
};

}  // namespace tenon::http
