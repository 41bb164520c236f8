// The inside of one loop's pool (upstream.h): origins with their connections at rest, and the way
// to a new connection.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/http/http2_origin.h"
#include "platform/http/stream.h"
#include "platform/http/timer_wheel.h"
#include "platform/http/tls_client.h"
#include "platform/http/turn_queue.h"
#include "platform/http/upstream.h"

namespace tenon::http {

struct UpstreamPools::Shared {
    UpstreamOptions options;
    std::unique_ptr<TlsClient> tls;
    std::uint64_t id = 0;  // tells the pools of one loop apart
};

// Connections may be shared by everyone who names the same scheme, host and port.
struct OriginName {
    std::string_view scheme;
    std::string_view host;
    std::uint16_t port = 0;
    bool operator==(const OriginName&) const = default;
};
struct OriginNameHash {
    std::size_t operator()(const OriginName& name) const {
        return std::hash<std::string_view>()(name.host) * 31 + name.port * 2U + name.scheme.size();
    }
};

struct UpstreamOrigin {
    UpstreamOrigin(const Url& url, std::size_t sessions_max)
        : scheme(url.scheme), host(url.host), port(url.port), sessions(sessions_max) {}
    OriginName name() const { return {scheme, host, port}; }

    std::string scheme;
    std::string host;
    std::uint16_t port;
    TlsSessions sessions;
    std::vector<std::unique_ptr<UpstreamConnection::State>> idle;  // used last comes last
    std::size_t open = 0;                                          // lent, idle and being dialled
    std::size_t promised = 0;  // turns granted to callers who have not run yet
    TurnQueue turns;
    Http2Origin http2;
    bool prefers_http2 = false;  // calls do not take connections of HTTP/1.1 at rest
};

struct UpstreamConnection::State {
    State(std::weak_ptr<UpstreamPool::Impl> p, std::shared_ptr<UpstreamOrigin> o);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::weak_ptr<UpstreamPool::Impl> pool;
    std::shared_ptr<UpstreamOrigin>
        origin;  // outlives the stream, whose TLS writes to its sessions
    Stream stream;
    std::chrono::steady_clock::time_point last_used;
    bool was_pooled = false;
};

struct UpstreamPool::Impl : std::enable_shared_from_this<UpstreamPool::Impl> {
    using Clock = std::chrono::steady_clock;
    using StatePtr = std::unique_ptr<UpstreamConnection::State>;
    using OriginPtr = std::shared_ptr<UpstreamOrigin>;

    explicit Impl(std::shared_ptr<const UpstreamPools::Shared> s);
    ~Impl();

    // ---- upstream_pool.cpp: connections at rest ----
    UpstreamOrigin* find_origin(const Url& url);
    Result<OriginPtr> get_origin(const Url& url);
    StatePtr take_idle(UpstreamOrigin& origin, std::chrono::milliseconds unused_max);
    void give_back(StatePtr state, Reuse reuse);
    void on_closed(UpstreamOrigin& origin);
    void give_turn(UpstreamOrigin& origin);
    void close_stale();
    void close_idle();
    Task<Result<void>> wait_turn(OriginPtr origin, Clock::time_point deadline,
                                 std::chrono::milliseconds limit);

    // ---- upstream_dial.cpp: new connections. `url` and `limits` outlive the tasks. ----
    Task<Result<void>> dial(UpstreamConnection::State& state, const Url& url,
                            Clock::time_point deadline, const UpstreamLimits& limits,
                            TlsOffer offer = TlsOffer::http1);
    Task<Result<std::vector<IpAddress>>> addresses_of(const Url& url, Clock::time_point deadline,
                                                      const UpstreamLimits& limits);
    Task<Result<void>> connect_any(UpstreamConnection::State& state, const Url& url,
                                   std::vector<IpAddress> addresses, Clock::time_point deadline,
                                   const UpstreamLimits& limits);
    Task<Result<void>> start_tls(UpstreamConnection::State& state, const Url& url,
                                 Clock::time_point deadline, const UpstreamLimits& limits,
                                 TlsOffer offer);
    static Error timed_out(const Url& url, const UpstreamLimits& limits);

    // ---- upstream_http2.cpp: sessions for many calls ----
    Task<Result<UpstreamChannel>> acquire_http2(OriginPtr origin, const Url& url,
                                                Clock::time_point deadline,
                                                const UpstreamLimits& limits);
    Task<Result<std::optional<UpstreamConnection>>> dial_http2(OriginPtr origin, const Url& url,
                                                               Clock::time_point deadline,
                                                               const UpstreamLimits& limits);
    void add_session(UpstreamOrigin& origin, UpstreamConnection connection,
                     const UpstreamLimits& limits);
    bool sweep_http2();
    void close_idle_http2();
    void begin_sweeping();

    std::shared_ptr<const UpstreamPools::Shared> shared;
    std::shared_ptr<const ClientIdentity> identity;  // shown to who asks for one; null: none
    Resolver resolver;
    std::unordered_map<OriginName, OriginPtr, OriginNameHash>
        origins;  // keys view into the origins
    std::size_t idle_count = 0;
    std::size_t open_count = 0;
    std::size_t handshakes_running = 0;
    TurnQueue handshake_turns;
    std::uint64_t handshakes = 0;
    std::uint64_t resumed = 0;
    TimerWheel::Entry sweep;
};

}  // namespace tenon::http
