#include "platform/http/header_list.h"

#include <cstring>

#include "base/text.h"

namespace tenon::http {
namespace {

// Sets the bit that makes a letter small. Of the characters of a name only letters change into
// letters.
template <class Word>
Word folded_word(const char* text) {
    Word word = 0;
    std::memcpy(&word, text, sizeof word);
    return static_cast<Word>(word | static_cast<Word>(0x2020202020202020));
}

// `lower` is lower case already; `name` is a token and has its length. Words overlap at the end.
bool matches(std::string_view name, std::string_view lower) {
    const std::size_t size = lower.size();
    const char* const a = name.data();
    const char* const b = lower.data();
    if (size < 4) {
        for (std::size_t i = 0; i < size; ++i) {
            if ((a[i] | 0x20) != b[i]) return false;
        }
        return true;
    }
    if (size < 8) {
        return folded_word<std::uint32_t>(a) == folded_word<std::uint32_t>(b) &&
               folded_word<std::uint32_t>(a + size - 4) == folded_word<std::uint32_t>(b + size - 4);
    }
    for (std::size_t at = 0; at + 8 < size; at += 8) {
        if (folded_word<std::uint64_t>(a + at) != folded_word<std::uint64_t>(b + at)) return false;
    }
    return folded_word<std::uint64_t>(a + size - 8) == folded_word<std::uint64_t>(b + size - 8);
}

struct Known {
    std::string_view name;  // lower case
    HeaderId id;
};

// By length, so that a name is compared with those few that have its length and first letter.
constexpr Known kKnown[] = {
    {"te", HeaderId::te},
    {"nel", HeaderId::origin_policy},
    {"via", HeaderId::forwarded},
    {"date", HeaderId::date},
    {"etag", HeaderId::of_exact_bytes},
    {"host", HeaderId::host},
    {"cookie", HeaderId::cookie},
    {"digest", HeaderId::of_exact_bytes},
    {"expect", HeaderId::expect},
    {"origin", HeaderId::origin},
    {"server", HeaderId::server},
    {"alt-svc", HeaderId::origin_policy},
    {"referer", HeaderId::referer},
    {"refresh", HeaderId::origin_policy},
    {"trailer", HeaderId::trailer},
    {"upgrade", HeaderId::upgrade},
    {"location", HeaderId::location},
    {"forwarded", HeaderId::forwarded},
    {"report-to", HeaderId::origin_policy},
    {"x-real-ip", HeaderId::forwarded},
    {"connection", HeaderId::connection},
    {"keep-alive", HeaderId::keep_alive},
    {"set-cookie", HeaderId::set_cookie},
    {"user-agent", HeaderId::user_agent},
    {"content-md5", HeaderId::of_exact_bytes},
    {"repr-digest", HeaderId::of_exact_bytes},
    {"retry-after", HeaderId::retry_after},
    {"content-type", HeaderId::content_type},
    {"x-request-id", HeaderId::request_id},
    {"accept-ranges", HeaderId::of_exact_bytes},
    {"authorization", HeaderId::authorization},
    {"content-digest", HeaderId::of_exact_bytes},
    {"content-length", HeaderId::content_length},
    {"accept-encoding", HeaderId::accept_encoding},
    {"clear-site-data", HeaderId::origin_policy},
    {"public-key-pins", HeaderId::origin_policy},
    {"referrer-policy", HeaderId::origin_policy},
    {"x-frame-options", HeaderId::origin_policy},
    {"content-encoding", HeaderId::content_encoding},
    {"transfer-encoding", HeaderId::transfer_encoding},
    {"permissions-policy", HeaderId::origin_policy},
    {"reporting-endpoints", HeaderId::origin_policy},
    {"origin-agent-cluster", HeaderId::origin_policy},
    {"service-worker-allowed", HeaderId::origin_policy},
    {"x-content-type-options", HeaderId::origin_policy},
    {"content-security-policy", HeaderId::origin_policy},
    {"strict-transport-security", HeaderId::origin_policy},
    {"cross-origin-opener-policy", HeaderId::origin_policy},
    {"cross-origin-embedder-policy", HeaderId::origin_policy},
    {"cross-origin-resource-policy", HeaderId::origin_policy},
    {"content-security-policy-report-only", HeaderId::origin_policy},
};
constexpr std::size_t kLengthMax = 35;

struct Range {
    std::uint8_t first = 0;
    std::uint8_t count = 0;
};
constexpr std::array<Range, kLengthMax + 1> make_ranges() {
    std::array<Range, kLengthMax + 1> ranges{};
    for (std::size_t i = 0; i < std::size(kKnown); ++i) {
        Range& range = ranges[kKnown[i].name.size()];
        if (range.count == 0) range.first = static_cast<std::uint8_t>(i);
        ++range.count;
    }
    return ranges;
}
constexpr std::array<Range, kLengthMax + 1> kRanges = make_ranges();

bool starts_with(std::string_view name, std::string_view lower) {
    return name.size() >= lower.size() && matches(name.substr(0, lower.size()), lower);
}

HeaderId prefixed_id(char first, std::string_view name) {
    switch (first) {
        case 'a':
            if (starts_with(name, "access-control-")) return HeaderId::access_control;
            break;
        case 'p':
            if (starts_with(name, "proxy-")) return HeaderId::proxy_prefixed;
            break;
        case 's':
            if (starts_with(name, "sec-")) return HeaderId::fetch_metadata;
            break;
        case 'x':
            if (starts_with(name, "x-forwarded-")) return HeaderId::forwarded;
            if (starts_with(name, "x-paragon-") || starts_with(name, "x-tenon-")) {
                return HeaderId::instruction;
            }
            break;
        default:
            break;
    }
    return HeaderId::other;
}

}  // namespace

HeaderId header_id(std::string_view name) {
    if (name.empty()) return HeaderId::other;
    const char first = static_cast<char>(name[0] | 0x20);
    if (name.size() <= kLengthMax) {
        const Range range = kRanges[name.size()];
        for (std::size_t i = range.first; i < std::size_t{range.first} + range.count; ++i) {
            if (kKnown[i].name[0] == first && matches(name, kKnown[i].name)) return kKnown[i].id;
        }
    }
    return prefixed_id(first, name);
}

const HeaderField* HeaderList::find(std::string_view name) const {
    for (const HeaderField& field : *this) {
        if (field.name.size() == name.size() && equals_ignoring_case(field.name, name))
            return &field;
    }
    return nullptr;
}

const HeaderField* HeaderList::find(HeaderId id) const {
    for (const HeaderField& field : *this) {
        if (field.id == id) return &field;
    }
    return nullptr;
}

std::string_view HeaderList::get(std::string_view name) const {
    const HeaderField* field = find(name);
    return field == nullptr ? std::string_view{} : field->value;
}

bool list_has_token(std::string_view list, std::string_view token) {
    while (true) {
        const std::size_t comma = list.find(',');
        if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

bool is_named_by_connection(const HeaderList& headers, std::string_view name) {
    for (const HeaderField& field : headers) {
        if (field.id == HeaderId::connection && list_has_token(field.value, name)) return true;
    }
    return false;
}

bool is_hop_by_hop(const HeaderList& headers, const HeaderField& field) {
    switch (field.id) {
        case HeaderId::connection:
        case HeaderId::keep_alive:
        case HeaderId::proxy_prefixed:
        case HeaderId::te:
        case HeaderId::trailer:
        case HeaderId::transfer_encoding:
        case HeaderId::upgrade:
            return true;
        default:
            return is_named_by_connection(headers, field.name);
    }
}

}  // namespace tenon::http
