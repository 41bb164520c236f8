// Request heads: the request line, Host, and what the framing fields mean for a server.
#include "base/text.h"
#include "platform/http/head_scanner.h"

namespace tenon::http {
namespace {

using detail::Framing;
using detail::FramingFields;
using detail::Scanner;

constexpr std::size_t kMethodBytesMax = 32;

constexpr Refusal kRequestLine{
    400, "http.malformed_request_line",
    "The request line must be: method, one space, target, one space, HTTP/1.1."};
constexpr Refusal kVersion{505, "http.unsupported_version",
                           "Only HTTP/1.0 and HTTP/1.1 are spoken."};
constexpr Refusal kTarget{
    400, "http.malformed_target",
    "The request target must be a path, or an absolute http URL naming the Host."};
constexpr Refusal kConnect{405, "http.connect_refused", "CONNECT is not offered."};
constexpr Refusal kHost{400, "http.bad_host", "A request needs exactly one valid Host field."};
// Two of them would let two parts of a system believe two different callers.
constexpr Refusal kAuthorization{400, "http.repeated_authorization",
                                 "A request has at most one Authorization field."};
constexpr Refusal kExpectation{417, "http.expectation_failed",
                               "The only expectation known is 100-continue."};

bool scan_method(Scanner& scanner, RequestHead& head) {
    const char* const begin = scanner.p;
    const char* p = begin;
    while (p != scanner.end && detail::is_class(*p, detail::kTokenChar)) ++p;
    const auto length = static_cast<std::size_t>(p - begin);
    if (length > kMethodBytesMax) return scanner.refuse(kRequestLine);
    if (p == scanner.end) return scanner.need_more();
    if (*p != ' ' || length == 0) return scanner.refuse(kRequestLine);
    head.method = {begin, length};
    scanner.p = p + 1;
    return true;
}

bool scan_target(Scanner& scanner, RequestHead& head) {
    const char* const begin = scanner.p;
    const char* const p = detail::find_target_end(begin, scanner.end);
    if (p == scanner.end) return scanner.need_more();
    if (*p != ' ' || p == begin) return scanner.refuse(kRequestLine);
    head.target = {begin, static_cast<std::size_t>(p - begin)};
    scanner.p = p + 1;
    return true;
}

bool scan_version(Scanner& scanner, RequestHead& head) {
    constexpr std::string_view kForm = "HTTP/1.1";
    const std::string_view rest(scanner.p, static_cast<std::size_t>(scanner.end - scanner.p));
    const std::string_view version = rest.substr(0, kForm.size());
    if (version.size() < kForm.size()) {
        // What cannot become a version any more is refused at once.
        const std::size_t known = std::min<std::size_t>(version.size(), 5);
        if (version.substr(0, known) != kForm.substr(0, known)) return scanner.refuse(kRequestLine);
        return scanner.need_more();
    }
    bool is_version = false;
    const auto minor = detail::minor_version_of(version, is_version);
    if (!minor) return scanner.refuse(is_version ? kVersion : kRequestLine);
    head.minor_version = *minor;
    scanner.p += kForm.size();
    if (scanner.p != scanner.end && *scanner.p != '\r' && *scanner.p != '\n') {
        return scanner.refuse(kRequestLine);
    }
    return scanner.line_end();
}

// Digits, colons and dots of an IPv6 address in brackets; whether it is a real address does not
// matter here, since routing never looks at it.
bool is_bracketed_address(std::string_view host) {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
    for (const char c : host.substr(1, host.size() - 2)) {
        const char lower = ascii_lower(c);
        const bool hexadecimal = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
        if (!hexadecimal && c != ':' && c != '.') return false;
    }
    return true;
}

bool is_valid_port(std::string_view port) {
    if (port.empty() || port.size() > 5) return false;
    unsigned value = 0;
    for (const char c : port) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65'535;
}

bool is_valid_authority(std::string_view authority) {
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos && !is_valid_port(authority.substr(colon + 1)))
        return false;
    if (host.empty()) return false;
    if (host.front() == '[') return is_bracketed_address(host);
    for (const char c : host) {
        if (!detail::is_class(c, detail::kHostChar)) return false;
    }
    return true;
}

bool check_host(Scanner& scanner, const FramingFields& fields, RequestHead& head) {
    if (fields.host == nullptr) {
        head.authority = {};
        return head.minor_version == 0 || scanner.refuse(kHost);
    }
    if (fields.host_twice || !is_valid_authority(fields.host->value)) return scanner.refuse(kHost);
    head.authority = fields.host->value;
    return true;
}

// Cuts the scheme and the authority off an absolute target; the authority must be the Host field's.
bool strip_authority(std::string_view& rest, std::string_view host) {
    for (const std::string_view scheme :
         {std::string_view("http://"), std::string_view("https://")}) {
        if (!equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) continue;
        rest.remove_prefix(scheme.size());
        const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
        if (host.empty() || !equals_ignoring_case(rest.substr(0, end), host)) return false;
        rest.remove_prefix(end);
        return true;
    }
    return false;
}

bool split_target(Scanner& scanner, RequestHead& head) {
    if (head.method == "CONNECT") return scanner.refuse(kConnect);
    std::string_view rest = head.target;
    if (rest == "*") {
        head.path = rest;
        head.query = {};
        head.has_query = false;
        return head.method == "OPTIONS" || scanner.refuse(kTarget);
    }
    if (rest.front() != '/' && !strip_authority(rest, head.authority))
        return scanner.refuse(kTarget);
    const std::size_t mark = rest.find('?');
    head.path = rest.substr(0, mark);
    head.has_query = mark != std::string_view::npos;
    head.query = head.has_query ? rest.substr(mark + 1) : std::string_view{};
    if (head.path.empty()) head.path = "/";
    return true;
}

bool check_expectation(Scanner& scanner, const FramingFields& fields, RequestHead& head) {
    head.expects_continue = false;
    if (fields.expect == nullptr || head.minor_version == 0) return true;
    if (!equals_ignoring_case(fields.expect->value, "100-continue")) {
        return scanner.refuse(kExpectation);
    }
    head.expects_continue = head.body != BodyKind::none;
    return true;
}

bool scan_request(Scanner& scanner, const HeadLimits& limits, RequestHead& head,
                  bool& in_first_line) {
    if (scanner.p != scanner.end && *scanner.p == '\r' && !scanner.line_end()) return false;
    if (!scan_method(scanner, head) || !scan_target(scanner, head)) return false;
    in_first_line = false;
    if (!scan_version(scanner, head)) return false;

    FramingFields fields;
    if (!detail::scan_fields(scanner, limits, head.headers, fields)) return false;
    Framing framing;
    if (!detail::derive_framing(scanner, fields, head.minor_version, framing)) return false;
    head.body = framing.body == BodyKind::length && framing.content_length == 0 ? BodyKind::none
                                                                                : framing.body;
    head.content_length = framing.content_length;
    if (!check_host(scanner, fields, head) || !split_target(scanner, head)) return false;
    if (fields.authorization_twice) return scanner.refuse(kAuthorization);
    head.keep_alive = head.minor_version == 1
                          ? !fields.connection_close
                          : fields.connection_keep_alive && !fields.connection_close;
    head.wants_upgrade = fields.upgrade != nullptr;
    head.accepts_trailers = fields.te_trailers && head.minor_version == 1;
    return check_expectation(scanner, fields, head);
}

}  // namespace

ParseResult parse_request_head(std::string_view bytes, const HeadLimits& limits,
                               RequestHead& head) {
    Scanner scanner{bytes.data(), bytes.data() + bytes.size()};
    bool in_first_line = true;
    if (scan_request(scanner, limits, head, in_first_line)) {
        scanner.result.state = ParseStatus::complete;
    }
    const auto scanned = static_cast<std::size_t>(scanner.p - bytes.data());
    head.head_bytes = scanned;
    const bool is_complete = scanner.result.state == ParseStatus::complete;
    return detail::apply_size_limit(scanner.result, is_complete ? scanned : bytes.size(), limits,
                                    in_first_line);
}

}  // namespace tenon::http
