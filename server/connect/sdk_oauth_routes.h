// The popup protocol of the published client (sdk-wire-contract §6): nonce page, build-oauth, the
// provider's callback, and the session answer that the client polls for.
#pragma once

#include "connect/connect_service.h"
#include "connect/page_renderer.h"
#include "platform/http/router.h"
#include "users/user_session.h"

namespace tenon {

class SdkOauthRoutes {
 public:
    SdkOauthRoutes(ConnectService& connect, UserAuthenticator& users, const PageRenderer& pages);
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> show_nonce_page(const http::Request& request);
    Task<Result<http::Response>> confirm_nonce(const http::Request& request);
    Task<Result<http::Response>> build_oauth(const http::Request& request);
    Task<Result<http::Response>> redirect_to_oauth(const http::Request& request);
    Task<Result<http::Response>> get_session(const http::Request& request);
    Task<Result<http::Response>> delete_session(const http::Request& request);
    Task<Result<http::Response>> oauth_callback(const http::Request& request);

    ConnectService& connect_;
    UserAuthenticator& users_;
    const PageRenderer& pages_;
};

}  // namespace tenon
