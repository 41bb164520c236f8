// Pages and operations of the program itself: the dashboard, documentation, health, metrics, the
// contract.
#pragma once

#include <functional>
#include <string>

#include "app/web_app.h"
#include "connect/page_renderer.h"
#include "platform/http/router.h"
#include "platform/metrics/metrics.h"

namespace tenon {

class SiteRoutes {
 public:
    // `is_ready` tells whether this process can serve; it may be asked often and so answers from a
    // recent check.
    using Readiness = std::function<Task<Ok>()>;
    SiteRoutes(PageAssets pages, std::string contract, const Metrics& metrics, Readiness is_ready);
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> answer_readiness() const;
    Result<http::Response> page(std::string_view name) const;
    Result<http::Response> asset(const http::Request& request) const;

    PageAssets pages_;
    WebApp dashboard_;
    std::string contract_;
    const Metrics& metrics_;
    Readiness is_ready_;
};

}  // namespace tenon
