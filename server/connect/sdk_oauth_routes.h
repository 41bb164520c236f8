// The popup protocol of the published client (sdk-wire-contract §6): nonce page, build-oauth, the
// provider's callback, and the session answer that the client polls for.
#pragma once

#include "connect/browser_cookie.h"
#include "connect/connect_service.h"
#include "connect/page_renderer.h"
#include "connect/sdk_caller.h"
#include "platform/http/router.h"
#include "users/user_session.h"

namespace tenon {

class SdkOauthRoutes {
 public:
    // All of it outlives the routes.
    SdkOauthRoutes(ConnectService& connect, UserAuthenticator& users, const PageRenderer& pages);
    void register_on(http::Router& router);

 private:
    using Answer = Task<Result<http::Response>>;
    Answer show_nonce_page(const http::Request& request);
    Answer confirm_nonce(const http::Request& request);
    Answer build_oauth(const http::Request& request);
    Answer redirect_to_oauth(const http::Request& request);
    Answer get_session(const http::Request& request);
    Answer delete_session(const http::Request& request);
    Answer oauth_callback(const http::Request& request);

    Task<Result<http::Response>> bind_and_show(const http::Request& request);
    Task<Result<http::Response>> bind_and_redirect(const http::Request& request);
    http::Response message_page(const Error& error) const;
    http::Response end_page(const AuthorizationEnd& end) const;

    ConnectService& connect_;
    UserAuthenticator& users_;
    const PageRenderer& pages_;
    BrowserCookie cookie_;
};

}  // namespace tenon
