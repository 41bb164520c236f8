#include "base/url.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

#include "base/text.h"

namespace tenon {
namespace {

Error invalid(std::string rule) {
    return {ErrorKind::invalid_input, "url.invalid", "The URL " + std::move(rule) + "."};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Printable ASCII but space and backslash, which browsers and servers read differently.
bool is_url_byte(char c) { return c > 0x20 && c < 0x7f && c != '\\'; }

Ok check_bytes(std::string_view text) {
    if (text.empty()) return invalid("is empty");
    if (text.size() > kUrlBytesMax) {
        return invalid(fmt::format("is longer than {} bytes", kUrlBytesMax));
    }
    const auto wrong = std::find_if_not(text.begin(), text.end(), is_url_byte);
    if (wrong != text.end()) {
        return invalid(fmt::format(
            "holds a character at byte {} that must be percent-encoded or, in a host name, written "
            "in its ASCII form (xn--…)",
            wrong - text.begin()));
    }
    if (text.find('#') != std::string_view::npos) return invalid("must not have a fragment (#)");
    return {};
}

Result<std::string> take_scheme(std::string_view& text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    std::string scheme = ascii_lower(text.substr(0, colon));
    if ((scheme != "http" && scheme != "https") || text.substr(colon, 3) != "://") {
        return invalid("must begin with https:// or http://");
    }
    text.remove_prefix(colon + 3);
    return scheme;
}

// One part of an IPv4 address as the URL Standard reads it: decimal, octal with a leading 0,
// hexadecimal with 0x.
std::optional<std::uint64_t> ipv4_part(std::string_view part) {
    int base = 10;
    if (part.size() >= 2 && part[0] == '0' && (part[1] == 'x' || part[1] == 'X')) {
        base = 16;
        part.remove_prefix(2);
        if (part.empty()) return 0;
    } else if (part.size() >= 2 && part[0] == '0') {
        base = 8;
        part.remove_prefix(1);
    }
    std::uint64_t value = 0;
    const char* end = part.data() + part.size();
    const auto [stop, ec] = std::from_chars(part.data(), end, value, base);
    // Too large for 64 bits is still a number, only never a valid address.
    if (ec == std::errc::result_out_of_range && stop == end) return UINT64_MAX;
    if (ec != std::errc{} || stop != end) return std::nullopt;
    return value;
}

bool ends_in_number(std::string_view host) {
    const std::string_view last = host.substr(host.rfind('.') + 1);
    const bool digits = !last.empty() && std::all_of(last.begin(), last.end(), is_digit);
    return digits || ipv4_part(last).has_value();
}

std::optional<std::uint32_t> parse_ipv4(std::string_view host) {
    const std::vector<std::string_view> parts = split(host, '.');
    if (parts.size() > 4) return std::nullopt;
    std::uint64_t address = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto value = ipv4_part(parts[i]);
        if (!value) return std::nullopt;
        const bool is_last = i + 1 == parts.size();
        // The last part fills all bytes that are left.
        const std::uint64_t limit = is_last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
        if (*value >= limit) return std::nullopt;
        address |= is_last ? *value : *value << (8 * (3 - i));
    }
    return static_cast<std::uint32_t>(address);
}

Result<std::string> parse_name_or_ipv4(std::string_view text) {
    const auto decoded = percent_decode(text);
    if (!decoded) return invalid("has a host with a broken percent escape");
    std::string host = ascii_lower(*decoded);
    if (!host.empty() && host.back() == '.') host.pop_back();
    if (host.empty()) return invalid("has no host");
    if (!is_valid_host_name(host)) {
        return invalid(
            "has a host that is no valid name: labels of letters, digits, '-' and '_'; "
            "international names in their ASCII form (xn--…)");
    }
    if (!ends_in_number(host)) return host;
    const auto address = parse_ipv4(host);
    if (!address) return invalid("has a host that ends in a number but is no IPv4 address");
    return fmt::format("{}.{}.{}.{}", *address >> 24, (*address >> 16) & 255, (*address >> 8) & 255,
                       *address & 255);
}

Result<std::string> parse_ipv6(std::string_view text) {
    const std::string zero_terminated(text);
    in6_addr address{};
    if (inet_pton(AF_INET6, zero_terminated.c_str(), &address) != 1) {
        return invalid("has no valid IPv6 address in its brackets (zone ids are not allowed)");
    }
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(AF_INET6, &address, buffer.data(), buffer.size());
    return std::string(buffer.data());
}

Result<std::uint16_t> parse_port(std::string_view digits) {
    unsigned port = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, port);
    if (ec != std::errc{} || stop != end || port == 0 || port > 65'535 || digits.size() > 5) {
        return invalid("has a port that is no number from 1 to 65535");
    }
    return static_cast<std::uint16_t>(port);
}

Ok parse_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos) {
        return invalid("must not hold a user name or password");
    }
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) return invalid("has a '[' without ']'");
        ASSIGN_OR_RETURN(url.host, parse_ipv6(authority.substr(1, close - 1)));
        url.host_is_ipv6 = true;
        port = authority.substr(close + 1);
        if (!port.empty() && port.front() != ':')
            return invalid("has text behind its IPv6 address");
        has_port = !port.empty();
        if (has_port) port.remove_prefix(1);
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        ASSIGN_OR_RETURN(url.host, parse_name_or_ipv4(authority.substr(0, colon)));
        has_port = colon < authority.size();
        if (has_port) port = authority.substr(colon + 1);
    }
    url.port = url.scheme == "https" ? 443 : 80;
    if (!has_port) return {};
    ASSIGN_OR_RETURN(url.port, parse_port(port));
    return {};
}

