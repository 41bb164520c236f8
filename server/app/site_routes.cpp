#include "app/site_routes.h"

#include "base/text.h"

namespace tenon {
namespace {

using http::Headers;
using http::Request;
using http::Response;
using Answer = Task<Result<Response>>;

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
// The dashboard also frames the Connect Portal of this server, as the builder's preview.
constexpr std::string_view kDashboardPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";
// Every address that the dashboard routes itself (api.yaml lists their paths).
constexpr const char* kDashboardPages[] = {"getHome",        "getSetupPage",   "getSignInPage",
                                           "getJoinPage",    "getAccountPage", "getProjectPage",
                                           "getProjectPages"};

std::string_view content_type_of(std::string_view name) {
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    return "application/octet-stream";
}

// What is known already, as the task that the router wants.
Answer answer(Result<Response> response) { co_return response; }

Response with_type(std::string body, std::string_view content_type) {
    Response response;
    response.body = std::move(body);
    response.headers.add("Content-Type", content_type);
    return response;
}

}  // namespace

SiteRoutes::SiteRoutes(PageAssets pages, std::string contract, const Metrics& metrics,
                       Readiness is_ready)
    : pages_(std::move(pages)),
      dashboard_(embedded::dashboard(), kDashboardPolicy),
      contract_(std::move(contract)),
      metrics_(metrics),
      is_ready_(std::move(is_ready)) {}

void SiteRoutes::register_on(http::Router& router) {
    for (const char* const operation : kDashboardPages) {
        router.handle(operation, [this](const Request& r) { return answer(dashboard_.page(r)); });
    }
    router.handle("getDocs", [this](const Request&) { return answer(page("docs.html")); });
    router.handle("getAsset", [this](const Request& r) { return answer(asset(r)); });
    router.handle("getOpenApi", [this](const Request&) {
        return answer(with_type(contract_, "application/json"));
    });
    router.handle("getHealth", [](const Request&) {
        return answer(with_type("{\"status\":\"ok\"}", "application/json"));
    });
    router.handle("getReadiness", [this](const Request&) { return answer_readiness(); });
    router.handle("getMetrics", [this](const Request&) {
        return answer(with_type(metrics_.render(), "text/plain; version=0.0.4; charset=utf-8"));
    });
}

Answer SiteRoutes::answer_readiness() const {
    CO_RETURN_IF_ERROR(co_await is_ready_());
    co_return with_type("{\"status\":\"ready\"}", "application/json");
}

Result<Response> SiteRoutes::page(std::string_view name) const {
    const auto found = pages_.find(name);
    if (found == pages_.end()) return Error::not_found("Page");
    Response response = with_type(std::string(found->second), "text/html; charset=utf-8");
    response.headers.add("Content-Security-Policy", kPagePolicy);
    response.headers.add("Referrer-Policy", "no-referrer");
    response.headers.add("X-Frame-Options", "DENY");
    response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.add("Cache-Control", "no-store");
    return response;
}

// Files of the dashboard and those beside the plain pages; HTML is served by its own routes alone.
Result<Response> SiteRoutes::asset(const Request& request) const {
    const std::string_view name = request.parameter("file");
    if (name.starts_with("dashboard/")) {
        return dashboard_.file(request, std::string_view(request.path).substr(1));
    }
    const auto found = pages_.find(name);
    if (found == pages_.end() || name.ends_with(".html")) return Error::not_found("File");
    Response response = with_type(std::string(found->second), content_type_of(name));
    response.headers.add("Cache-Control", "public, max-age=300");
    return response;
}

}  // namespace tenon
