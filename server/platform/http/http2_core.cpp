#include "platform/http/http2_core.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include "base/text.h"
#include "platform/http/http2_callbacks.h"

namespace tenon::http {
namespace {

// Header blocks may span frames without a callback in between; this bounds how far.
constexpr std::size_t kUnfinishedSlack = 65'536;
constexpr std::size_t kUselessFramesMax = 10'000;
// Before the provider's SETTINGS are here.
constexpr std::uint32_t kCallsBeforeSettings = 100;
constexpr std::size_t kWindowBytesMax = (1U << 31U) - 1;

struct OptionDeleter {
    void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

std::unique_ptr<nghttp2_option, OptionDeleter> make_option() {
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_peer_max_concurrent_streams(option, kCallsBeforeSettings);
    return std::unique_ptr<nghttp2_option, OptionDeleter>(option);
}

}  // namespace

Http2Core::Http2Core(const Http2Limits& limits) : limits_(limits) {
    nghttp2_session_client_new2(&session_, Http2Callbacks::all(), this, make_option().get());
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kFirstWindow},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head_bytes_max)},
    };
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
    const std::size_t all_windows = std::min(limits.calls_max * kWindowMax, kWindowBytesMax);
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                          static_cast<std::int32_t>(all_windows));
}

Http2Core::~Http2Core() { nghttp2_session_del(session_); }

// ---- bytes ----

Result<void> Http2Core::receive(std::string_view bytes) {
    unfinished_bytes_ += bytes.size();
    const auto taken = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken < 0) {
        if (problem_.empty()) problem_ = nghttp2_strerror(static_cast<int>(taken));
        return broken(problem_);
    }
    if (useless_frames_ > kUselessFramesMax) return broken("it sends frames that carry nothing");
    if (unfinished_bytes_ > limits_.head_bytes_max + kUnfinishedSlack) {
        return Error{ErrorKind::provider_failed, "upstream.head_too_large",
                     fmt::format("The head of the provider's answer is larger than "
                                 "head_bytes_max ({}).",
                                 limits_.head_bytes_max)};
    }
    return {};
}

bool Http2Core::produce(std::string& out, std::size_t bytes_max) {
    const std::size_t before = out.size();
    while (out.size() - before < bytes_max) {
        const std::uint8_t* bytes = nullptr;
        const auto size = nghttp2_session_mem_send(session_, &bytes);
        if (size <= 0) break;
        out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    return out.size() > before;
}

bool Http2Core::wants_write() const { return nghttp2_session_want_write(session_) != 0; }

bool Http2Core::is_over() const {
    return nghttp2_session_want_read(session_) == 0 && !wants_write();
}

Error Http2Core::end_reason() const {
    if (!going_away_) return broken(problem_.empty() ? "protocol error" : problem_);
    return {ErrorKind::provider_failed, "upstream.connection_closed",
            "The provider ended the HTTP/2 connection before its answer was complete."};
}

Error Http2Core::broken(std::string_view why) const {
    return {ErrorKind::provider_failed, "upstream.malformed_response",
            fmt::format("The provider's HTTP/2 connection is broken: {}.", why)};
}

// ---- calls ----

Result<void> Http2Core::begin(Http2Call& call, const Http2Fields& fields) {
    nghttp2_data_provider body{};
    body.read_callback = &Http2Callbacks::take_outgoing;
    const bool has_body = !call.outgoing.empty() || !call.body_complete;
    const std::int32_t id =
        going_away_
            ? -1
            : nghttp2_submit_request(session_, nullptr, fields.all().data(), fields.all().size(),
                                     has_body ? &body : nullptr, &call);
    if (id < 0) {
        call.refused = true;
        call.closed = true;
        return Error{ErrorKind::provider_failed, "upstream.connection_closed",
                     "The provider's HTTP/2 connection takes no more requests."};
    }
    call.id_ = id;
    call.window_ = kFirstWindow;
    call.index_ = calls_.size();
    calls_.push_back(&call);
    return {};
}

void Http2Core::resume_body(Http2Call& call) {
    if (call.closed || !std::exchange(call.deferred_, false)) return;
    nghttp2_session_resume_data(session_, call.id_);
}

void Http2Core::consume(Http2Call& call, std::size_t bytes) {
    if (bytes == 0) return;
    call.unconsumed_ -= bytes;
    nghttp2_session_consume(session_, call.id_, bytes);
    // Whoever has emptied a whole window and waits for more is faster than the window allows.
    call.consumed_ += bytes;
    if (call.closed || !call.body.empty() || call.consumed_ < call.window_) return;
    call.consumed_ = 0;
    if (call.window_ >= kWindowMax) return;
    call.window_ = std::min(2 * call.window_, kWindowMax);
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, call.id_,
                                          static_cast<std::int32_t>(call.window_));
}

void Http2Core::cancel(Http2Call& call) {
    if (call.closed || call.id_ < 0) return;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, call.id_, NGHTTP2_CANCEL);
    call.outgoing = {};
}

void Http2Core::fail(Http2Call& call, Error why) {
    if (call.ended || call.error) return;
    call.error = std::move(why);
    cancel(call);
    call.body_taken.notify(ready_);
    change(call);
}

void Http2Core::forget(Http2Call& call) {
    if (call.id_ < 0) return;
    if (!call.closed) {
        cancel(call);
        nghttp2_session_set_stream_user_data(session_, call.id_, nullptr);
    }
    // What nobody will read any more must not fill the connection's window.
    nghttp2_session_consume_connection(session_, call.unconsumed_);
    calls_[call.index_] = calls_.back();
    calls_[call.index_]->index_ = call.index_;
    calls_.pop_back();
    call.id_ = -1;
}

void Http2Core::fail_all(const Error& why) {
    going_away_ = true;
    for (Http2Call* const call : calls_) {
        if (!call->ended && !call->error) call->error = why;
        call->closed = true;
        change(*call);
    }
}

void Http2Core::change(Http2Call& call) {
    call.answer_changed.notify(ready_);
    if (call.closed) call.body_taken.notify(ready_);
}

Error Http2Core::closed_by(std::uint32_t code, const Http2Call& call) {
    const std::string_view name = nghttp2_http2_strerror(code);
    if (!call.reset_by_peer_ && !call.refused) {
        return {ErrorKind::provider_failed, "upstream.malformed_response",
                fmt::format("The provider's answer is not valid HTTP/2 ({}).", name)};
    }
    return {
        ErrorKind::provider_failed, "upstream.connection_closed",
        fmt::format("The provider reset the request {} ({}).",
                    call.has_head ? "in the middle of its answer" : "before it answered", name)};
}

// nghttp2 has let go of the stream.
void Http2Core::end(Http2Call& call, std::uint32_t code) {
    call.closed = true;
    call.wants_http1 = code == NGHTTP2_HTTP_1_1_REQUIRED && call.reset_by_peer_;
    call.refused = (code == NGHTTP2_REFUSED_STREAM || call.wants_http1) && !call.has_head;
    if (!call.ended && !call.error) call.error = closed_by(code, call);
    change(call);
}

// ---- the connection ----

std::size_t Http2Core::room() const {
    if (going_away_ || nghttp2_session_check_request_allowed(session_) == 0) return 0;
    const std::size_t allowed =
        nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    const std::size_t max = std::min(allowed, limits_.calls_max);
    return max > calls_.size() ? max - calls_.size() : 0;
}

void Http2Core::ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

void Http2Core::go_away() {
    going_away_ = true;
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
}

}  // namespace tenon::http
