// Requests on their way through the relay: framing, uploads, answers that come before they end.
#include "platform/http/relay.h"
#include "platform/http/testing/relay_bench.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::has;
using testing::RawSocket;

class RelayUploadTest : public testing::RelayBench {};

TEST_F(RelayUploadTest, SendsTheRequestWithFramingOfItsOwn) {
    std::string seen;
    upstream([&seen](RawSocket& peer) {
        seen = peer.read_until("\r\n\r\n") + peer.read_exactly(3);
        peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 204 "));
    EXPECT_EQ(seen, "POST /up HTTP/1.1\r\nHost: up\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_TRUE(bench_.wait_for(1).body_consumed);
    EXPECT_TRUE(bench_.wait_for(1).upstream_reusable);
}

TEST_F(RelayUploadTest, UploadsAndAnswersFlowAtTheSameTime) {
    // An echo that answers while the request is still coming.
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (true) {
            const std::string size = peer.read_until("\r\n");
            const std::size_t bytes = std::stoul(size, nullptr, 16);
            peer.send(size + peer.read_exactly(bytes + 2));
            if (bytes == 0) return;
        }
    });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.read_until("\r\n\r\n");
    for (int i = 0; i < 20; ++i) {
        client.send("4\r\nping\r\n");
        EXPECT_EQ(client.read_exactly(9), "4\r\nping\r\n");
    }
    client.send("0\r\n\r\n");
    EXPECT_EQ(client.read_exactly(5), "0\r\n\r\n");
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_EQ(outcome.end, RelayOutcome::End::completed);
    EXPECT_EQ(outcome.bytes_up, 80u);
    EXPECT_EQ(outcome.bytes_down, 80u);
}

TEST_F(RelayUploadTest, LargeBodiesKeepEveryByteBothWays) {
    constexpr std::size_t kBytes = 20U << 20U;
    std::string body(kBytes, '\0');
    for (std::size_t i = 0; i < kBytes; ++i) body[i] = static_cast<char>(i * 2'654'435'761U >> 13);
    std::string seen;
    upstream([&](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        seen = peer.read_exactly(kBytes);
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
        peer.send(body);
    });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBytes) +
                "\r\n\r\n");
    ASSERT_TRUE(client.send(body));
    client.read_until("\r\n\r\n");
    EXPECT_TRUE(client.read_exactly(kBytes) == body);
    EXPECT_TRUE(seen == body);
    EXPECT_TRUE(bench_.wait_for(1).upstream_reusable);
}

TEST_F(RelayUploadTest, AnEarlyAnswerEndsTheUpload) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
        peer.ends_within(milliseconds(5'000));
    });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    client.send(std::string(20'000, 'x'));
    const std::string answer = client.read_answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
    EXPECT_TRUE(answer.ends_with("big"));
    EXPECT_EQ(bench_.wait_for(1).end, RelayOutcome::End::completed);
    EXPECT_FALSE(bench_.wait_for(1).upstream_reusable);
}

TEST_F(RelayUploadTest, AnEarlyAnswerIsDeliveredWhileTheUploadIsStuck) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");  // and nothing of the body
        peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
        peer.ends_within(milliseconds(1'000));
    });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    std::thread sender([&client] { client.send(std::string(50'000'000, 'x')); });
    EXPECT_TRUE(client.read_answer().ends_with("no"));
    sender.join();
}

TEST_F(RelayUploadTest, AMalformedUploadIsTheClientsFault) {
    upstream([](RawSocket& peer) { peer.wait_end(); });
    RawSocket client = connect();
    client.send(
        "POST /relay HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n"));
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_EQ(outcome.end, RelayOutcome::End::client_failed);
    EXPECT_EQ(outcome.error->code, "http.malformed_body");
}

TEST_F(RelayUploadTest, AClientThatLeavesInTheMiddleOfItsBodyEndsTheRequest) {
    std::atomic<int> end = -1;
    upstream([&end](RawSocket& peer) { end = peer.wait_end(); });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    client.close();
    EXPECT_EQ(bench_.wait_for(1).end, RelayOutcome::End::client_failed);
    upstream_.reset();
    EXPECT_NE(end, EAGAIN);
}

TEST_F(RelayUploadTest, AsksForTheBodyBeforeItSendsTheRequest) {
    upstream([](RawSocket& peer) {
        EXPECT_FALSE(has(peer.read_until("\r\n\r\n"), "Expect"));
        EXPECT_EQ(peer.read_exactly(3), "abc");
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    RawSocket client = connect();
    client.send(
        "POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_TRUE(client.read_answer().ends_with("ok"));
}

TEST_F(RelayUploadTest, SendsABodyItWasGiven) {
    bench_.body = "given";
    std::string seen;
    upstream([&seen](RawSocket& peer) {
        seen = peer.read_until("given");
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    EXPECT_TRUE(get().ends_with("ok"));
    EXPECT_TRUE(seen.ends_with("Content-Length: 5\r\n\r\ngiven"));
    EXPECT_FALSE(bench_.wait_for(1).body_consumed);
}

}  // namespace
}  // namespace tenon::http
