// Response heads: the status line, and what the framing fields mean for a client.
#include "base/text.h"
#include "platform/http/head_scanner.h"

namespace tenon::http {
namespace {

using detail::Framing;
using detail::FramingFields;
using detail::Scanner;

constexpr Refusal kStatusLine{
    502, "http.malformed_status_line",
    "The status line must be: HTTP/1.1, one space, three digits, a reason."};
constexpr Refusal kSwitching{502, "http.unexpected_upgrade",
                             "A change of protocols was not asked for."};

bool scan_version(Scanner& scanner, ResponseHead& head) {
    constexpr std::string_view kForm = "HTTP/1.";
    const std::string_view rest(scanner.p, static_cast<std::size_t>(scanner.end - scanner.p));
    const std::size_t known = std::min(rest.size(), kForm.size());
    if (rest.substr(0, known) != kForm.substr(0, known)) return scanner.refuse(kStatusLine);
    if (rest.size() < kForm.size() + 1) return scanner.need_more();
    const char minor = rest[kForm.size()];
    if (minor != '0' && minor != '1') return scanner.refuse(kStatusLine);
    head.minor_version = minor - '0';
    scanner.p += kForm.size() + 1;
    return true;
}

// " 200" and, when there is one, " reason".
bool scan_status(Scanner& scanner, ResponseHead& head) {
    if (scanner.end - scanner.p < 5) return scanner.need_more();
    const char* const p = scanner.p;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (p[0] != ' ' || !is_digit(p[1]) || !is_digit(p[2]) || !is_digit(p[3])) {
        return scanner.refuse(kStatusLine);
    }
    head.status = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
    if (head.status < 100 || head.status > 599) return scanner.refuse(kStatusLine);
    if (p[4] != ' ' && p[4] != '\r') return scanner.refuse(kStatusLine);
    scanner.p += 4;
    const char* const begin = scanner.p;
    const char* stop = detail::find_control(begin, scanner.end);
    while (stop != scanner.end && *stop == '\t') stop = detail::find_control(stop + 1, scanner.end);
    scanner.p = stop;
    if (stop == scanner.end) return scanner.need_more();
    head.reason = trim(std::string_view(begin, static_cast<std::size_t>(stop - begin)));
    return scanner.line_end();
}

bool never_has_body(int status, std::string_view request_method) {
    return status < 200 || status == 204 || status == 304 || request_method == "HEAD";
}

bool scan_response(Scanner& scanner, const HeadLimits& limits, std::string_view request_method,
                   ResponseHead& head) {
    if (!scan_version(scanner, head) || !scan_status(scanner, head)) return false;
    FramingFields fields;
    if (!detail::scan_fields(scanner, limits, head.headers, fields)) return false;
    if (head.status == 101) return scanner.refuse(kSwitching);
    Framing framing;
    if (!detail::derive_framing(scanner, fields, head.minor_version, framing)) return false;

    head.has_content_length = framing.body == BodyKind::length;
    head.content_length = framing.content_length;
    head.body = framing.body == BodyKind::none ? BodyKind::until_close : framing.body;
    if (head.has_content_length && head.content_length == 0) head.body = BodyKind::none;
    if (never_has_body(head.status, request_method)) head.body = BodyKind::none;
    head.keep_alive = head.minor_version == 1
                          ? !fields.connection_close
                          : fields.connection_keep_alive && !fields.connection_close;
    if (head.body == BodyKind::until_close) head.keep_alive = false;
    return true;
}

}  // namespace

ParseResult parse_response_head(std::string_view bytes, const HeadLimits& limits,
                                std::string_view request_method, ResponseHead& head) {
    Scanner scanner{bytes.data(), bytes.data() + bytes.size()};
    if (scan_response(scanner, limits, request_method, head)) {
        scanner.result.state = ParseStatus::complete;
    }
    const auto scanned = static_cast<std::size_t>(scanner.p - bytes.data());
    head.head_bytes = scanned;
    const bool is_complete = scanner.result.state == ParseStatus::complete;
    ParseResult result = detail::apply_size_limit(
        scanner.result, is_complete ? scanned : bytes.size(), limits, /*in_first_line=*/false);
    // Whatever is wrong with an answer is the upstream's fault.
    if (result.state == ParseStatus::refused) result.refusal.status = 502;
    return result;
}

}  // namespace tenon::http
