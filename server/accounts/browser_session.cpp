#include "accounts/browser_session.h"

#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

// The __Host- prefix makes browsers insist on Secure, on Path=/ and on no Domain, so that no
// neighbouring host can set it. Plain http has no such cookies: loopback installs use the bare
// name.
constexpr std::string_view kSecureCookie = "__Host-tenon_session";
constexpr std::string_view kPlainCookie = "tenon_session";
constexpr std::string_view kCsrfHeader = "X-Tenon-CSRF";
constexpr std::string_view kCsrfLabel = "tenon csrf token v1";

Error csrf_error(std::string message) {
    return {ErrorKind::forbidden, "auth.csrf", std::move(message)};
}

bool changes_something(std::string_view method) {
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

}  // namespace

bool BrowserSession::is_secure(const http::Request& request) const {
    return request.is_tls || settings_.public_origin.starts_with("https://");
}

http::Cookie BrowserSession::make_cookie(const http::Request& request, std::string value) const {
    http::Cookie cookie;
    cookie.name = is_secure(request) ? kSecureCookie : kPlainCookie;
    cookie.value = std::move(value);
    cookie.secure = is_secure(request);
    return cookie;  // HttpOnly, SameSite=Lax, Path=/
}

std::optional<std::string> BrowserSession::find_cookie(const http::Request& request) const {
    return request.cookie(is_secure(request) ? kSecureCookie : kPlainCookie);
}

void BrowserSession::set_cookie(http::Response& response, const http::Request& request,
                                const Secret& token) const {
    response.set_cookie(make_cookie(request, std::string(token.reveal())));
}

void BrowserSession::clear_cookie(http::Response& response, const http::Request& request) const {
    http::Cookie cookie = make_cookie(request, "");
    cookie.max_age_seconds = 0;
    response.set_cookie(cookie);
}

std::string BrowserSession::csrf_token_of(const Secret& session_token) {
    return base64url_encode(hmac_sha256(session_token.reveal(), kCsrfLabel));
}

std::string BrowserSession::csrf_token(const http::Request& request) const {
    return csrf_token_of(Secret(find_cookie(request).value_or("")));
}

// Sec-Fetch-Site is the browser's own word, which no page can forge; browsers that do not send it
// (plain http outside of loopback) send Origin with everything that changes something.
Ok BrowserSession::check_origin(const http::Request& request) const {
    const std::string* const site = request.headers.find("Sec-Fetch-Site");
    if (site != nullptr) {
        if (*site == "same-origin") return {};
        return csrf_error("This request came from another site.");
    }
    const std::string* const origin = request.headers.find("Origin");
    if (origin != nullptr && *origin != settings_.public_origin) {
        return csrf_error("This request came from another site; this server's public URL is " +
                          settings_.public_origin + ".");
    }
    return {};
}

Ok BrowserSession::check_change(const http::Request& request, const Secret& token) const {
    if (!request.headers.has("Sec-Fetch-Site") && !request.headers.has("Origin")) {
        return csrf_error("A change with a session cookie needs an Origin header.");
    }
    RETURN_IF_ERROR(check_origin(request));
    if (!equal_in_constant_time(request.headers.get(kCsrfHeader), csrf_token_of(token))) {
        return csrf_error(
            "A change with a session cookie needs the X-Tenon-CSRF header with the csrfToken of "
            "GET /api/v1/session.");
    }
    return {};
}

Task<Result<SignedIn>> BrowserSession::require(const http::Request& request) {
    const auto cookie = find_cookie(request);
    if (!cookie) {
        co_return Error{ErrorKind::unauthenticated, "auth.required", "Sign in first."};
    }
    const Secret token(*cookie);
    ASSIGN_OR_CO_RETURN(SignedIn signed_in, co_await sessions_.find(token));
    if (changes_something(request.method)) CO_RETURN_IF_ERROR(check_change(request, token));
    co_return signed_in;
}

Visitor visitor_of(const http::Request& request) {
    return {request.peer_address, std::string(request.headers.get("User-Agent"))};
}

Actor actor_of(const SignedIn& signed_in, const http::Request& request) {
    return {"account", signed_in.account.id.str(), signed_in.account.email, request.peer_address};
}

}  // namespace tenon
