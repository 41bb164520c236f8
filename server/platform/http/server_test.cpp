// The server seen from a client's socket: keep-alive, pipelining, limits, streams, refusals, TLS,
// draining.
#include "platform/http/server.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/resource.h>

#include "platform/http/exchange.h"
#include "platform/http/raw_socket_testing.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::RawSocket;

constexpr std::string_view kContract = R"({
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

std::atomic<int> g_hello_runs = 0;
std::atomic<std::size_t> g_blocks_written = 0;

Task<Result<Response>> hello(const Request& request) {
    ++g_hello_runs;
    Response response;
    response.headers.add("Content-Type", "text/plain");
    response.body = "hello";
    co_return response;
}
Task<Result<Response>> echo(const Request& request) {
    Response response;
    response.body = request.body;
    co_return response;
}
Task<Result<Response>> throws(const Request& request) {
    throw std::runtime_error("a bug");
    co_return no_content();
}
Task<Result<Response>> fails(const Request& request) {
    co_return Error{ErrorKind::conflict, "thing.taken", "The name is taken."};
}

constexpr std::size_t kBlockBytes = 65'536;
constexpr std::size_t kBlocks = 512;

Task<void> big(Exchange& exchange) {
    const std::string block(kBlockBytes, 'x');
    if (!co_await exchange.start_response({})) co_return;
    for (std::size_t i = 0; i < kBlocks; ++i) {
        if (!co_await exchange.write(block)) co_return;
        ++g_blocks_written;
    }
    (void)co_await exchange.finish();
}

