#include "app/portal_routes.h"

#include <fmt/format.h>

#include "base/url.h"
#include "embedded/portal.h"
#include "embedded/sdk.h"

namespace tenon {

namespace {

using http::Request;
using http::Response;

std::string origin_of_referrer(const Request& request) {
    const auto url = Url::parse(request.headers.get("Referer"));
    return url ? url->origin() : std::string();
}

// Icons stand under the public URL, which need not be the host that the frame was asked at.
std::string portal_policy(const ConnectService& connect, std::string_view frame_ancestors) {
    return fmt::format(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {} data:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors {}",
        connect.own_origins().front(), frame_ancestors);
}

}  // namespace

PortalRoutes::PortalRoutes(ConnectService& connect, ProjectService& projects, const Clock& clock)
    : connect_(connect),
      frames_(projects, clock),
      portal_(embedded::portal(), ""),
      sdk_(embedded::sdk(), "") {}

void PortalRoutes::register_on(http::Router& router) {
    router.handle("showPortal", [this](const Request& r) { return show_portal(r); });
    router.handle("getPortalFile", [this](const Request& r) { return send_file(r); });
    router.handle("getSdkScript", [this](const Request& r) { return send_sdk(r); });
}

Task<Result<Response>> PortalRoutes::show_portal(const Request& request) {
    ASSIGN_OR_CO_RETURN(const std::string ancestors,
                        co_await frames_.frame_ancestors(
                            {.project_id = request.query_parameter("projectId").value_or(""),
                             .referrer_origin = origin_of_referrer(request)}));
    Response response = portal_.page(request);
    response.headers.set("Content-Security-Policy", portal_policy(connect_, ancestors));
    // frame-ancestors says it better, and what embeds the portal may be isolated from other
    // origins.
    response.headers.remove("X-Frame-Options");
    response.headers.remove("Cross-Origin-Opener-Policy");
    response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    // The start page must see that the portal led to it; the portal's address holds no secret.
    response.headers.set("Referrer-Policy", "strict-origin-when-cross-origin");
    response.headers.set("Vary", "Accept-Encoding, Referer");
    response.headers.set("Cache-Control", "no-store");
    co_return response;
}

Task<Result<Response>> PortalRoutes::send_file(const Request& request) const {
    co_return portal_.file(request, "assets/" + std::string(request.parameter("file")));
}

// Its name stays the same, so products get a new version soon after the server has one.
Task<Result<Response>> PortalRoutes::send_sdk(const Request& request) const {
    ASSIGN_OR_CO_RETURN(Response response, sdk_.file(request, "tenon.js"));
    response.headers.set("Cache-Control", "public, max-age=300");
    response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    co_return response;
}

}  // namespace tenon
