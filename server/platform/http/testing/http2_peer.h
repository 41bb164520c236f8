// For tests: the provider's side of an Http2Core, by nghttp2 itself or by bytes written by hand,
// all in memory. Test code only.
#pragma once

#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/http2_core.h"

namespace tenon::http::testing {

// A frame as it stands on the wire.
inline std::string frame(int type, int flags, std::uint32_t id, std::string_view payload) {
    std::string bytes;
    for (const int shift : {16, 8, 0}) {
        bytes += static_cast<char>((payload.size() >> static_cast<unsigned>(shift)) & 0xffU);
    }
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(id >> shift & 0xffU);
    return bytes.append(payload);
}

// A server session that records what it hears; the test submits answers on it.
class Http2Peer {
 public:
    explicit Http2Peer(std::vector<nghttp2_settings_entry> settings = {}) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &on_frame);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &on_data);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
        nghttp2_session_server_new(&session_, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    }
    ~Http2Peer() { nghttp2_session_del(session_); }
    Http2Peer(const Http2Peer&) = delete;
    Http2Peer& operator=(const Http2Peer&) = delete;

    nghttp2_session* session() { return session_; }

    // Lets bytes flow until both sides are silent.
    void exchange_with(Http2Core& core) {
        bool moved = true;
        while (moved) {
            std::string out;
            moved = core.produce(out, 1U << 20U);
            nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(out.data()),
                                     out.size());
            const std::uint8_t* bytes = nullptr;
            const auto size = nghttp2_session_mem_send(session_, &bytes);
            if (size <= 0) continue;
            moved = true;
            EXPECT_TRUE(core.receive(
                {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}));
        }
    }

    void head(std::int32_t id, std::vector<std::pair<std::string, std::string>> fields,
              bool ends = false) {
        std::vector<nghttp2_nv> list;
        for (auto& [name, value] : fields) {
            list.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                            reinterpret_cast<std::uint8_t*>(value.data()), name.size(),
                            value.size(), NGHTTP2_NV_FLAG_NONE});
        }
        nghttp2_submit_headers(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id,
                               nullptr, list.data(), list.size(), nullptr);
    }
    // `bytes` bytes of body and, when nothing else is said, the end.
    void body(std::int32_t id, std::size_t bytes, bool ends = true) {
        left_[id] = bytes;
        nghttp2_data_provider provider{};
        provider.source.ptr = this;
        provider.read_callback = &read_body;
        nghttp2_submit_data(session_, ends ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE, id,
                            &provider);
    }

    std::map<std::int32_t, std::map<std::string, std::string>> heads;
    std::map<std::int32_t, std::string> bodies;
    std::map<std::int32_t, std::uint32_t> resets;
    std::map<std::int32_t, bool> ended;

 private:
    static int on_frame(nghttp2_session*, const nghttp2_frame* f, void* user) {
        auto& self = *static_cast<Http2Peer*>(user);
        if (f->hd.type == NGHTTP2_RST_STREAM) {
            self.resets[f->hd.stream_id] = f->rst_stream.error_code;
        }
        if ((f->hd.type == NGHTTP2_DATA || f->hd.type == NGHTTP2_HEADERS) &&
            (f->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            self.ended[f->hd.stream_id] = true;
        }
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                       std::size_t size, void* user) {
        static_cast<Http2Peer*>(user)->bodies[id].append(reinterpret_cast<const char*>(bytes),
                                                         size);
        return 0;
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* f, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
        auto& head = static_cast<Http2Peer*>(user)->heads[f->hd.stream_id];
        head[{reinterpret_cast<const char*>(name), name_size}] = {
            reinterpret_cast<const char*>(value), value_size};
        return 0;
    }
    static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source* source, void*) {
        std::size_t& left = static_cast<Http2Peer*>(source->ptr)->left_[id];
        const std::size_t bytes = std::min(left, size);
        std::fill_n(out, bytes, std::uint8_t{'x'});
        left -= bytes;
        if (left == 0) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(bytes);
    }

    nghttp2_session* session_ = nullptr;
    std::map<std::int32_t, std::size_t> left_;
};

}  // namespace tenon::http::testing
