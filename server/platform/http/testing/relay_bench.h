// For tests: a server with one route that relays to a scripted upstream, and what came out of it.
// Test code only.
#pragma once

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "platform/http/relay.h"
#include "platform/http/server.h"
#include "platform/http/testing/raw_socket.h"

namespace tenon::http::testing {

inline constexpr std::string_view kRelayContract = R"({
  "openapi": "3.1.0",
  "paths": {"/relay": {
    "get": {"operationId": "relayGet", "x-stream": true},
    "post": {"operationId": "relayPost", "x-stream": true},
    "head": {"operationId": "relayHead", "x-stream": true}}}
})";

// What the test wants of the relay, and what came out. One exchange at a time.
struct Bench : RelayObserver {
    std::uint16_t upstream_port = 0;
    UpstreamLimits limits{};
    AnswerDecision decision{};
    std::optional<std::string> body;  // read before relaying
    std::size_t take_over_bytes_max = 65'536;
    bool tunnels_websocket = false;

    std::mutex mutex;
    std::vector<RelayOutcome> outcomes;
    std::atomic<std::size_t> finished = 0;

    AnswerDecision on_answer(const ResponseHead& head) override { return decision; }
    bool keeps_field(const HeaderField& field) override { return field.id != HeaderId::set_cookie; }
    RelayOutcome& wait_for(std::size_t count) {
        while (finished < count) std::this_thread::yield();
        const std::lock_guard lock(mutex);
        return outcomes[count - 1];
    }
};

inline Bench* g_bench = nullptr;

inline Task<void> run_relay(Exchange& exchange) {
    Bench& bench = *g_bench;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(bench.upstream_port);
    Result<Stream> upstream = Stream::open(AF_INET);
    const Result<void> connected =
        co_await upstream->connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    EXPECT_TRUE(connected);
    std::string head(exchange.head().method);
    head += " /up HTTP/1.1\r\nHost: up\r\n";
    RelayPlan plan;
    plan.request_head = head;
    plan.request_method = exchange.head().method;
    plan.limits = bench.limits;
    plan.request_body = bench.body;
    plan.take_over_bytes_max = bench.take_over_bytes_max;
    plan.tunnels_websocket = bench.tunnels_websocket;
    RelayOutcome outcome;
    co_await relay(exchange, *upstream, plan, bench, outcome);
    if (outcome.error && !outcome.answered && outcome.end != RelayOutcome::End::client_failed) {
        (void)co_await exchange.send(error_response(*outcome.error));
    } else if (outcome.taken) {
        Response response;
        response.status = 299;
        response.body = outcome.taken->body;
        (void)co_await exchange.send(std::move(response));
    }
    upstream->close();
    const std::lock_guard lock(bench.mutex);
    bench.outcomes.push_back(std::move(outcome));
    ++bench.finished;
}

class RelayBench : public ::testing::Test {
 protected:
    RelayBench() : router_(*parse_json(kRelayContract)) {
        for (const std::string_view id : {"relayGet", "relayPost", "relayHead"}) {
            router_.stream(id, run_relay);
        }
        g_bench = &bench_;
        ServerOptions options;
        options.access_log = false;
        server_ = std::make_unique<Server>(options, router_, metrics_);
        EXPECT_TRUE(server_->start());
    }

    void upstream(ScriptedUpstream::Script script) {
        upstream_ = std::make_unique<ScriptedUpstream>(std::move(script));
        bench_.upstream_port = upstream_->port();
    }
    // An upstream that takes a head and says `answer`.
    void upstream_says(std::string answer) {
        upstream([answer = std::move(answer)](RawSocket& peer) {
            peer.read_until("\r\n\r\n");
            peer.send(answer);
        });
    }
    RawSocket connect() { return RawSocket::connect_to(server_->port()); }
    std::string get(std::string_view fields = "Connection: close\r\n") {
        RawSocket client = connect();
        client.send("GET /relay HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
        return client.read_to_end();
    }

    Bench bench_;
    Router router_;
    Metrics metrics_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<ScriptedUpstream> upstream_;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace tenon::http::testing
