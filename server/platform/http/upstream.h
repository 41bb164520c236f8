// Connections to providers: one pool per event loop, keep-alive per origin, addresses judged by the
// egress policy at the moment they are dialled, certificates verified, TLS sessions resumed. The
// HTTP client and the proxy share it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/url.h"
#include "platform/http/client.h"
#include "platform/http/egress_policy.h"
#include "platform/http/resolver.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

class Stream;
class UpstreamPool;

struct UpstreamOptions {
    EgressPolicy egress;
    ResolverOptions resolver;
    // PEM file with further certificate authorities; the system's are always trusted.
    std::string extra_ca_file;

    // Per event loop.
    std::size_t idle_per_origin_max = 64;
    std::size_t idle_total_max = 1024;
    std::chrono::milliseconds idle_time_max{60'000};
    std::size_t connections_per_origin_max = 512;
    // Callers waiting for a connection of one origin; more get unavailable "upstream.overloaded".
    std::size_t waiting_per_origin_max = 1024;
    std::size_t origins_max = 4096;
    // TLS handshakes at a time: each holds the loop for up to a millisecond.
    std::size_t handshakes_max = 32;
    std::size_t tls_sessions_per_origin_max = 4;
};

// Whether a connection may carry another request: only after an answer that ended cleanly, with
// nothing behind it.
enum class Reuse { yes, no };
// What acquire() may hand out.
enum class Freshness { any, new_connection };

// A connection lent by the pool. Dropping it closes the connection.
class UpstreamConnection {
 public:
    UpstreamConnection(UpstreamConnection&&) noexcept;
    UpstreamConnection& operator=(UpstreamConnection&&) noexcept;
    ~UpstreamConnection();

    Stream& stream();
    // It has carried a request before, so the provider may have closed it meanwhile.
    bool was_pooled() const;
    // Back to its pool; on the loop that acquired it.
    void release(Reuse reuse);

 private:
    friend class UpstreamPool;
    struct State;
    explicit UpstreamConnection(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

class UpstreamPool {
 public:
    // A connection to the URL's origin, pooled or new. Nothing has been sent on it for this
    // request. Errors: as HttpClient (client.h) for everything before the request is sent.
    Task<Result<UpstreamConnection>> acquire(Url url, UpstreamLimits limits,
                                             Freshness freshness = Freshness::any);

    std::size_t idle_count() const;
    std::size_t open_count() const;  // lent and idle
    // Handshakes done, and how many of them resumed a session.
    std::uint64_t handshakes() const;
    std::uint64_t resumed_handshakes() const;
    // Closes what is idle, so that a drained loop ends.
    void close_idle();

    struct Impl;
    explicit UpstreamPool(std::shared_ptr<Impl> impl);
    ~UpstreamPool();

 private:
    std::shared_ptr<Impl> impl_;
};

// What all loops share: options, trusted certificates. Each loop gets its own pool on first use; it
// ends with the loop.
class UpstreamPools {
 public:
    // Errors: invalid_input "upstream.ca_file" when the extra certificates cannot be read.
    static Result<std::unique_ptr<UpstreamPools>> create(UpstreamOptions options);
    ~UpstreamPools();

    // The pool of the loop that runs this thread.
    UpstreamPool& here();
    const EgressPolicy& egress() const;

    struct Shared;

 private:
    explicit UpstreamPools(std::shared_ptr<Shared> shared);
    std::shared_ptr<Shared> shared_;
};

}  // namespace tenon::http
