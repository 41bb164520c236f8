// The server under pressure: slow clients, limits, back-pressure, no descriptors, draining.
#include <sys/resource.h>
#include <vector>

#include "platform/http/testing/server_bench.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using namespace testing;

class ServerLimitsTest : public ServerBench {};

TEST_F(ServerLimitsTest, StopsWritingToAClientThatDoesNotRead) {
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

TEST_F(ServerLimitsTest, EndsSlowClientsAtTheirLimits) {
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

TEST_F(ServerLimitsTest, ATrickleOfBodyBytesEndsAtTheTotalLimit) {
    options_.limits.body_total_timeout = milliseconds(200);
    RawSocket client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n");
    client.send("Content-Length: 90000\r\n\r\n");
    // One byte every few milliseconds would go on for minutes.
    int sent = 0;
    while (sent < 5'000 && client.send("x") && !client.ends_within(milliseconds(5))) ++sent;
    EXPECT_LT(sent, 1'000);
}

TEST_F(ServerLimitsTest, LimitsHeads) {
    options_.limits.head_bytes_max = 2'000;
    options_.limits.head_fields_max = 10;
    const std::string large = "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(3'000, 'x');
    EXPECT_TRUE(say(large).starts_with("HTTP/1.1 431 "));
    std::string many = "GET /hello HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 10; ++i) many += "X: y\r\n";
    EXPECT_TRUE(say(many + "\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_F(ServerLimitsTest, TheAnswerToAHugeHeadArrivesHoweverMuchIsStillOnItsWay) {
    const std::string huge =
        "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(3U << 20U, 'x') + "\r\n\r\n";
    for (int round = 0; round < 20; ++round) {
        RawSocket client = connect();
        ASSERT_TRUE(client.send(huge)) << round;  // closing early would reset the connection
        EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 431 ")) << round;
        EXPECT_EQ(client.wait_end(), 0) << round;
    }
}

TEST_F(ServerLimitsTest, LingersNoLongerThanItsLimits) {
    options_.limits.linger_bytes_max = 100'000;
    options_.limits.linger_timeout = milliseconds(100);
    RawSocket endless = connect();
    EXPECT_FALSE(
        endless.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(64U << 20U, 'x')));
    RawSocket silent = connect();
    silent.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x'));
    EXPECT_TRUE(silent.read_answer().starts_with("HTTP/1.1 431 "));
    EXPECT_EQ(silent.wait_end(), 0);
    wait_for("tenon_http_connections 0\n");  // while both clients still hold their ends
}

TEST_F(ServerLimitsTest, AcceptsHeadsLargerThanABuffer) {
    const std::string large =
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + std::string(30'000, 'x') +
        "\r\n\r\n";
    EXPECT_TRUE(say(large).ends_with("hello"));
}

TEST_F(ServerLimitsTest, PausesAboveTheConnectionLimit) {
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

TEST_F(ServerLimitsTest, PausesWhenDescriptorsRunOut) {
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

TEST_F(ServerLimitsTest, DrainLetsRunningRequestsEndAndClosesIdleOnes) {
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

TEST_F(ServerLimitsTest, DrainCutsWhatDoesNotEnd) {
    options_.limits.drain_timeout = milliseconds(50);
    RawSocket stuck = connect();
    stuck.send("POST /upload/sum HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    wait_for("tenon_http_requests_in_flight 1\n");
    server_->drain_and_stop();
    EXPECT_EQ(stuck.wait_end(), 0);
}

}  // namespace
}  // namespace tenon::http
