// The Connect Portal's page at /ui, framed by products, its files, and the SDK for script tags.
#pragma once

#include "app/web_app.h"
#include "connect/connect_service.h"
#include "connect/frame_policy.h"
#include "platform/http/router.h"

namespace tenon {

class PortalRoutes {
 public:
    // All of it outlives the routes.
    PortalRoutes(ConnectService& connect, ProjectService& projects, const Clock& clock);
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> show_portal(const http::Request& request);
    Task<Result<http::Response>> send_file(const http::Request& request) const;
    Task<Result<http::Response>> send_sdk(const http::Request& request) const;

    ConnectService& connect_;
    FramePolicy frames_;
    WebApp portal_;
    WebApp sdk_;
};

}  // namespace tenon
