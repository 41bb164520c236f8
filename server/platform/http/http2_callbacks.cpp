#include "platform/http/http2_callbacks.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace tenon::http {
namespace {

// 1xx heads before the answer; more is a provider gone wrong.
constexpr int kInterimHeadsMax = 16;

std::string_view as_text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

nghttp2_session_callbacks* make_callbacks() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, &Http2Callbacks::on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made,
                                                            &Http2Callbacks::on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, &Http2Callbacks::on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, &Http2Callbacks::on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &Http2Callbacks::on_data);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made,
                                                                 &Http2Callbacks::on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, &Http2Callbacks::on_close);
    return made;
}

}  // namespace

const nghttp2_session_callbacks* Http2Callbacks::all() {
    static const nghttp2_session_callbacks* const callbacks = make_callbacks();
    return callbacks;
}

// Null for streams whose call has been forgotten.
Http2Call* Http2Callbacks::find(nghttp2_session* session, std::int32_t id) {
    return static_cast<Http2Call*>(nghttp2_session_get_stream_user_data(session, id));
}

ssize_t Http2Callbacks::take_outgoing(nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                                      std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                                      void* user) {
    Http2Core& core = *static_cast<Http2Core*>(user);
    Http2Call* const call = find(session, id);
    if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t bytes = std::min(size, call->outgoing.size());
    if (bytes > 0) {
        std::memcpy(out, call->outgoing.data(), bytes);
        call->outgoing.remove_prefix(bytes);
        core.useless_frames_ = 0;  // the provider gives windows back for what we send
        call->body_taken.notify(core.ready_);
    }
    if (call->outgoing.empty() && call->body_complete) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (bytes == 0) {
        call->deferred_ = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(bytes);
}

int Http2Callbacks::on_begin_frame(nghttp2_session*, const nghttp2_frame_hd*, void* user) {
    Http2Core& core = *static_cast<Http2Core*>(user);
    ++core.useless_frames_;
    core.unfinished_bytes_ = 0;
    return 0;
}

int Http2Callbacks::on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void*) {
    Http2Call* const call = find(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    call->in_trailers_ = call->has_head;
    call->incoming_.clear();
    return 0;
}

int Http2Callbacks::add_field(Http2Core& core, Http2Call& call, std::string_view name,
                              std::string_view value) {
    if (name == ":status") {
        std::from_chars(value.data(), value.data() + value.size(), call.incoming_.status);
        return 0;
    }
    if (call.incoming_.add(name, value, core.limits_.head_bytes_max)) {
        if (call.in_trailers_) {
            // As lines, which is the form that a client of HTTP/1.1 gets.
            append_field(call.trailers, name, value);
        }
        return 0;
    }
    if (!call.error) {
        call.error = Error{ErrorKind::provider_failed, "upstream.head_too_large",
                           fmt::format("The head of the provider's answer is larger than "
                                       "head_bytes_max ({}) or has too many fields.",
                                       core.limits_.head_bytes_max)};
        core.change(call);
    }
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // resets this stream, no other
}

int Http2Callbacks::on_header(nghttp2_session* session, const nghttp2_frame* frame,
                              const std::uint8_t* name, std::size_t name_size,
                              const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                              void* user) {
    Http2Call* const call = find(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    return add_field(*static_cast<Http2Core*>(user), *call, as_text(name, name_size),
                     as_text(value, value_size));
}

void Http2Callbacks::end_of_headers(Http2Core& core, Http2Call& call) {
    if (call.in_trailers_ || call.has_head) return;
    const int status = call.incoming_.status;
    if (status < 100 || status > 599) {
        core.fail(call, {ErrorKind::provider_failed, "upstream.malformed_response",
                         "The provider's answer is not valid HTTP/2: its status is none."});
    } else if (status >= 200) {
        call.head = std::move(call.incoming_);
        call.has_head = true;
        core.has_worked_ = true;
    } else if (++call.interim_heads_ <= kInterimHeadsMax) {
        call.interims.push_back(std::move(call.incoming_));
    } else if (!call.error) {
        call.error = core.broken("it sends interim answers only");
    }
    call.incoming_ = {};
    core.change(call);
}

void Http2Callbacks::end_of_message(Http2Core& core, Http2Call& call) {
    call.ended = true;
    core.change(call);
}

int Http2Callbacks::on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Core& core = *static_cast<Http2Core*>(user);
    const bool carries = frame->hd.type == NGHTTP2_HEADERS ||
                         (frame->hd.type == NGHTTP2_DATA && frame->hd.length > 0);
    if (carries) core.useless_frames_ = 0;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
        // Streams that it does not cover are closed as refused by nghttp2 itself.
        core.going_away_ = true;
        return 0;
    }
    Http2Call* const call = frame->hd.stream_id > 0 ? find(session, frame->hd.stream_id) : nullptr;
    if (call == nullptr) return 0;
    if (frame->hd.type == NGHTTP2_RST_STREAM) call->reset_by_peer_ = true;
    if (frame->hd.type == NGHTTP2_HEADERS) end_of_headers(core, *call);
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (may_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) end_of_message(core, *call);
    return 0;
}

int Http2Callbacks::on_data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                            const std::uint8_t* bytes, std::size_t size, void* user) {
    Http2Call* const call = find(session, id);
    if (call == nullptr || call->error) {
        nghttp2_session_consume(session, id, size);
        return 0;
    }
    call->unconsumed_ += size;
    while (size > 0) {
        if (call->body.has_block() && call->body.writable().empty()) {
            call->body.compact();
            if (call->body.writable().empty()) call->body.grow(2 * call->body.capacity());
        }
        const std::span<char> room = call->body.writable();
        const std::size_t taken = std::min(size, room.size());
        std::memcpy(room.data(), bytes, taken);
        call->body.commit(taken);
        bytes += taken;
        size -= taken;
    }
    static_cast<Http2Core*>(user)->change(*call);
    return 0;
}

int Http2Callbacks::on_invalid_frame(nghttp2_session* session, const nghttp2_frame* frame, int code,
                                     void* user) {
    Http2Core& core = *static_cast<Http2Core*>(user);
    const std::string_view why = nghttp2_strerror(code);
    Http2Call* const call = frame->hd.stream_id > 0 ? find(session, frame->hd.stream_id) : nullptr;
    if (call != nullptr && !call->error) {
        call->error = Error{ErrorKind::provider_failed, "upstream.malformed_response",
                            fmt::format("The provider's answer is not valid HTTP/2: {}.", why)};
        core.change(*call);
    }
    if (core.problem_.empty()) core.problem_ = why;
    return 0;
}

int Http2Callbacks::on_close(nghttp2_session* session, std::int32_t id, std::uint32_t code,
                             void* user) {
    Http2Core& core = *static_cast<Http2Core*>(user);
    Http2Call* const call = find(session, id);
    if (call != nullptr) core.end(*call, code);
    return 0;
}

}  // namespace tenon::http
