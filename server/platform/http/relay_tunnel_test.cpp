// Connections that become WebSockets: bytes both ways, back-pressure, limits and ends.
#include "platform/http/relay.h"
#include "platform/http/testing/relay_bench.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::has;
using testing::RawSocket;

constexpr std::string_view kRequest = "GET /relay HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: x\r\n\r\n";

class TunnelTest : public testing::RelayBench {
 protected:
    TunnelTest() { bench_.tunnels_websocket = true; }
    RawSocket open() {
        RawSocket client = connect();
        client.send(kRequest);
        head_ = client.read_until("\r\n\r\n");
        return client;
    }
    std::string head_;
};

TEST_F(TunnelTest, CarriesBytesBothWaysAndTheEnd) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(std::string(kSwitch) + "first");  // right behind the head
        EXPECT_EQ(peer.read_exactly(4), "ping");
        peer.send("pong");
        peer.wait_end();
    });
    RawSocket client = open();
    EXPECT_TRUE(head_.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head_;
    EXPECT_TRUE(has(head_, "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n")) << head_;
    EXPECT_TRUE(has(head_, "\r\nSec-WebSocket-Accept: x\r\n"));
    EXPECT_FALSE(has(head_, "Content-Length"));
    EXPECT_EQ(client.read_exactly(5), "first");
    client.send("ping");
    EXPECT_EQ(client.read_exactly(4), "pong");
    const auto left = std::chrono::steady_clock::now();
    client.close();
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(2));
    EXPECT_EQ(outcome.status, 101);
    EXPECT_EQ(outcome.bytes_up, 4u);
    EXPECT_EQ(outcome.bytes_down, 9u);
    EXPECT_FALSE(outcome.upstream_reusable);
}

TEST_F(TunnelTest, BytesSentTooEarlyAreNotLost) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(kSwitch);
        EXPECT_EQ(peer.read_exactly(5), "early");
    });
    RawSocket client = connect();
    client.send(std::string(kRequest) + "early");
    EXPECT_TRUE(has(client.read_to_end(), "101 Switching"));
}

TEST_F(TunnelTest, TheProvidersEndIsTheClientsEnd) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(std::string(kSwitch) + "bye");
    });
    RawSocket client = open();
    EXPECT_EQ(client.read_to_end(), "bye");
    EXPECT_EQ(bench_.wait_for(1).status, 101);
}

TEST_F(TunnelTest, EndsASideThatDoesNotFollow) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(kSwitch);
        peer.finish_sending();
        peer.wait_end();  // and keeps its other half open
    });
    RawSocket client = open();
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(bench_.wait_for(1).status, 101);  // though the client never closes
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST_F(TunnelTest, AnIdleTunnelEndsAtItsLimit) {
    bench_.limits.tunnel_idle_timeout = milliseconds(300);
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(kSwitch);
        peer.wait_end();
    });
    RawSocket client = open();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(bench_.wait_for(1).status, 101);
}

TEST_F(TunnelTest, ABusyTunnelEndsAtItsTotalLimit) {
    bench_.limits.tunnel_total_timeout = milliseconds(400);
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(kSwitch);
        for (std::string one = "-"; !one.empty();) {
            one = peer.read_exactly(1);
            peer.send(one);
        }
    });
    RawSocket client = open();
    std::size_t echoes = 0;
    while (client.send("x") && client.read_exactly(1) == "x") ++echoes;
    EXPECT_GT(echoes, 0u);
    EXPECT_EQ(bench_.wait_for(1).status, 101);
}

// How much the peer takes until it has taken nothing for a while.
std::size_t flood(RawSocket& peer, std::size_t bytes_max) {
    constexpr int kStillMs = 300;
    const std::string piece(65'536, 'x');
    std::size_t taken = 0;
    while (taken < bytes_max) {
        pollfd ready{peer.descriptor(), POLLOUT, 0};
        if (::poll(&ready, 1, kStillMs) <= 0) break;
        const ssize_t sent =
            ::send(peer.descriptor(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) break;
        taken += static_cast<std::size_t>(sent);
    }
    return taken;
}

TEST_F(TunnelTest, AReaderThatStopsHoldsTheOtherSideBack) {
    constexpr std::size_t kFloodMax = 256U << 20U;
    std::atomic<std::size_t> taken = 0;
    upstream([&taken](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send(kSwitch);
        taken = flood(peer, kFloodMax);
        peer.wait_end();
    });
    RawSocket client = open();  // reads nothing of what follows
    while (taken == 0) std::this_thread::yield();
    EXPECT_LT(taken, kFloodMax / 4);  // what the kernel's buffers take, and no more
    client.close();
    bench_.wait_for(1);
}

TEST_F(TunnelTest, AnyOtherAnswerIsRelayed) {
    upstream_says("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_TRUE(get().ends_with("\r\n\r\nno"));
    EXPECT_EQ(bench_.wait_for(1).status, 403);
}

TEST_F(TunnelTest, AChangeToSomethingElseIsRefused) {
    upstream_says("HTTP/1.1 101 Hm\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    EXPECT_TRUE(has(get(), " 502 "));
    EXPECT_EQ(bench_.wait_for(1).error->code, "upstream.malformed_response");
}

TEST_F(TunnelTest, AChangeThatNobodyAskedForIsRefused) {
    bench_.tunnels_websocket = false;
    upstream_says(std::string(kSwitch));
    EXPECT_TRUE(has(get(), " 502 "));
    EXPECT_EQ(bench_.wait_for(1).error->code, "upstream.malformed_response");
}

}  // namespace
}  // namespace tenon::http
