#include "base/url_composer.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/url.h"

namespace tenon {
namespace {

Error broken(std::string rule) {
    return {ErrorKind::invalid_input, "url.invalid", std::move(rule)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

// Labels without an empty one, and without '-' at the ends, where it would lean on the text around
// the value.
bool is_host_labels(std::string_view value) {
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; };
    if (value.empty() || value.size() > 253) return false;
    if (!std::all_of(value.begin(), value.end(), allowed)) return false;
    const auto is_edge = [](char c) { return c == '.' || c == '-'; };
    return !is_edge(value.front()) && !is_edge(value.back()) &&
           value.find("..") == std::string_view::npos;
}

bool is_port(std::string_view value) {
    if (value.empty() || value.size() > 5 || !std::all_of(value.begin(), value.end(), is_digit))
        return false;
    unsigned port = 0;
    std::from_chars(value.data(), value.data() + value.size(), port);
    return port >= 1 && port <= 65'535;
}

bool is_ipv4(std::string_view host) {
    return std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

// The parser's messages hold no part of the URL. They begin with "The URL ".
std::string rule_of(const Error& error) {
    constexpr std::string_view kSubject = "The URL ";
    std::string rule = error.message;
    if (rule.starts_with(kSubject)) rule.erase(0, kSubject.size());
    if (rule.ends_with('.')) rule.pop_back();
    return rule;
}

std::size_t scheme_length(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return scheme.size();
    }
    return 0;
}

}  // namespace

Ok UrlComposer::add_literal(std::string_view text) {
    if (text.empty()) return {};
    if (zone_ == Zone::start) {
        RETURN_IF_ERROR(begin_with(text));
        const std::size_t scheme = scheme_length(text);
        url_.append(text.substr(0, scheme));
        text.remove_prefix(scheme);
    } else if (zone_ == Zone::after_whole_url) {
        RETURN_IF_ERROR(check_whole_url_end(text));
    }
    for (const char c : text) {
        RETURN_IF_ERROR(scan(c));
        url_ += c;
    }
    return {};
}

Ok UrlComposer::begin_with(std::string_view literal) {
    if (scheme_length(literal) > 0) {
        zone_ = Zone::host;
        is_absolute_ = true;
    } else if (literal.starts_with("//")) {
        return broken("must begin with https://, http:// or one '/'");
    } else if (literal.front() == '?') {
        return broken("must not begin with '?'");
    } else {
        zone_ = literal.front() == '/' ? Zone::path : Zone::relative;
    }
    return {};
}

Ok UrlComposer::check_whole_url_end(std::string_view literal) {
    if (literal.front() != '/' && literal.front() != '?') {
        return broken("must have '/', '?' or its end behind a variable that is the whole URL");
    }
    if (literal.front() == '/' && url_.back() == '/') url_.pop_back();
    zone_ = Zone::path;
    return {};
}

// Moves to the zone that begins with `c`.
Ok UrlComposer::scan(char c) {
    if (c == '#') return broken("must not have a fragment (#)");
    switch (zone_) {
        case Zone::host:
        case Zone::port:
            return scan_authority(c);
        case Zone::relative:
            // Else text such as "http{{ inputs.s }}://host" would become another scheme.
            if (c == ':') return broken("must begin with https://, http:// or '/'");
            if (c == '/') zone_ = Zone::path;
            [[fallthrough]];
        case Zone::path:
            if (c == '?') zone_ = Zone::query;
            return {};
        case Zone::query:
        case Zone::start:
        case Zone::after_whole_url:
            return {};
    }
    return {};
}

Ok UrlComposer::scan_authority(char c) {
    if (c == '@') return broken("must not hold a user name or password");
    if (c == '/' || c == '\\') {
        zone_ = Zone::path;
    } else if (c == '?') {
        zone_ = Zone::query;
    } else if (c == '[' || c == ']') {
        in_brackets_ = c == '[';
    } else if (c == ':' && !in_brackets_) {
        zone_ = Zone::port;
    } else if (zone_ == Zone::host) {
        has_host_text_ = true;
    }
    return {};
}

Ok UrlComposer::add_value(std::string_view value) {
    switch (zone_) {
        case Zone::start:
            return add_whole_url(value);
        case Zone::after_whole_url:
            return broken(
                "must have '/' or '?' between a variable that is the whole URL and the next");
        case Zone::host:
            return add_host_value(value);
        case Zone::port:
            if (!is_port(value)) return broken("must be a port from 1 to 65535");
            url_.append(value);
            return {};
        case Zone::relative:
        case Zone::path:
            has_path_value_ = true;
            [[fallthrough]];
        case Zone::query: {
            const Secret encoded(percent_encode(value));
            url_.append(encoded.reveal());
            return {};
        }
    }
    return {};
}

Ok UrlComposer::add_whole_url(std::string_view value) {
    const auto url = Url::parse(value);
    if (!url || url->has_query || has_dot_segments(url->path)) {
        return broken("must be an http or https URL without user name, query and fragment");
    }
    url_.append(value);
    is_absolute_ = true;
    zone_ = Zone::after_whole_url;
    return {};
}

Ok UrlComposer::add_host_value(std::string_view value) {
    if (in_brackets_) return broken("must not be part of an IPv6 address");
    if (!is_host_labels(value)) {
        return broken("must be a host name: letters, digits, '-' and dots between its labels");
    }
    if (has_host_value_) has_host_text_ = true;
    has_host_value_ = true;
    url_.append(value);
    return {};
}

Result<Secret> UrlComposer::finish() {
    RETURN_IF_ERROR(is_absolute_ ? check_absolute() : check_relative());
    if (has_path_value_ && has_dot_segments(std::string_view(url_).substr(path_begin()))) {
        return broken("must not hold '.' or '..' as a part of the path");
    }
    return Secret(std::move(url_));
}

Ok UrlComposer::check_absolute() const {
    const auto url = Url::parse(url_);
    if (!url) return broken(rule_of(url.error()));
    if (has_host_value_ && has_host_text_ && is_ipv4(url->host)) {
        return broken("must not make the host an IP address");
    }
    return {};
}

Ok UrlComposer::check_relative() const {
    if (url_.starts_with("//")) return broken("must not begin with '//'");
    const auto bad = [](char c) { return c <= 0x20 || c >= 0x7f || c == '\\'; };
    if (std::any_of(url_.begin(), url_.end(), bad)) {
        return broken("must have spaces and special characters percent-encoded");
    }
    return {};
}

std::size_t UrlComposer::path_begin() const {
    if (!is_absolute_) return 0;
    const std::size_t authority = url_.find("://") + 3;
    return std::min(url_.find('/', authority), url_.size());
}

}  // namespace tenon
