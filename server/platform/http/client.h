// Outgoing HTTP with bodies in memory: token requests, test endpoints, user profiles, revocation.
// The proxy's streaming path uses the same connection pools through upstream.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "platform/http/client_identity.h"
#include "platform/http/message.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

// Every wait towards a provider, by name. The name stands in the error when one passes.
struct UpstreamLimits {
    std::chrono::milliseconds connect_timeout{10'000};  // DNS, TCP and TLS together
    std::chrono::milliseconds first_byte_timeout{
        60'000};                                     // request sent until the head of the answer
    std::chrono::milliseconds idle_timeout{60'000};  // no byte in either direction
    std::chrono::milliseconds total_timeout{300'000};
    // Of a connection that has become a WebSocket: no byte in either direction, and its whole life.
    std::chrono::milliseconds tunnel_idle_timeout{300'000};
    std::chrono::milliseconds tunnel_total_timeout{14'400'000};
    std::size_t head_bytes_max = 65'536;
    std::size_t body_bytes_max = 10U << 20U;  // of buffered answers; streams have no limit
};

struct ClientRequest {
    std::string method = "GET";
    std::string url;  // absolute, http or https; checked by the egress policy
    Headers headers;
    std::string body;
    UpstreamLimits limits{};
    std::shared_ptr<const ClientIdentity> identity = nullptr;  // shown in mutual TLS; null: none
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    std::string body;
};

// Redirects are never followed: a 3xx is returned as it came.
//
// Errors: invalid_input "egress.url_invalid", "egress.header_invalid"; forbidden "egress.denied"
// (the address is not allowed; nothing was sent); provider_failed "upstream.dns_failed",
// "upstream.connect_failed", "upstream.tls_failed", "upstream.connection_closed",
// "upstream.malformed_response", "upstream.head_too_large", "upstream.body_too_large";
// provider_timed_out "upstream.timeout" (the message names the limit); unavailable
// "upstream.overloaded".
class HttpClient {
 public:
    virtual ~HttpClient() = default;
    virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

}  // namespace tenon::http
