#include "connect/browser_cookie.h"

#include "base/random.h"
#include "base/text.h"
#include "base/url.h"

namespace tenon {

namespace {

constexpr std::size_t kCookieBytes = 32;
constexpr std::size_t kCookieCharacters = 43;
// Longer than any flow, and as long as a link usually lives.
constexpr std::int64_t kCookieSeconds = 86'400;

}  // namespace

BrowserCookie::BrowserCookie(const std::string& public_url) {
    if (const auto url = Url::parse(public_url)) {
        public_origin_ = url->origin();
        is_https_ = url->scheme == "https";
    }
    name_ = is_https_ ? "__Host-tenon_browser" : "tenon_browser";
}

std::string BrowserCookie::read(const http::Request& request) const {
    auto value = request.cookie(name_);
    if (!value || value->size() != kCookieCharacters || !base64url_decode(*value)) return {};
    return std::move(*value);
}

std::string BrowserCookie::read_or_make(const http::Request& request) const {
    std::string value = read(request);
    return value.empty() ? random_token(kCookieBytes) : value;
}

void BrowserCookie::set(http::Response& response, const std::string& value) const {
    // Lax, since the provider sends the browser back by a navigation from its own site.
    response.set_cookie({.name = name_,
                         .value = value,
                         .path = "/",
                         .max_age_seconds = kCookieSeconds,
                         .secure = is_https_,
                         .http_only = true,
                         .same_site = "Lax"});
}

bool BrowserCookie::is_same_origin(const http::Request& request) const {
    if (const std::string* site = request.headers.find("Sec-Fetch-Site")) {
        return *site == "same-origin";
    }
    const std::string* origin = request.headers.find("Origin");
    return origin == nullptr || *origin == "null" || *origin == public_origin_;
}

}  // namespace tenon
