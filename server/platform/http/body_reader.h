// Takes a message body apart out of an input buffer, whatever its framing; free of I/O. The same
// for the requests of clients and the answers of providers.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/http/buffer_pool.h"
#include "platform/http/codec.h"

namespace tenon::http {

class BodyReader {
 public:
    enum class Next : std::uint8_t {
        data,        // `data` is a piece of the body, valid until the buffer is read into again
        end,         // the body is complete; what is left in the buffer belongs to the next message
        need_bytes,  // nothing usable in the buffer
        refused,     // malformed; problem() says how, and the connection must go
    };

    void start(BodyKind kind, std::uint64_t content_length);
    // Takes the next piece out of `from`, which is consumed.
    Next next(Buffer& from, std::string_view& data);
    // The stream has ended: whether the body is complete with that.
    bool end_of_stream();

    bool is_done() const { return done_; }
    BodyKind kind() const { return kind_; }
    // Of a body with a length: what is still to come.
    std::uint64_t bytes_left() const { return left_; }
    std::uint64_t bytes_read() const { return bytes_read_; }
    std::string_view trailers() const { return chunked_.trailers(); }
    std::string_view problem() const { return chunked_.problem(); }

 private:
    Next next_chunked(Buffer& from, std::string_view& data);

    BodyKind kind_ = BodyKind::none;
    bool done_ = true;
    std::uint64_t left_ = 0;
    std::uint64_t bytes_read_ = 0;
    ChunkedDecoder chunked_;
};

}  // namespace tenon::http
