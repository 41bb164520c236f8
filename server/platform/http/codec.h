// The strict HTTP/1.1 codec (RFC 9112), free of I/O. Whatever two readers could frame differently
// is refused, and the connection of a refused message is closed: stack.md's list of smuggling
// shapes is our test table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/http/chunked.h"
#include "platform/http/header_list.h"

namespace tenon::http {

struct HeadLimits {
    std::size_t head_bytes_max = 32'768;  // request line or status line, fields and the empty line
    std::size_t fields_max = HeaderList::kCapacity;
};

enum class BodyKind : std::uint8_t {
    none,
    length,  // Content-Length
    chunked,
    until_close,  // answers only
};

struct RequestHead {
    std::string_view method;
    std::string_view target;  // as received
    std::string_view path;    // "/…" or "*", still percent-encoded
    std::string_view query;   // without '?', still percent-encoded
    bool has_query = false;
    std::string_view authority;  // the Host field; empty only in HTTP/1.0
    HeaderList headers;

    int minor_version = 1;  // HTTP/1.x
    BodyKind body = BodyKind::none;
    std::uint64_t content_length = 0;
    bool keep_alive = true;
    bool expects_continue = false;
    bool wants_upgrade = false;
    bool accepts_trailers = false;  // TE: trailers
    std::size_t head_bytes = 0;     // how much of the buffer the head takes
};

struct ResponseHead {
    int status = 0;
    std::string_view reason;
    HeaderList headers;

    int minor_version = 1;
    BodyKind body = BodyKind::none;
    bool has_content_length = false;  // may be set with body none: answers to HEAD
    std::uint64_t content_length = 0;
    bool keep_alive = true;
    std::size_t head_bytes = 0;
};

enum class ParseStatus : std::uint8_t { complete, need_more, refused };

// `status` is the answer to give (400, 414, 417, 431, 501, 505; 502 for answers). The texts are
// static.
struct Refusal {
    int status = 400;
    std::string_view code;
    std::string_view message;
};

struct ParseResult {
    ParseStatus state = ParseStatus::need_more;
    Refusal refusal{};
};

// Parses the head at the start of `bytes`. The views in `head` point into `bytes`. One empty line
// before the request line is skipped (RFC 9112 §2.2) and counted in head_bytes.
ParseResult parse_request_head(std::string_view bytes, const HeadLimits& limits, RequestHead& head);

// As above for an answer to `request_method`. 1xx heads are complete heads with body none; the
// caller loops. A 101 is refused with "http.unexpected_upgrade", its fields and head_bytes set:
// relay.h has the one caller that may have asked for it.
ParseResult parse_response_head(std::string_view bytes, const HeadLimits& limits,
                                std::string_view request_method, ResponseHead& head);

// Whether `text` may stand as a field name (RFC 9110 token) or a field value (no controls but tab,
// no edge blanks).
bool is_token(std::string_view text);
bool is_field_value(std::string_view text);

// The standard reason phrase, or "" for codes that have none.
std::string_view reason_phrase(int status);
// "HTTP/1.1 200 OK\r\n"
void append_status_line(std::string& out, int status, std::string_view reason);
void append_field(std::string& out, std::string_view name, std::string_view value);
// The line of a parsed field; nearly every one is copied just as it stands in its buffer.
void append_received_field(std::string& out, const HeaderField& field);
void append_decimal(std::string& out, std::uint64_t number);

}  // namespace tenon::http
