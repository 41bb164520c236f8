// One parser for http and https URLs, used by the egress check and by the connection alike, so that
// both always mean the same host. It follows the WHATWG URL Standard for the host
// (percent-decoding, IPv4 in every spelling, IPv6) and is stricter elsewhere: no user info, no
// control characters, no spaces, no backslashes, no fragments, no empty port. International names
// stand in their ASCII form (xn--…).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

constexpr std::size_t kUrlBytesMax = 32'768;

struct Url {
    std::string scheme;      // "http" or "https"
    std::string host;        // lower case; IPv6 without brackets; IPv4 as dotted decimal
    std::uint16_t port = 0;  // always set
    std::string path;        // begins with '/', byte for byte as given
    std::string query;       // without '?', byte for byte as given
    bool has_query = false;
    bool host_is_ipv6 = false;

    // Errors: invalid_input "url.invalid" with the rule in the message.
    static Result<Url> parse(std::string_view text);

    std::string origin() const;          // scheme://host[:port], without the default port
    std::string host_header() const;     // host[:port], IPv6 in brackets
    std::string request_target() const;  // path[?query]
    std::string str() const;
};

// Whether a server might read a segment of `path` as "." or "..": also percent-encoded, between
// encoded slashes or backslashes, and with a parameter behind it ("..;x"). Url keeps such paths;
// who joins paths must refuse them.
bool has_dot_segments(std::string_view path);

// Whether `host` may stand as a DNS name: labels of letters, digits, '-' and '_' (1 to 63 bytes),
// 253 bytes in all.
bool is_valid_host_name(std::string_view host);

}  // namespace tenon
