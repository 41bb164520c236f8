// The fields of an HTTP/2 request, out of the HTTP/1.1 head that the proxy writes (RFC 9113 §8.3).
#pragma once

#include <cstdint>
#include <nghttp2/nghttp2.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::http {

class Http2Fields {
 public:
    struct Options {
        std::optional<std::uint64_t> content_length = std::nullopt;
        bool accepts_trailers = false;
    };

    // `head`: request line and field lines, each with CR LF, without the empty line. Names become
    // lower case, Host becomes :authority, and what belongs to an HTTP/1.1 connection is dropped.
    Http2Fields(std::string_view head, const Options& options);
    Http2Fields(const Http2Fields&) = delete;
    Http2Fields& operator=(const Http2Fields&) = delete;

    std::span<const nghttp2_nv> all() const { return fields_; }

 private:
    void add_line(std::size_t begin, std::size_t end);
    void add(std::string_view name, std::string_view value);

    std::string text_;
    std::string length_;
    std::vector<nghttp2_nv> fields_;
};

}  // namespace tenon::http
