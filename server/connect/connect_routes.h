// The stand-alone connect page /connect/{link} with its files, and the platform API of connecting:
// making links, disconnecting an account.
#pragma once

#include "accounts/authorizer.h"
#include "connect/connect_links.h"
#include "connect/connect_service.h"
#include "connect/page_renderer.h"
#include "platform/http/router.h"

namespace tenon {

class ConnectRoutes {
 public:
    // All of it outlives the routes.
    ConnectRoutes(ConnectService& connect, ConnectLinkService& links,
                  CredentialService& credentials, Authorizer& authorizer,
                  const PageRenderer& pages);
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> create_connect_link(const http::Request& request);
    Task<Result<http::Response>> disconnect_credential(const http::Request& request);
    Task<Result<http::Response>> show_connect_page(const http::Request& request);
    Task<Result<http::Response>> submit_connect_page(const http::Request& request);
    Task<Result<http::Response>> disconnect_on_connect_page(const http::Request& request);
    Task<Result<http::Response>> get_connect_asset(const http::Request& request);
    Task<Result<http::Response>> get_accent_style(const http::Request& request);

    ConnectService& connect_;
    ConnectLinkService& links_;
    CredentialService& credentials_;
    Authorizer& authorizer_;
    const PageRenderer& pages_;
};

}  // namespace tenon
