#include "platform/http/http2_call.h"

#include <charconv>

#include "base/text.h"

namespace tenon::http {
namespace {

// RFC 9113 §6.5.2: what a field counts beside its text.
constexpr std::size_t kFieldOverhead = 32;

}  // namespace

bool Http2Head::add(std::string_view name, std::string_view value, std::size_t bytes_max) {
    bytes_ += name.size() + value.size() + kFieldOverhead;
    if (bytes_ > bytes_max || places_.size() == HeaderList::kCapacity) return false;
    const std::string_view text = trim(value);
    if (name == "content-length") {
        // nghttp2 has checked that it is one number and that it comes once.
        std::uint64_t length = 0;
        std::from_chars(text.data(), text.data() + text.size(), length);
        length_ = length;
    }
    const auto name_at = static_cast<std::uint32_t>(text_.size());
    const auto value_at = static_cast<std::uint32_t>(name_at + name.size());
    text_ += name;
    text_ += text;
    places_.push_back({name_at, value_at, static_cast<std::uint32_t>(text_.size())});
    return true;
}

void Http2Head::describe(std::string_view request_method, bool ended, ResponseHead& out) const {
    out.status = status;
    out.reason = {};
    out.minor_version = 1;
    out.headers.clear();
    const std::string_view text = text_;
    for (const Place& place : places_) {
        const std::string_view name = text.substr(place.name, place.value - place.name);
        out.headers.add({.name = name,
                         .value = text.substr(place.value, place.end - place.value),
                         .id = header_id(name)});
    }
    out.has_content_length = length_.has_value();
    out.content_length = length_.value_or(0);
    const bool has_none = ended || status < 200 || status == 204 || status == 304 ||
                          request_method == "HEAD" || (length_ && *length_ == 0);
    out.body = has_none ? BodyKind::none : length_ ? BodyKind::length : BodyKind::chunked;
    out.keep_alive = true;
    out.head_bytes = 0;
}

void Http2Head::clear() {
    status = 0;
    text_.clear();
    places_.clear();
    bytes_ = 0;
    length_.reset();
}

}  // namespace tenon::http
