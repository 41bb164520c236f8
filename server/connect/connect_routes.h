// The stand-alone connect page /connect/{link}, and the platform API of connecting: making links,
// disconnecting an account.
#pragma once

#include <optional>
#include <string>

#include "accounts/authorizer.h"
#include "connect/browser_cookie.h"
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
    using Answer = Task<Result<http::Response>>;
    Answer create_connect_link(const http::Request& request);
    Answer disconnect_credential(const http::Request& request);
    Answer show_connect_page(const http::Request& request);
    Answer submit_connect_page(const http::Request& request);
    Answer disconnect_on_connect_page(const http::Request& request);
    Answer get_accent_style(const http::Request& request);

    Answer go_on(const http::Request& request, SubmittedFields fields);
    Answer page_of_link(const http::Request& request, SubmittedFields submitted,
                        std::optional<Error> error);
    Task<Result<IntegrationId>> find_integration(ProjectId project, std::string name);
    http::Response message_page(const Error& error) const;

    ConnectService& connect_;
    ConnectLinkService& links_;
    CredentialService& credentials_;
    Authorizer& authorizer_;
    const PageRenderer& pages_;
    BrowserCookie cookie_;
};

}  // namespace tenon
