// What the Connect Portal and the SDK begin a connection with: POST …/sdk/connections, the start
// page that the browser then opens, and what the portal asks about its project.
#pragma once

#include "connect/browser_cookie.h"
#include "connect/connect_service.h"
#include "connect/page_renderer.h"
#include "connect/sdk_caller.h"
#include "platform/http/router.h"
#include "users/user_session.h"

namespace tenon {

class StartRoutes {
 public:
    // All of it outlives the routes.
    StartRoutes(ConnectService& connect, UserAuthenticator& users, const PageRenderer& pages);
    void register_on(http::Router& router);

 private:
    using Answer = Task<Result<http::Response>>;
    Answer begin_connection(const http::Request& request);
    Answer get_portal(const http::Request& request);
    Answer show_start_page(const http::Request& request);
    Answer confirm_start_page(const http::Request& request);

    ConnectService& connect_;
    UserAuthenticator& users_;
    const PageRenderer& pages_;
    BrowserCookie cookie_;
};

}  // namespace tenon
