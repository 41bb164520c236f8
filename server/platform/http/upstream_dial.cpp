#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>

#include "platform/http/upstream_pool.h"

namespace tenon::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What one address of several gets at least before the next is tried.
constexpr milliseconds kConnectTryMin{1'000};

milliseconds left_until(Clock::time_point deadline) {
    return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
}

socklen_t to_sockaddr(const IpAddress& address, std::uint16_t port, sockaddr_storage& out) {
    std::memset(&out, 0, sizeof out);
    if (address.is_v6) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&out);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        std::memcpy(&v6->sin6_addr, address.bytes.data(), 16);
        return sizeof *v6;
    }
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, address.bytes.data(), 4);
    return sizeof *v4;
}

// One TCP connection to exactly this address.
Task<Result<Stream>> connect_one(IpAddress address, std::uint16_t port, milliseconds limit) {
    auto stream = Stream::open(address.is_v6 ? AF_INET6 : AF_INET);
    if (!stream) co_return as_upstream_error(std::move(stream).error());
    sockaddr_storage name;
    const socklen_t length = to_sockaddr(address, port, name);
    stream->set_deadline("connect_timeout", limit);
    auto connected = co_await stream->connect(reinterpret_cast<const sockaddr*>(&name), length);
    stream->clear_deadline();
    if (!connected) co_return as_upstream_error(std::move(connected).error());
    co_return std::move(*stream);
}

}  // namespace

Error UpstreamPool::Impl::timed_out(const Url& url, const UpstreamLimits& limits) {
    return {ErrorKind::provider_timed_out, "upstream.timeout",
            fmt::format("Connecting to {} took longer than connect_timeout ({} ms).", url.host,
                        limits.connect_timeout.count())};
}

Task<Result<void>> UpstreamPool::Impl::dial(UpstreamConnection::State& state, const Url& url,
                                            Clock::time_point deadline,
                                            const UpstreamLimits& limits, TlsOffer offer) {
    ASSIGN_OR_CO_RETURN(auto addresses, co_await addresses_of(url, deadline, limits));
    CO_RETURN_IF_ERROR(co_await connect_any(state, url, std::move(addresses), deadline, limits));
    if (url.scheme == "https") co_return co_await start_tls(state, url, deadline, limits, offer);
    co_return Ok();
}

// Resolves and judges. One forbidden address forbids the name: an answer that mixes public and
// private addresses is how rebinding looks.
Task<Result<std::vector<IpAddress>>> UpstreamPool::Impl::addresses_of(
    const Url& url, Clock::time_point deadline, const UpstreamLimits& limits) {
    const EgressPolicy& egress = shared->options.egress;
    CO_RETURN_IF_ERROR(egress.check_url(url));
    const milliseconds left = left_until(deadline);
    if (left.count() <= 0) co_return timed_out(url, limits);
    ASSIGN_OR_CO_RETURN(auto addresses, co_await resolver.resolve(url.host, left));
    for (const IpAddress& address : addresses) {
        CO_RETURN_IF_ERROR(egress.check(url.host, url.port, address));
    }
    co_return addresses;
}

// Tries the addresses in turn; each but the last gets its share of the time that is left.
Task<Result<void>> UpstreamPool::Impl::connect_any(UpstreamConnection::State& state, const Url& url,
                                                   std::vector<IpAddress> addresses,
                                                   Clock::time_point deadline,
                                                   const UpstreamLimits& limits) {
    Error last = timed_out(url, limits);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const milliseconds left = left_until(deadline);
        if (left.count() <= 0) co_return timed_out(url, limits);
        const auto share = left / static_cast<int>(addresses.size() - i);
        const milliseconds limit = std::min(left, std::max(share, kConnectTryMin));
        auto connected = co_await connect_one(addresses[i], url.port, limit);
        if (connected) {
            state.stream = std::move(*connected);
            co_return Ok();
        }
        last = std::move(connected).error();
    }
    if (last.code == "upstream.timeout") co_return timed_out(url, limits);
    if (last.code == "upstream.overloaded") co_return last;
    co_return Error{ErrorKind::provider_failed, "upstream.connect_failed",
                    fmt::format("No connection to {}:{}: {}", url.host, url.port, last.message)};
}

namespace {
// Gives the place of a handshake to the next one, however it ends.
class HandshakePlace {
 public:
    explicit HandshakePlace(UpstreamPool::Impl& impl) : impl_(impl) {}
    HandshakePlace(const HandshakePlace&) = delete;
    HandshakePlace& operator=(const HandshakePlace&) = delete;
    ~HandshakePlace() {
        if (!impl_.handshake_turns.grant()) --impl_.handshakes_running;
    }

 private:
    UpstreamPool::Impl& impl_;
};
}  // namespace

Task<Result<void>> UpstreamPool::Impl::start_tls(UpstreamConnection::State& state, const Url& url,
                                                 Clock::time_point deadline,
                                                 const UpstreamLimits& limits, TlsOffer offer) {
    milliseconds left = left_until(deadline);
    if (handshakes_running >= shared->options.handshakes_max) {
        // Who waits gets the place of one that ends, so the count stays.
        const bool granted = left.count() > 0 && co_await handshake_turns.wait(left);
        if (!granted) co_return timed_out(url, limits);
    } else {
        ++handshakes_running;
    }
    const HandshakePlace place(*this);
    left = left_until(deadline);
    if (left.count() <= 0) co_return timed_out(url, limits);
    ssl_st* ssl = shared->tls->new_ssl(url, state.origin->sessions, offer);
    if (ssl == nullptr) {
        co_return Error{ErrorKind::provider_failed, "upstream.tls_failed",
                        fmt::format("TLS to {} could not be begun.", url.host)};
    }
    if (identity != nullptr && !identity->apply_to(*ssl)) {
        SSL_free(ssl);
        co_return Error{ErrorKind::provider_failed, "upstream.tls_failed",
                        fmt::format("The client certificate for {} could not be used.", url.host)};
    }
    state.stream.start_tls(ssl);
    state.stream.set_deadline("connect_timeout", left);
    auto shaken = co_await state.stream.handshake();
    state.stream.clear_deadline();
    if (!shaken && shaken.error().code == "stream.timeout") co_return timed_out(url, limits);
    if (!shaken) {
        co_return Error{ErrorKind::provider_failed, "upstream.tls_failed",
                        fmt::format("{} ({}:{})", shaken.error().message, url.host, url.port)};
    }
    ++handshakes;
    if (was_resumed(state.stream.ssl())) ++resumed;
    co_return Ok();
}

}  // namespace tenon::http
