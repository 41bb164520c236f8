// The HTTP server: one event loop, one listening socket (SO_REUSEPORT) and one thread for each
// worker. Requests go through the router; every request gets an id, a line in the access log and a
// place in the metrics.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "platform/http/router.h"
#include "platform/http/trusted_proxies.h"
#include "platform/metrics/metrics.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {

// Every limit towards clients, by name. A client that passes one is told so where that is possible,
// and cut.
struct ServerLimits {
    std::size_t head_bytes_max = 32'768;
    std::size_t head_fields_max = 128;
    std::size_t body_bytes_max = 4U << 20U;  // of buffered bodies; an operation may set its own
    std::chrono::milliseconds tls_handshake_timeout{10'000};
    std::chrono::milliseconds head_timeout{10'000};        // first byte to the end of the head
    std::chrono::milliseconds body_idle_timeout{30'000};   // no byte of a body
    std::chrono::milliseconds body_total_timeout{60'000};  // of buffered bodies
    std::chrono::milliseconds write_idle_timeout{60'000};  // the client takes nothing
    std::chrono::milliseconds keep_alive_timeout{60'000};  // between requests
    // After an answer to a request that was not read whole: how much is still taken and thrown
    // away, whichever limit comes first, so that the answer is not lost. As large as a body may be;
    // it costs no memory.
    std::size_t linger_bytes_max = 4U << 20U;
    std::chrono::milliseconds linger_timeout{1'000};
    std::size_t connections_max = 20'000;  // of all workers together
    std::chrono::milliseconds drain_timeout{30'000};
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: the system chooses; see Server::port()
    int workers = 1;
    std::string tls_certificate_file;  // PEM chain; empty: plain HTTP
    std::string tls_key_file;
    ServerLimits limits{};
    bool access_log = true;
    TrustedProxies trusted_proxies{};  // whose X-Forwarded-For names the client
    // Every answer of Tenon's own gets these; nosniff is always there.
    std::string server_header;  // empty: no Server field
};

class Server {
 public:
    // `router` and `metrics` outlive the server.
    Server(ServerOptions options, Router& router, Metrics& metrics);
    ~Server();  // stops at once if still running
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Binds and starts the workers. Errors: invalid_input "server.address", "server.tls"; conflict
    // "server.address_in_use".
    Result<void> start();
    std::uint16_t port() const;
    bool is_tls() const;
    int worker_count() const;
    // The loop of one worker, from start() on.
    EventLoop& loop(int worker);
    // Runs on every worker's thread before it serves and after it has drained.
    void on_worker_start(std::function<void(EventLoop&)> hook);
    void on_worker_stop(std::function<void(EventLoop&)> hook);

    // No new connections; running requests end within drain_timeout, idle connections at once.
    // Blocks until the workers are gone. Safe to call twice.
    void drain_and_stop();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tenon::http
