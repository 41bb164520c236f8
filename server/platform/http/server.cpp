#include "platform/http/server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "platform/http/server_connection.h"
#include "platform/http/tls.h"
#include "platform/logging/log.h"

namespace tenon::http {
namespace {

// How long accepting pauses when descriptors or memory have run out, or connections_max is reached.
constexpr std::chrono::milliseconds kAcceptPause{100};
// How often a draining worker looks whether its last connection has gone.
constexpr std::chrono::milliseconds kDrainPoll{5};
// After drain_timeout connections are cut; their handlers get this long to notice.
constexpr std::chrono::milliseconds kCutGrace{2'000};

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    void set_port(std::uint16_t port) {
        if (storage.ss_family == AF_INET) {
            reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
        } else {
            reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
        }
    }
    std::uint16_t port() const {
        return ntohs(storage.ss_family == AF_INET
                         ? reinterpret_cast<const sockaddr_in*>(&storage)->sin_port
                         : reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    }
    std::string text() const {
        std::array<char, INET6_ADDRSTRLEN> out{};
        const void* bytes = nullptr;
        if (storage.ss_family == AF_INET) {
            bytes = &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;
        } else {
            bytes = &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
        }
        if (::inet_ntop(storage.ss_family, bytes, out.data(), out.size()) == nullptr) return {};
        return out.data();
    }
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
    Address address;
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        address.length = sizeof *v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        address.length = sizeof *v6;
    } else {
        return Error{ErrorKind::invalid_input, "server.address",
                     "The listen address must be an IPv4 or IPv6 address, not \"" + text + "\"."};
    }
    address.set_port(port);
    return address;
}

// A descriptor that closes itself until it is given to a Stream.
class Descriptor {
 public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

 private:
    int fd_;
};

Result<Descriptor> listen_on(Address& address) {
    Descriptor socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    Stream::set_tcp_options(socket.get());
    constexpr int kBacklog = 1024;
    auto* const bytes = reinterpret_cast<sockaddr*>(&address.storage);
    if (::bind(socket.get(), bytes, address.length) != 0 || ::listen(socket.get(), kBacklog) != 0) {
        const int error = errno;
        const std::string where = fmt::format("{} port {}", address.text(), address.port());
        if (error == EADDRINUSE) {
            return Error{ErrorKind::conflict, "server.address_in_use",
                         where + " is in use by another program."};
        }
        return Error{ErrorKind::invalid_input, "server.address",
                     fmt::format("Cannot listen on {}: {}.", where, std::strerror(error))};
    }
    ::getsockname(socket.get(), bytes, &address.length);
    return socket;
}

// Nobody may already listen on the port: SO_REUSEPORT would let two servers share it without a
// word.
Result<void> check_port_is_free(const Address& address) {
    if (address.port() == 0) return {};
    const Descriptor probe(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) ==
            0 ||
        errno != EADDRINUSE) {
        return {};
    }
    return Error{
        ErrorKind::conflict, "server.address_in_use",
        fmt::format("{} port {} is in use by another program.", address.text(), address.port())};
}

}  // namespace

struct Server::Impl {
    // One loop with its listener and thread. The loop outlives its thread, so that late posts find
    // it.
    struct Worker {
        explicit Worker(Impl& s) : server(s) {}

        Impl& server;
        EventLoop loop;
        std::thread thread;
        // Set on the worker's thread.
        std::unique_ptr<ServerWorker> shared;
        std::unique_ptr<Stream> listener;
        bool accept_paused = false;
        bool accepting = false;
    };

    Impl(ServerOptions o, Router& r, Metrics& m) : options(std::move(o)), router(r), metrics(m) {}

    Result<std::vector<Descriptor>> listen();
    void post_start(Worker& worker, int listener);
    static void run_worker(Worker& worker);
    static Task<void> accept_loop(Worker& worker);
    static Task<void> serve(Worker& worker, int descriptor, std::string peer);
    static Task<void> drain(Worker& worker);
    bool accept_some(Worker& worker);

    ServerOptions options;
    Router& router;
    ServerMetrics metrics;
    SslContext tls;
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::function<void(EventLoop&)>> start_hooks;
    std::vector<std::function<void(EventLoop&)>> stop_hooks;
    bool running = false;
};

Result<std::vector<Descriptor>> Server::Impl::listen() {
    ASSIGN_OR_RETURN(Address address, parse_address(options.address, options.port));
    RETURN_IF_ERROR(check_port_is_free(address));
    std::vector<Descriptor> sockets;
    for (int i = 0; i < std::max(options.workers, 1); ++i) {
        // The first one learns the port that the system chose; the others share it.
        ASSIGN_OR_RETURN(Descriptor socket, listen_on(address));
        sockets.push_back(std::move(socket));
    }
    port = address.port();
    return sockets;
}

// Before the worker's thread begins, so that nothing posted later (a drain) can come first.
void Server::Impl::post_start(Worker& worker, int listener) {
    worker.loop.post([this, &worker, listener] {
        worker.shared =
            std::make_unique<ServerWorker>(options, router, metrics, TimerWheel::of(worker.loop));
        worker.listener = std::make_unique<Stream>(listener);
        for (const auto& hook : start_hooks) hook(worker.loop);
        worker.loop.spawn(accept_loop(worker));
    });
}