// One segment with its encoded dots, or nothing when it holds anything but dots.
bool is_dot_segment(std::string_view segment) {
    segment = segment.substr(0, segment.find(';'));
    std::size_t dots = 0;
    while (!segment.empty()) {
        if (segment.front() == '.') {
            segment.remove_prefix(1);
        } else if (equals_ignoring_case(segment.substr(0, 3), "%2e")) {
            segment.remove_prefix(3);
        } else {
            return false;
        }
        ++dots;
    }
    return dots == 1 || dots == 2;
}

// How many bytes at `at` are a separator in some server's eyes: '/', '\', or one of them
// percent-encoded.
std::size_t separator_length(std::string_view path, std::size_t at) {
    if (path[at] == '/' || path[at] == '\\') return 1;
    const std::string_view escape = path.substr(at, 3);
    if (equals_ignoring_case(escape, "%2f") || equals_ignoring_case(escape, "%5c")) return 3;
    return 0;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    RETURN_IF_ERROR(check_bytes(text));
    Url url;
    ASSIGN_OR_RETURN(url.scheme, take_scheme(text));
    const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
    RETURN_IF_ERROR(parse_authority(text.substr(0, authority_end), url));
    const std::string_view rest = text.substr(authority_end);
    const std::size_t question = rest.find('?');
    url.path = rest.substr(0, question);
    if (url.path.empty()) url.path = "/";
    url.has_query = question != std::string_view::npos;
    if (url.has_query) url.query = rest.substr(question + 1);
    return url;
}

std::string Url::host_header() const {
    std::string text = host_is_ipv6 ? "[" + host + "]" : host;
    const bool is_default_port = port == (scheme == "https" ? 443 : 80);
    if (!is_default_port) text += fmt::format(":{}", port);
    return text;
}

std::string Url::origin() const { return scheme + "://" + host_header(); }

std::string Url::request_target() const { return has_query ? path + "?" + query : path; }

std::string Url::str() const { return origin() + request_target(); }

bool has_dot_segments(std::string_view path) {
    std::size_t begin = 0;
    std::size_t at = 0;
    while (at < path.size()) {
        const std::size_t separator = separator_length(path, at);
        if (separator == 0) {
            ++at;
            continue;
        }
        if (is_dot_segment(path.substr(begin, at - begin))) return true;
        at += separator;
        begin = at;
    }
    return is_dot_segment(path.substr(begin));
}

bool is_valid_host_name(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    const auto is_label_byte = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_';
    };
    const std::vector<std::string_view> labels = split(host, '.');
    return std::all_of(labels.begin(), labels.end(), [&](std::string_view label) {
        return !label.empty() && label.size() <= 63 &&
               std::all_of(label.begin(), label.end(), is_label_byte);
    });
}

}  // namespace tenon
