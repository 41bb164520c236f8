// What the connections of one event loop share: options, router, metrics, cached texts. server.cpp
// makes one for each worker.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/access_log.h"
#include "platform/http/router_internal.h"
#include "platform/http/server.h"

namespace tenon::http {

class ServerConnection;
struct RequestState;

// Counters of the whole server. Shared with the gauges, which may be read after the server is gone.
struct ServerMetrics {
    explicit ServerMetrics(Metrics& metrics);

    std::shared_ptr<std::atomic<std::int64_t>> connections;  // open now
    std::shared_ptr<std::atomic<std::int64_t>> in_flight;    // requests being answered
    Counter& connections_total;
    Counter& refused;                    // malformed requests
    std::array<Counter*, 6> by_class{};  // answers by status class, 1 to 5; 0: cut before an answer
    Histogram& seconds;
};

struct ServerWorker {
    ServerWorker(const ServerOptions& o, Router& r, ServerMetrics& m, TimerWheel& wheel);
    ~ServerWorker();

    // The Date field's line, made anew once a second.
    std::string_view date_line();
    // "0123456789abcdef-0000002a": unique without asking the kernel for each.
    void next_request_id(std::string& out);
    // The field lines of CORS for an operation; rendered once.
    std::string_view cors_lines(const Operation& operation);

    std::unique_ptr<RequestState> take_state();
    void give_back(std::unique_ptr<RequestState> state);

    const ServerOptions& options;
    const ServerLimits& limits;
    Router::Impl& router;
    ServerMetrics& metrics;
    AccessLog access_log;
    bool draining = false;
    // Every open connection, for draining.
    ServerConnection* connections = nullptr;
    std::size_t connection_count = 0;

 private:
    std::int64_t date_second_ = -1;
    std::string date_line_;
    std::string id_prefix_;
    std::uint64_t next_id_ = 0;
    std::string cors_lines_;
    std::vector<std::unique_ptr<RequestState>> free_states_;
};

}  // namespace tenon::http