void Server::Impl::run_worker(Worker& worker) {
    worker.loop.run();
    worker.listener.reset();
}

Task<void> Server::Impl::accept_loop(Worker& worker) {
    worker.accepting = true;
    while (!worker.shared->draining) {
        const Result<void> ready = co_await worker.listener->wait_readable();
        if (!ready) break;
        while (!worker.shared->draining && worker.server.accept_some(worker)) {
        }
        if (std::exchange(worker.accept_paused, false)) co_await sleep_for(kAcceptPause);
    }
    worker.accepting = false;
}

// Accepts one connection. False when none waits, or when accepting must pause.
bool Server::Impl::accept_some(Worker& worker) {
    if (metrics.connections->load() >= static_cast<std::int64_t>(options.limits.connections_max)) {
        worker.accept_paused = true;
        return false;
    }
    Address peer;
    peer.length = sizeof peer.storage;
    const int descriptor =
        ::accept4(worker.listener->descriptor(), reinterpret_cast<sockaddr*>(&peer.storage),
                  &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
        worker.loop.spawn(serve(worker, descriptor, peer.text()));
        return true;
    }
    switch (errno) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            log_warning("http.accept_paused", {{"reason", std::strerror(errno)}});
            worker.accept_paused = true;
            return false;
        case ECONNABORTED:
        case EINTR:
            return true;
        default:
            return false;
    }
}

Task<void> Server::Impl::serve(Worker& worker, int descriptor, std::string peer) {
    Stream stream(descriptor);
    if (worker.server.tls != nullptr) {
        ssl_st* const ssl = new_server_ssl(*worker.server.tls);
        if (ssl == nullptr) co_return;
        stream.start_tls(ssl);
    }
    ServerConnection connection(*worker.shared, std::move(stream), std::move(peer));
    co_await connection.run();
}

Task<void> Server::Impl::drain(Worker& worker) {
    ServerWorker& shared = *worker.shared;
    // Whoever is connected already is served; the others are told at once that nobody listens.
    while (worker.server.accept_some(worker)) {
    }
    shared.draining = true;
    worker.listener->close();
    const auto for_each = [&shared](auto action) {
        ServerConnection* connection = shared.connections;
        while (connection != nullptr) {
            ServerConnection* const next = connection->next_open();
            action(*connection);
            connection = next;
        }
    };
    for_each([](ServerConnection& connection) { connection.drain(); });
    const auto begin = std::chrono::steady_clock::now();
    const auto waited = [begin] { return std::chrono::steady_clock::now() - begin; };
    const auto busy = [&] { return shared.connection_count > 0 || worker.accepting; };
    while (busy() && waited() < worker.server.options.limits.drain_timeout) {
        co_await sleep_for(kDrainPoll);
    }
    if (shared.connection_count > 0) {
        log_warning("http.drain_cut", {{"connections", shared.connection_count}});
        for_each([](ServerConnection& connection) { connection.stream().close(); });
    }
    const auto last = waited() + kCutGrace;
    while (busy() && waited() < last) co_await sleep_for(kDrainPoll);
    shared.access_log.flush();
    for (const auto& hook : worker.server.stop_hooks) hook(worker.loop);
    worker.loop.stop();
}

Server::Server(ServerOptions options, Router& router, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), router, metrics)) {}

Server::~Server() {
    impl_->options.limits.drain_timeout = {};
    drain_and_stop();
}

Result<void> Server::start() {
    const ServerOptions& options = impl_->options;
    if (!options.tls_certificate_file.empty()) {
        ASSIGN_OR_RETURN(impl_->tls, make_server_ssl_context(options.tls_certificate_file,
                                                             options.tls_key_file));
    }
    ASSIGN_OR_RETURN(std::vector<Descriptor> sockets, impl_->listen());
    for (Descriptor& socket : sockets) {
        impl_->workers.push_back(std::make_unique<Impl::Worker>(*impl_));
        Impl::Worker& worker = *impl_->workers.back();
        impl_->post_start(worker, socket.release());
        worker.thread = std::thread([&worker] { Impl::run_worker(worker); });
    }
    impl_->running = true;
    return {};
}

std::uint16_t Server::port() const { return impl_->port; }
bool Server::is_tls() const { return impl_->tls != nullptr; }
int Server::worker_count() const { return static_cast<int>(impl_->workers.size()); }
EventLoop& Server::loop(int worker) {
    return impl_->workers.at(static_cast<std::size_t>(worker))->loop;
}

void Server::on_worker_start(std::function<void(EventLoop&)> hook) {
    impl_->start_hooks.push_back(std::move(hook));
}
void Server::on_worker_stop(std::function<void(EventLoop&)> hook) {
    impl_->stop_hooks.push_back(std::move(hook));
}

void Server::drain_and_stop() {
    if (!std::exchange(impl_->running, false)) return;
    for (const auto& worker : impl_->workers) worker->loop.spawn(Impl::drain(*worker));
    for (const auto& worker : impl_->workers) worker->thread.join();
}

}  // namespace tenon::http