Task<void> upload(Exchange& exchange) {
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

class ServerTest : public ::testing::Test {
 protected:
    ServerTest() : router_(*parse_json(kContract)) {
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

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
    return found;
}

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ServerTest, AnswersWithTheFieldsEveryAnswerHas) {
    const std::string answer = get("/hello");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(has(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_TRUE(has(answer, "\r\nDate: "));
    EXPECT_TRUE(has(answer, "\r\nX-Request-Id: "));
    EXPECT_TRUE(has(answer, "\r\nContent-Type: text/plain\r\n"));
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 5\r\n"));
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhello"));
    EXPECT_FALSE(has(answer, "\r\nServer:"));
}

TEST_F(ServerTest, KeepsTheConnectionForManyRequests) {
    RawSocket client = connect();
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(client.send(kGet));
        EXPECT_TRUE(client.read_answer().ends_with("hello"));
    }
    EXPECT_EQ(g_hello_runs, 50);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    std::string requests;
    for (int i = 0; i < 20; ++i) {
        const std::string body = "body" + std::to_string(i);
        requests += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n";
        requests += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    RawSocket client = connect();
    ASSERT_TRUE(client.send(requests));
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nbody" + std::to_string(i)));
    }
}

TEST_F(ServerTest, ReadsAHeadThatComesByteByByte) {
    RawSocket client = connect();
    for (const char c : kGet) ASSERT_TRUE(client.send({&c, 1}));
    EXPECT_TRUE(client.read_answer().ends_with("hello"));
}

TEST_F(ServerTest, HttpOneZeroEndsOrKeepsAsAsked) {
    EXPECT_TRUE(say("GET /hello HTTP/1.0\r\n\r\n").ends_with("hello"));
    RawSocket client = connect();
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has(client.read_answer(), "\r\nConnection: keep-alive\r\n"));
    client.send(kGet);
    EXPECT_TRUE(client.read_answer().ends_with("hello"));
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
    const std::string answer = say("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 5\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, RendersErrorsOfEverySource) {
    EXPECT_TRUE(get("/nowhere").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(has(get("/nowhere"), R"("code":"not_found")"));
    const std::string wrong_method =
        say("DELETE /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(wrong_method.starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(has(wrong_method, "\r\nAllow: GET"));
    EXPECT_TRUE(has(get("/fails"), "thing.taken"));
    const std::string bug = get("/throws");
    EXPECT_TRUE(bug.starts_with("HTTP/1.1 500 "));
    EXPECT_FALSE(has(bug, "a bug"));
}

TEST_F(ServerTest, NeverRunsARequestBehindARefusedOne) {
    const std::string_view refused[] = {
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /hello\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST /upload/sum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5 "
        "\r\nhello\r\n0\r\n\r\n",
        "POST /upload/sum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n",
        "GET /hello HTTP/1.1\nHost: a\n\n",
    };
    for (const std::string_view request : refused) {
        const std::string answers = say(std::string(request) + std::string(kGet));
        EXPECT_EQ(count(answers, "X-Request-Id: "), 1u) << request << answers;
        EXPECT_TRUE(answers.starts_with("HTTP/1.1 4") || answers.starts_with("HTTP/1.1 5"))
            << answers;
        EXPECT_TRUE(has(answers, "\r\nConnection: close\r\n")) << answers;
    }
    EXPECT_EQ(g_hello_runs, 0);
}

TEST_F(ServerTest, TakesBodiesWithLengthAndInChunks) {
    const std::string body(70'000, 'b');
    std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    head += "Content-Type: application/octet-stream\r\n";
    EXPECT_TRUE(say(head + "Content-Length: 70000\r\n\r\n" + body).ends_with("\r\n\r\n" + body));
    const std::string chunked =
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: 1\r\n\r\n";
    EXPECT_TRUE(say(head + chunked).ends_with("\r\n\r\nabcdefg"));
}

TEST_F(ServerTest, RefusesBodiesOverTheLimitWithoutReadingThem) {
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n";
    RawSocket client = connect();
    client.send(head + "Content-Length: 100001\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_TRUE(has(answer, "http.body_too_large"));
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
    const std::string big_chunk = "186a1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n";
    EXPECT_TRUE(
        say(head + "Transfer-Encoding: chunked\r\n\r\n" + big_chunk).starts_with("HTTP/1.1 413 "));
}

TEST_F(ServerTest, AsksForABodyOnlyWhenItIsWanted) {
    const std::string head =
        " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    RawSocket wanted = connect();
    wanted.send("POST /upload/sum" + head);
    EXPECT_EQ(wanted.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    wanted.send("abc");
    EXPECT_TRUE(wanted.read_answer().ends_with("3 "));

    RawSocket refused = connect();
    refused.send("POST /upload/refuse" + head);
    EXPECT_TRUE(refused.read_until("\r\n\r\n").starts_with("HTTP/1.1 401 "));

    RawSocket lost = connect();
    lost.send("POST /nowhere" + head);
    EXPECT_TRUE(lost.read_until("\r\n\r\n").starts_with("HTTP/1.1 404 "));
}

TEST_F(ServerTest, StreamsUploadsAndTrailers) {
    RawSocket client = connect();
    client.send("POST /upload/sum HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(65'536, 'x') + "\r\n";
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.send(chunk));
    client.send("0\r\nSum: 7\r\n\r\n");
    EXPECT_TRUE(client.read_answer().ends_with("6553600 Sum: 7\r\n"));
    client.send(kGet);
    EXPECT_TRUE(client.read_answer().ends_with("hello"));
}

TEST_F(ServerTest, ChecksParametersOfStreamsToo) {
    const std::string answer = say(
        "POST /upload/other HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_TRUE(has(answer, "\r\nAccess-Control-Allow-Origin: *\r\n"));
}

TEST_F(ServerTest, AnEarlyAnswerReachesAClientThatIsStillSending) {
    RawSocket client = connect();
    client.send("POST /upload/refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    client.send(std::string(30'000, 'x'));
    const std::string answer = client.read_answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
    EXPECT_EQ(client.wait_end(), 0);
}

TEST_F(ServerTest, CutsAnAnswerThatIsNotWhole) {
    RawSocket client = connect();
    client.send("POST /upload/half HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 10\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n12345"));
}

TEST_F(ServerTest, StopsWritingToAClientThatDoesNotRead) {
    RawSocket client = connect();
    client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read_until("\r\n\r\n");
    // The sockets hold a few megabytes; the rest must wait.
    std::size_t before = 0;
    do {
        before = g_blocks_written;
        std::this_thread::yield();
        RawSocket other = connect();
        other.send(kGet);
        other.read_answer();
    } while (g_blocks_written != before);
    EXPECT_LT(g_blocks_written, kBlocks);
    std::size_t bytes = 0;
    while (true) {
        const std::string size = client.read_until("\r\n");
        const std::size_t chunk = std::stoul(size, nullptr, 16);
        bytes += chunk;
        client.read_exactly(chunk + 2);
        if (chunk == 0) break;
    }
    EXPECT_EQ(bytes, kBlocks * kBlockBytes);
}

TEST_F(ServerTest, EndsSlowClientsAtTheirLimits) {
    options_.limits.head_timeout = milliseconds(100);
    options_.limits.keep_alive_timeout = milliseconds(100);
    options_.limits.body_idle_timeout = milliseconds(100);
    options_.limits.write_idle_timeout = milliseconds(100);
    const std::string_view slow[] = {
        "",
        "GET /hello HTTP/1.1\r\nHost: a\r\nX: ",
        "POST /upload/sum HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    };
    for (const std::string_view part : slow) {
        RawSocket client = connect();
        client.send(part);
        EXPECT_EQ(client.wait_end(), 0) << part;
    }
    RawSocket idle = connect();
    idle.send(kGet);
    EXPECT_TRUE(idle.read_answer().ends_with("hello"));
    EXPECT_EQ(idle.wait_end(), 0);

    RawSocket deaf = connect();
    deaf.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    while (g_blocks_written == 0) std::this_thread::yield();
    wait_for("tenon_http_requests_in_flight 0\n");
    EXPECT_LT(g_blocks_written, kBlocks);
    EXPECT_FALSE(deaf.read_to_end().ends_with("0\r\n\r\n"));
}

TEST_F(ServerTest, ATrickleOfBodyBytesEndsAtTheTotalLimit) {
    options_.limits.body_total_timeout = milliseconds(200);
    RawSocket client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n");
    client.send("Content-Length: 90000\r\n\r\n");
    // One byte every few milliseconds would go on for minutes.
    int sent = 0;
    while (sent < 5'000 && client.send("x") && !client.ends_within(milliseconds(5))) ++sent;
    EXPECT_LT(sent, 1'000);
}

TEST_F(ServerTest, LimitsHeads) {
    options_.limits.head_bytes_max = 2'000;
    options_.limits.head_fields_max = 10;
    const std::string large = "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(3'000, 'x');
    EXPECT_TRUE(say(large).starts_with("HTTP/1.1 431 "));
    std::string many = "GET /hello HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 10; ++i) many += "X: y\r\n";
    EXPECT_TRUE(say(many + "\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_F(ServerTest, AcceptsHeadsLargerThanABuffer) {
    const std::string large =
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + std::string(30'000, 'x') +
        "\r\n\r\n";
    EXPECT_TRUE(say(large).ends_with("hello"));
}

TEST_F(ServerTest, PausesAboveTheConnectionLimit) {
    options_.limits.connections_max = 2;
    auto first = std::make_unique<RawSocket>(connect());
    first->send(kGet);
    EXPECT_TRUE(first->read_answer().ends_with("hello"));
    RawSocket second = connect();
    second.send(kGet);
    EXPECT_TRUE(second.read_answer().ends_with("hello"));
    RawSocket third = connect();
    third.send(kGet);
    first.reset();
    EXPECT_TRUE(third.read_answer().ends_with("hello"));
}

TEST_F(ServerTest, PausesWhenDescriptorsRunOut) {
    connect().send(kGet);  // from here on the server needs descriptors for connections only
    wait_for("tenon_http_request_seconds_count 1\n");
    wait_for("tenon_http_connections 0\n");
    std::vector<RawSocket> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(RawSocket::unconnected());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(clients.back().descriptor()) + 3;
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (RawSocket& client : clients) {
        EXPECT_TRUE(client.connect(server_->port()));
        client.send(kGet);
    }
    EXPECT_TRUE(clients[0].read_answer().ends_with("hello"));
    EXPECT_FALSE(clients[7].ends_within(milliseconds(50)));
    ::setrlimit(RLIMIT_NOFILE, &before);
    for (std::size_t i = 1; i < clients.size(); ++i) {
        EXPECT_TRUE(clients[i].read_answer().ends_with("hello")) << i;
    }
}

TEST_F(ServerTest, DrainLetsRunningRequestsEndAndClosesIdleOnes) {
    RawSocket idle = connect();
    idle.send(kGet);
    idle.read_answer();
    wait_for("tenon_http_request_seconds_count 1\n");
    RawSocket busy = connect();
    busy.send("POST /upload/sum HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    wait_for("tenon_http_requests_in_flight 1\n");
    std::thread drain([this] { server_->drain_and_stop(); });
    EXPECT_EQ(idle.wait_end(), 0);
    busy.send("def");
    const std::string answer = busy.read_to_end();
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("6 "));
    drain.join();
    EXPECT_FALSE(RawSocket::connect_to(server_->port()).is_connected());
}

TEST_F(ServerTest, DrainCutsWhatDoesNotEnd) {
    options_.limits.drain_timeout = milliseconds(50);
    RawSocket stuck = connect();
    stuck.send("POST /upload/sum HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    wait_for("tenon_http_requests_in_flight 1\n");
    server_->drain_and_stop();
    EXPECT_EQ(stuck.wait_end(), 0);
}

TEST_F(ServerTest, CountsRequestsByClass) {
    get("/hello");
    get("/nowhere");
    say("nonsense\r\n\r\n");
    wait_for("tenon_http_request_seconds_count 3\n");
    const std::string text = metrics_.render();
    EXPECT_TRUE(has(text, "tenon_http_requests_total{status=\"2xx\"} 1\n")) << text;
    EXPECT_TRUE(has(text, "tenon_http_requests_total{status=\"4xx\"} 2\n"));
    EXPECT_TRUE(has(text, "tenon_http_requests_refused_total 1\n"));
    EXPECT_TRUE(has(text, "tenon_http_request_seconds_count 3\n"));
}

TEST_F(ServerTest, SeveralWorkersShareThePort) {
    options_.workers = 3;
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(get("/hello").ends_with("hello"));
    EXPECT_EQ(server_->worker_count(), 3);
}

TEST_F(ServerTest, SaysWhyItCannotStart) {
    connect();
    ServerOptions taken = options_;
    taken.port = server_->port();
    Server second(taken, router_, metrics_);
    EXPECT_EQ(second.start().error().code, "server.address_in_use");
    ServerOptions wrong = options_;
    wrong.address = "localhost";
    EXPECT_EQ(Server(wrong, router_, metrics_).start().error().code, "server.address");
    ServerOptions no_file = options_;
    no_file.tls_certificate_file = "/nonexistent.pem";
    EXPECT_EQ(Server(no_file, router_, metrics_).start().error().code, "server.tls");
}

}  // namespace
}  // namespace tenon::http
