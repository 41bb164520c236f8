// Which protocol a call takes, and HTTP/2 sessions in the pool: few connections for an origin, each
// for many calls.
#include <algorithm>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "platform/http/upstream_pool.h"

namespace tenon::http {
namespace {

bool chose_http2(const Stream& stream) {
    if (stream.ssl() == nullptr) return false;
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream.ssl(), &name, &size);
    return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

}  // namespace

UpstreamChannel::UpstreamChannel() = default;
UpstreamChannel::UpstreamChannel(UpstreamChannel&&) noexcept = default;
UpstreamChannel& UpstreamChannel::operator=(UpstreamChannel&&) noexcept = default;
UpstreamChannel::~UpstreamChannel() = default;

std::size_t Http2Origin::room() const {
    std::size_t all = 0;
    for (const auto& session : sessions) all += session->room();
    return all;
}

void Http2Origin::prune() {
    for (const auto& session : sessions) {
        if (session->wants_http1()) http1_until = std::chrono::steady_clock::now() + kAskAgainAfter;
    }
    std::erase_if(sessions, [](const auto& session) { return session->is_disposable(); });
}

void Http2Origin::give_turns() {
    const bool may_dial = !dialling;
    std::size_t count = room() + (may_dial ? 1 : 0);
    while (count-- > 0 && turns.grant()) {
    }
}

std::unique_ptr<Http2Lease> Http2Origin::take() {
    for (const auto& session : sessions) {
        if (session->room() > 0) return std::make_unique<Http2Lease>(session);
    }
    return nullptr;
}

Task<Result<UpstreamChannel>> UpstreamPool::acquire_channel(const Url& url,
                                                            const UpstreamLimits& limits,
                                                            Freshness freshness) {
    // The pool may end with its loop while this waits; then nothing resumes this task either.
    Impl& impl = *impl_;
    const auto deadline = Impl::Clock::now() + limits.connect_timeout;
    if (impl.shared->options.http2 && url.scheme == "https") {
        ASSIGN_OR_CO_RETURN(const auto origin, impl.get_origin(url));
        ASSIGN_OR_CO_RETURN(auto channel,
                            co_await impl.acquire_http2(origin, url, deadline, limits));
        if (channel.connection || channel.http2) co_return channel;
    }
    UpstreamChannel channel;
    ASSIGN_OR_CO_RETURN(channel.connection, co_await acquire(url, limits, freshness));
    co_return channel;
}

// Neither a connection nor a place: the origin speaks HTTP/1.1.
Task<Result<UpstreamChannel>> UpstreamPool::Impl::acquire_http2(OriginPtr origin, const Url& url,
                                                                Clock::time_point deadline,
                                                                const UpstreamLimits& limits) {
    const UpstreamOptions& options = shared->options;
    Http2Origin& http2 = origin->http2;
    UpstreamChannel channel;
    bool has_waited = false;
    while (true) {
        http2.prune();
        origin->prefers_http2 = !http2.speaks_http1(std::chrono::steady_clock::now());
        if (!origin->prefers_http2) co_return channel;
        // Who comes later does not overtake those who wait.
        const bool may_go = has_waited || http2.turns.empty();
        if (may_go) channel.http2 = http2.take();
        if (channel.http2) co_return channel;
        if (may_go && !http2.dialling &&
            http2.sessions.size() < options.http2_sessions_per_origin_max) {
            ASSIGN_OR_CO_RETURN(channel.connection,
                                co_await dial_http2(origin, url, deadline, limits));
            if (channel.connection) co_return channel;
            has_waited = true;
            continue;
        }
        if (http2.turns.size() >= options.waiting_per_origin_max) {
            co_return Error{ErrorKind::unavailable, "upstream.overloaded",
                            fmt::format("Too many requests wait for a connection for {}; try again "
                                        "shortly.",
                                        origin->host)};
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0 || !co_await http2.turns.wait(left)) co_return timed_out(url, limits);
        has_waited = true;
    }
}

// A new session for the origin, or the connection itself when the provider chose HTTP/1.1.
Task<Result<std::optional<UpstreamConnection>>> UpstreamPool::Impl::dial_http2(
    OriginPtr origin, const Url& url, Clock::time_point deadline, const UpstreamLimits& limits) {
    Http2Origin& http2 = origin->http2;
    http2.dialling = true;
    ++origin->open;
    ++open_count;
    auto state = std::make_unique<UpstreamConnection::State>(weak_from_this(), origin);
    const Result<void> dialled = co_await dial(*state, url, deadline, limits, TlsOffer::http2);
    http2.dialling = false;
    if (!dialled) {
        http2.give_turns();
        co_return dialled.error();
    }
    if (!chose_http2(state->stream)) {
        http2.http1_until = std::chrono::steady_clock::now() + Http2Origin::kAskAgainAfter;
        while (http2.turns.grant()) {
        }
        co_return std::optional(UpstreamConnection(std::move(state)));
    }
    add_session(*origin, UpstreamConnection(std::move(state)), limits);
    co_return std::optional<UpstreamConnection>();
}

void UpstreamPool::Impl::add_session(UpstreamOrigin& origin, UpstreamConnection connection,
                                     const UpstreamLimits& limits) {
    const UpstreamOptions& options = shared->options;
    Http2SessionOptions session_options;
    session_options.limits.head_bytes_max = limits.head_bytes_max;
    session_options.limits.calls_max = options.http2_streams_per_session_max;
    session_options.idle_time_max = options.idle_time_max;
    session_options.ping_interval = options.http2_ping_interval;
    session_options.ping_timeout = options.http2_ping_timeout;
    // The origin outlives its sessions.
    auto session = std::make_shared<Http2Session>(std::move(connection), session_options,
                                                  [http2 = &origin.http2] { http2->give_turns(); });
    origin.http2.sessions.push_back(session);
    session->start();
    origin.http2.give_turns();
    begin_sweeping();
}

// Whether sessions are left to look after.
bool UpstreamPool::Impl::sweep_http2() {
    bool any = false;
    for (const auto& [name, origin] : origins) {
        // A copy: what a session does may add another.
        const auto sessions = origin->http2.sessions;
        for (const auto& session : sessions) session->check();
    }
    for (const auto& [name, origin] : origins) {
        origin->http2.prune();
        any = any || !origin->http2.sessions.empty();
    }
    return any;
}

void UpstreamPool::Impl::close_idle_http2() {
    for (const auto& [name, origin] : origins) {
        const auto sessions = origin->http2.sessions;
        for (const auto& session : sessions) session->close_if_idle();
    }
}

std::size_t UpstreamPool::http2_session_count() const {
    std::size_t count = 0;
    for (const auto& [name, origin] : impl_->origins) {
        for (const auto& session : origin->http2.sessions) count += session->is_over() ? 0 : 1;
    }
    return count;
}

}  // namespace tenon::http
