// Pages and operations of the program itself: start page, set-up page, documentation, health,
// metrics, the contract.
#pragma once

#include <functional>
#include <string>

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
    Result<http::Response> asset(std::string_view name) const;

    PageAssets pages_;
    std::string contract_;
    const Metrics& metrics_;
    Readiness is_ready_;
};

}  // namespace tenon
