// What nghttp2 tells an Http2Core while it reads and writes. For http2_core.cpp only.
#pragma once

#include <nghttp2/nghttp2.h>

#include "platform/http/http2_core.h"

namespace tenon::http {

struct Http2Callbacks {
    static const nghttp2_session_callbacks* all();
    // Fills a DATA frame from the call's body.
    static ssize_t take_outgoing(nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                                 std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                                 void* user);

    static Http2Call* find(nghttp2_session* session, std::int32_t id);
    static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user);
    static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void*);
    static int on_header(nghttp2_session* session, const nghttp2_frame* frame,
                         const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                         std::size_t value_size, std::uint8_t, void* user);
    static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user);
    static int on_data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                       const std::uint8_t* bytes, std::size_t size, void* user);
    static int on_invalid_frame(nghttp2_session* session, const nghttp2_frame* frame, int code,
                                void* user);
    static int on_close(nghttp2_session* session, std::int32_t id, std::uint32_t code, void* user);

 private:
    static int add_field(Http2Core& core, Http2Call& call, std::string_view name,
                         std::string_view value);
    static void end_of_headers(Http2Core& core, Http2Call& call);
    static void end_of_message(Http2Core& core, Http2Call& call);
};

}  // namespace tenon::http
