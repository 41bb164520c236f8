// For tests: a server with a handful of routes, and clients of raw sockets. Test code only.
#pragma once

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "platform/http/exchange.h"
#include "platform/http/server.h"
#include "platform/http/testing/raw_socket.h"

namespace tenon::http::testing {

inline constexpr std::string_view kServerContract = R"({
  "openapi": "3.1.0",
  "paths": {
    "/hello": {"get": {"operationId": "hello"}},
    "/echo": {"post": {"operationId": "echo", "x-body-bytes-max": 100000,
       "requestBody": {"content": {"application/octet-stream": {}}}}},
    "/throws": {"get": {"operationId": "throws"}},
    "/fails": {"get": {"operationId": "fails"}},
    "/big": {"get": {"operationId": "big", "x-stream": true}},
    "/upload/{kind}": {"post": {"operationId": "upload", "x-stream": true, "x-cors": true,
       "parameters": [{"name": "kind", "in": "path", "schema": {"enum": ["sum", "refuse", "half"]}}]}}
  }
})";

inline std::atomic<int> g_hello_runs = 0;
inline std::atomic<std::size_t> g_blocks_written = 0;

inline Task<Result<Response>> hello(const Request& request) {
    ++g_hello_runs;
    Response response;
    response.headers.add("Content-Type", "text/plain");
    response.body = "hello";
    co_return response;
}
inline Task<Result<Response>> echo(const Request& request) {
    Response response;
    response.body = request.body;
    co_return response;
}
inline Task<Result<Response>> throws(const Request& request) {
    throw std::runtime_error("a bug");
    co_return no_content();
}
inline Task<Result<Response>> fails(const Request& request) {
    co_return Error{ErrorKind::conflict, "thing.taken", "The name is taken."};
}

inline constexpr std::size_t kBlockBytes = 65'536;
inline constexpr std::size_t kBlocks = 512;

inline Task<void> big(Exchange& exchange) {
    const std::string block(kBlockBytes, 'x');
    if (!co_await exchange.start_response({})) co_return;
    for (std::size_t i = 0; i < kBlocks; ++i) {
        if (!co_await exchange.write(block)) co_return;
        ++g_blocks_written;
    }
    (void)co_await exchange.finish();
}

inline Task<void> upload(Exchange& exchange) {
    const std::string kind(exchange.path_parameter("kind"));
    if (kind == "refuse") {
        (void)co_await exchange.send(
            error_response({ErrorKind::unauthenticated, "no", "Not you."}));
        co_return;
    }
    std::uint64_t bytes = 0;
    while (true) {
        const Result<std::string_view> piece = co_await exchange.read_body_view();
        if (!piece && piece.error().kind == ErrorKind::invalid_input) {
            (void)co_await exchange.send(error_response(piece.error()));
        }
        if (!piece) co_return;
        if (piece->empty()) break;
        bytes += piece->size();
    }
    Response response;
    response.body = std::to_string(bytes) + " " + std::string(exchange.trailers());
    if (kind == "half") {
        (void)co_await exchange.start_response({.content_length = 10});
        (void)co_await exchange.write("12345");
        co_return;  // a bug: the answer is not whole
    }
    (void)co_await exchange.send(std::move(response));
}

class ServerBench : public ::testing::Test {
 protected:
    ServerBench() : router_(*parse_json(kServerContract)) {
        router_.handle("hello", hello);
        router_.handle("echo", echo);
        router_.handle("throws", throws);
        router_.handle("fails", fails);
        router_.stream("big", big);
        router_.stream("upload", upload);
        options_.access_log = false;
        g_hello_runs = 0;
        g_blocks_written = 0;
    }
    RawSocket connect() {
        if (server_ == nullptr) {
            server_ = std::make_unique<Server>(options_, router_, metrics_);
            const Result<void> started = server_->start();
            EXPECT_TRUE(started) << started.error().message;
        }
        return RawSocket::connect_to(server_->port());
    }
    // Everything the server says to `bytes` until it closes.
    std::string say(std::string_view bytes) {
        RawSocket client = connect();
        client.send(bytes);
        client.finish_sending();
        return client.read_to_end();
    }
    std::string get(std::string_view path) {
        return say("GET " + std::string(path) +
                   " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    // The server counts a request a moment after its answer has arrived.
    void wait_for(std::string_view metric) {
        while (metrics_.render().find(metric) == std::string::npos) std::this_thread::yield();
    }

    Router router_;
    Metrics metrics_;
    ServerOptions options_;
    std::unique_ptr<Server> server_;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
inline std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

inline constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace tenon::http::testing
