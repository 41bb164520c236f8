#include "proxy/forwarded_headers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tenon {
namespace {

using namespace std::string_view_literals;

constexpr std::array kRequestStays = {
    "authorization"sv,  // the user token; the provider's credential is put in instead
    "host"sv,
    "cookie"sv,
    "content-length"sv,
    "expect"sv,
    "forwarded"sv,
    "via"sv,
    "x-real-ip"sv,
    "origin"sv,  // of the embedding page: some providers refuse calls that look like a browser's
    "referer"sv,
    "x-request-id"sv,
    "access-control-request-method"sv,
    "access-control-request-headers"sv,
};

constexpr std::array kRequestPrefixStays = {"x-paragon-"sv, "x-tenon-"sv, "x-forwarded-"sv,
                                            "sec-"sv, "proxy-"sv};

constexpr std::array kResponseStays = {
    "strict-transport-security"sv,
    "content-security-policy"sv,
    "content-security-policy-report-only"sv,
    "alt-svc"sv,
    "clear-site-data"sv,
    "public-key-pins"sv,
    "x-frame-options"sv,
    "x-content-type-options"sv,
    "cross-origin-opener-policy"sv,
    "cross-origin-embedder-policy"sv,
    "cross-origin-resource-policy"sv,
    "service-worker-allowed"sv,
    "permissions-policy"sv,
    "referrer-policy"sv,
    "origin-agent-cluster"sv,
    "nel"sv,
    "report-to"sv,
    "reporting-endpoints"sv,
    "refresh"sv,
};

// Only right for the provider's own bytes.
constexpr std::array kRawOnly = {"set-cookie"sv,     "etag"sv,        "content-md5"sv,  "digest"sv,
                                 "content-digest"sv, "repr-digest"sv, "accept-ranges"sv};

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

template <class List>
bool is_listed(const List& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [&](std::string_view listed) { return equals_ignoring_case(listed, name); });
}

}  // namespace

bool is_forwarded_request_header(std::string_view name) {
    if (is_listed(kRequestStays, name)) return false;
    return std::none_of(
        kRequestPrefixStays.begin(), kRequestPrefixStays.end(),
        [&](std::string_view prefix) { return starts_ignoring_case(name, prefix); });
}

bool is_forwarded_response_header(std::string_view name, ResponseMode mode) {
    if (is_listed(kResponseStays, name) || starts_ignoring_case(name, "access-control-"))
        return false;
    return mode == ResponseMode::raw || !is_listed(kRawOnly, name);
}

}  // namespace tenon
