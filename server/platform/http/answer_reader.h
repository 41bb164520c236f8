// Reads one whole answer from a provider into memory, within limits. For the buffered client; the
// proxy streams.
#pragma once

#include <string>
#include <string_view>

#include "platform/http/client.h"
#include "platform/http/codec.h"
#include "platform/http/stream.h"

namespace tenon::http {

class AnswerReader {
 public:
    // All outlive the reader.
    AnswerReader(Stream& stream, const UpstreamLimits& limits, std::string_view request_method)
        : stream_(stream), limits_(limits), method_(request_method) {}

    // Errors: as HttpClient for everything after the request was sent.
    Task<Result<ClientResponse>> read();
    // Some byte of an answer came.
    bool has_begun() const { return has_begun_; }
    // The answer ended cleanly, nothing stands behind it and the provider keeps the connection.
    bool is_reusable() const { return is_reusable_; }

 private:
    Task<Result<void>> read_head(ClientResponse& response);
    Task<Result<void>> read_body(std::string& body);
    Task<Result<void>> read_chunked(std::string& body);
    Task<Result<std::size_t>> read_more(std::string_view limit_name,
                                        std::chrono::milliseconds limit);
    Result<void> append(std::string& body, std::string_view bytes) const;

    Stream& stream_;
    const UpstreamLimits& limits_;
    std::string_view method_;
    Buffer in_;
    BodyKind body_kind_ = BodyKind::none;
    std::uint64_t content_length_ = 0;
    bool keep_alive_ = false;
    bool has_begun_ = false;
    bool is_reusable_ = false;
};

}  // namespace tenon::http
