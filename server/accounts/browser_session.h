// The browser's side of a session: its cookie, and the defence against requests that other sites
// make in the developer's name (CSRF).
//
// A request that changes something and carries the cookie must come from our own origin
// (Sec-Fetch-Site, else Origin) and repeat a token that only our own pages can read, in
// X-Tenon-CSRF. The token is a keyed hash of the session, so nothing is stored.
#pragma once

#include <optional>
#include <string>

#include "accounts/session_service.h"
#include "base/secret.h"
#include "platform/http/message.h"

namespace tenon {

struct BrowserSettings {
    std::string public_origin;  // "https://tenon.example.com", without a path
};

class BrowserSession {
 public:
    BrowserSession(SessionService& sessions, BrowserSettings settings)
        : sessions_(sessions), settings_(std::move(settings)) {
        if (settings_.public_origin.ends_with('/')) settings_.public_origin.pop_back();
    }

    // Errors: unauthenticated "auth.required"; forbidden "auth.csrf".
    Task<Result<SignedIn>> require(const http::Request& request);
    // For requests that open a session, which have no token yet. Errors: forbidden "auth.csrf".
    Ok check_origin(const http::Request& request) const;

    void set_cookie(http::Response& response, const http::Request& request,
                    const Secret& token) const;
    void clear_cookie(http::Response& response, const http::Request& request) const;
    // The token for X-Tenon-CSRF that goes with the request's session.
    std::string csrf_token(const http::Request& request) const;
    static std::string csrf_token_of(const Secret& session_token);

 private:
    Ok check_change(const http::Request& request, const Secret& token) const;
    bool is_secure(const http::Request& request) const;
    std::optional<std::string> find_cookie(const http::Request& request) const;
    http::Cookie make_cookie(const http::Request& request, std::string value) const;

    SessionService& sessions_;
    BrowserSettings settings_;
};

// Where a request comes from, for sessions and throttles.
Visitor visitor_of(const http::Request& request);
Actor actor_of(const SignedIn& signed_in, const http::Request& request);

}  // namespace tenon
