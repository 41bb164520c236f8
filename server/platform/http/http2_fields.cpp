#include "platform/http/http2_fields.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/http/header_list.h"

namespace tenon::http {
namespace {

// What may enter the compression table, which all users of a connection share. Everything else is
// sent as "never indexed": it may be a credential, and the size of a later head must not tell
// whether a guess of it was right.
constexpr std::array<std::string_view, 7> kIndexed = {
    ":method",         ":scheme",      "accept",    "accept-encoding",
    "accept-language", "content-type", "user-agent"};

bool ends_at_this_hop(std::string_view name) {
    switch (header_id(name)) {
        case HeaderId::connection:
        case HeaderId::keep_alive:
        case HeaderId::proxy_prefixed:
        case HeaderId::te:
        case HeaderId::transfer_encoding:
        case HeaderId::upgrade:
        case HeaderId::content_length:
            return true;
        default:
            return false;
    }
}

}  // namespace

Http2Fields::Http2Fields(std::string_view head, const Options& options) : text_(head) {
    fields_.reserve(16);
    const std::size_t line_end = std::min(text_.find("\r\n"), text_.size());
    const std::string_view line = std::string_view(text_).substr(0, line_end);
    const std::size_t method_end = std::min(line.find(' '), line.size());
    const std::size_t target_end = line.rfind(' ');
    add(":method", line.substr(0, method_end));
    add(":scheme", "https");
    add(":path", line.substr(method_end + 1, target_end - method_end - 1));
    // Pseudo-header fields come first, so Host must be found before the others are added.
    for (std::size_t at = line_end + 2; at < text_.size();) {
        const std::size_t end = std::min(text_.find("\r\n", at), text_.size());
        const std::string_view field = std::string_view(text_).substr(at, end - at);
        const std::size_t colon = field.find(':');
        if (equals_ignoring_case(field.substr(0, colon), "host")) {
            add(":authority", trim(field.substr(colon + 1)));
        }
        at = end + 2;
    }
    for (std::size_t at = line_end + 2; at < text_.size();) {
        const std::size_t end = std::min(text_.find("\r\n", at), text_.size());
        add_line(at, end);
        at = end + 2;
    }
    if (options.content_length) {
        length_ = std::to_string(*options.content_length);
        add("content-length", length_);
    }
    if (options.accepts_trailers) add("te", "trailers");
}

void Http2Fields::add_line(std::size_t begin, std::size_t end) {
    const std::size_t colon = text_.find(':', begin);
    if (colon == std::string::npos || colon >= end) return;
    for (std::size_t i = begin; i < colon; ++i) text_[i] = ascii_lower(text_[i]);
    const std::string_view name = std::string_view(text_).substr(begin, colon - begin);
    if (name == "host" || ends_at_this_hop(name)) return;
    add(name, trim(std::string_view(text_).substr(colon + 1, end - colon - 1)));
}

void Http2Fields::add(std::string_view name, std::string_view value) {
    const bool is_indexed = std::find(kIndexed.begin(), kIndexed.end(), name) != kIndexed.end();
    // nghttp2 does not change what these point at; its interface is older than const there.
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    fields_.push_back({.name = bytes(name),
                       .value = bytes(value),
                       .namelen = name.size(),
                       .valuelen = value.size(),
                       .flags = static_cast<std::uint8_t>(is_indexed ? NGHTTP2_NV_FLAG_NONE
                                                                     : NGHTTP2_NV_FLAG_NO_INDEX)});
}

}  // namespace tenon::http
