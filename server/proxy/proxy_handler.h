// The Proxy API: a byte proxy with the credential put in (design "Proxy", paragon-contract §4.8).
// One straight line per call: target → session → integration → credential → fresh token → URL →
// upstream connection → relay.
#pragma once

#include <chrono>

#include "platform/http/exchange.h"
#include "platform/http/relay.h"
#include "platform/http/router.h"
#include "platform/http/upstream.h"
#include "platform/metrics/metrics.h"
#include "proxy/proxy_call.h"
#include "proxy/rate_limit.h"

namespace tenon {

struct ProxyOptions {
    http::UpstreamLimits limits;  // an integration may set its own times
    // Bodies up to this size are read before they are sent, so that the call can be repeated after
    // a 401.
    std::size_t repeatable_body_bytes_max = 65'536;
    // Of answers that become an envelope or that are held back for a repeat.
    std::size_t held_answer_bytes_max = 1U << 20U;
    std::chrono::seconds retry_wait_max{10};  // a longer Retry-After is the caller's to wait for
};

class ProxyHandler {
 public:
    ProxyHandler(const ProxyServices& services, http::UpstreamPools& pools, Metrics& metrics,
                 const ProxyOptions& options);
    void register_on(http::Router& router);

    // Answers the exchange, whatever happens.
    Task<void> handle(http::Exchange& exchange);

 private:
    struct Attempt;
    Task<Result<void>> run(http::Exchange& exchange, Attempt& attempt);
    Task<Result<void>> read_repeatable_body(http::Exchange& exchange, Attempt& attempt);
    // One exchange with the provider; what came of it is in the attempt's outcome.
    Task<Result<void>> send_once(http::Exchange& exchange, Attempt& attempt);
    // What the caller is told in place of an answer, or after one that broke off.
    Result<void> end_of_failed(Attempt& attempt);
    Task<Result<http::UpstreamChannel>> find_channel(const Attempt& attempt,
                                                     http::Freshness freshness);
    // Whether the call is to be sent again. Errors: unprocessable "credential.invalid".
    Task<Result<bool>> prepare_repeat(Attempt& attempt, const http::TakenAnswer& taken);
    http::UpstreamLimits limits_for(const ApiSetup& api) const;
    Ok check_rate(const ProxyCall& call);

    ProxyServices services_;
    http::UpstreamPools& pools_;
    ProxyOptions options_;
    RateLimit rate_limit_;
    Counter& calls_;
    Counter& refused_;
    Counter& upstream_failures_;
    Counter& repeats_;
};

}  // namespace tenon
