// Connections to providers: one pool per event loop, keep-alive per origin, addresses judged by the
// egress policy at the moment they are dialled, certificates verified, TLS sessions resumed. The
// HTTP client and the proxy share it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/url.h"
#include "platform/http/client.h"
#include "platform/http/egress_policy.h"
#include "platform/http/resolver.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

class Http2Lease;
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
    std::chrono::milliseconds recently_used_max{2'000};  // Freshness::recently_used
    std::size_t connections_per_origin_max = 512;
    // Callers waiting for a connection of one origin; more get unavailable "upstream.overloaded".
    std::size_t waiting_per_origin_max = 1024;
    std::size_t origins_max = 4096;
    // HTTP/2 for proxied calls to providers that offer it by ALPN; without it HTTP/1.1 alone.
    bool http2 = true;
    std::size_t http2_sessions_per_origin_max = 4;
    // Calls at a time on one session; the provider may allow fewer.
    std::size_t http2_streams_per_session_max = 250;
    // Silence after which a provider gets a PING, and how long it may take to answer it.
    std::chrono::milliseconds http2_ping_interval{30'000};
    std::chrono::milliseconds http2_ping_timeout{10'000};
    // TLS handshakes at a time: each holds the loop for up to a millisecond.
    std::size_t handshakes_max = 32;
    std::size_t tls_sessions_per_origin_max = 4;
};

// Whether a connection may carry another request: only after an answer that ended cleanly, with
// nothing behind it.
enum class Reuse { yes, no };
// What acquire() may hand out. A connection used a moment ago has hardly been closed by the
// provider meanwhile: that is for requests which cannot be repeated.
enum class Freshness { any, recently_used, new_connection };

// A connection lent by the pool. Dropping it closes the connection.
class UpstreamConnection {
 public:
    UpstreamConnection(UpstreamConnection&&) noexcept;
    UpstreamConnection& operator=(UpstreamConnection&&) noexcept;
    ~UpstreamConnection();

    Stream& stream();
    // It has carried a request before, so the provider may have closed it meanwhile. Still known
    // after release().
    bool was_pooled() const { return was_pooled_; }
    // Back to its pool, on the loop that acquired it; stream() is no longer there then.
    void release(Reuse reuse);

    struct State;
    explicit UpstreamConnection(std::unique_ptr<State> state);

 private:
    std::unique_ptr<State> state_;
    bool was_pooled_ = false;
};

// What a call goes over: exactly one of the two.
struct UpstreamChannel {
    UpstreamChannel();
    UpstreamChannel(UpstreamChannel&&) noexcept;
    UpstreamChannel& operator=(UpstreamChannel&&) noexcept;
    ~UpstreamChannel();

    std::optional<UpstreamConnection> connection;  // HTTP/1.1, for this call alone
    std::unique_ptr<Http2Lease> http2;             // a place on a shared connection
};

class UpstreamPool {
 public:
    // As acquire(), over HTTP/2 where the origin offers it.
    Task<Result<UpstreamChannel>> acquire_channel(const Url& url, const UpstreamLimits& limits,
                                                  Freshness freshness = Freshness::any);
    // An HTTP/1.1 connection to the URL's origin, pooled or new. Nothing has been sent on it for
    // this request. `url` and `limits` outlive the task. Errors: as HttpClient (client.h) for
    // everything before the request is sent.
    Task<Result<UpstreamConnection>> acquire(const Url& url, const UpstreamLimits& limits,
                                             Freshness freshness = Freshness::any);
    // A pooled connection when there is one, without a wait. None for origins that speak HTTP/2.
    std::optional<UpstreamConnection> try_acquire(const Url& url);

    std::size_t idle_count() const;
    std::size_t open_count() const;  // lent and idle
    std::size_t http2_session_count() const;
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

    // The pool of the loop that runs this thread. Each client certificate has a pool of its own, so
    // that no connection and no TLS session is shared between identities; such a pool ends when it
    // was not asked for during ten minutes and has no connection open.
    UpstreamPool& here(const std::shared_ptr<const ClientIdentity>& identity = nullptr);
    // Closes what is idle in every pool of this loop.
    void close_idle_here();
    const EgressPolicy& egress() const;

    struct Shared;

 private:
    explicit UpstreamPools(std::shared_ptr<Shared> shared);
    std::shared_ptr<Shared> shared_;
};

}  // namespace tenon::http
