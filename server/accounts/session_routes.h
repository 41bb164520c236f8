// The platform API of signing in: the caller's session, and all sessions of the caller's account.
#pragma once

#include "accounts/browser_session.h"
#include "accounts/session_service.h"
#include "platform/http/router.h"

namespace tenon {

class SessionRoutes {
 public:
    // All of it outlives the routes.
    SessionRoutes(SessionService& sessions, BrowserSession& browser)
        : sessions_(sessions), browser_(browser) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> sign_in(const http::Request& request);
    Task<Result<http::Response>> get_session(const http::Request& request);
    Task<Result<http::Response>> sign_out(const http::Request& request);
    Task<Result<http::Response>> list_sessions(const http::Request& request);
    Task<Result<http::Response>> revoke_session(const http::Request& request);

    SessionService& sessions_;
    BrowserSession& browser_;
};

}  // namespace tenon
