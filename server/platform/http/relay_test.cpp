// Answers on their way through the relay, between a real client socket and an upstream that follows
// a script.
#include "platform/http/relay.h"

#include "platform/http/testing/relay_bench.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::has;
using testing::RawSocket;

class RelayTest : public testing::RelayBench {};

TEST_F(RelayTest, PassesASmallAnswerOnUnchanged) {
    upstream_says(
        "HTTP/1.1 201 Fine Thing\r\nContent-Length: 5\r\nX-Request-Id: theirs\r\nETag: "
        "\"x\"\r\nX-A: 1\r\nX-A: 2\r\n"
        "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nSet-Cookie: no\r\n\r\nhello");
    const std::string answer = get();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 Fine Thing\r\n")) << answer;
    EXPECT_TRUE(has(answer, "\r\nETag: \"x\"\r\nX-A: 1\r\nX-A: 2\r\n"));
    EXPECT_TRUE(has(answer, "\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"));
    EXPECT_FALSE(has(answer, "Set-Cookie"));
    EXPECT_TRUE(has(answer, "\r\nX-Request-Id: theirs\r\n"));
    EXPECT_TRUE(has(answer, "\r\nX-Tenon-Request-Id: "));
    EXPECT_TRUE(answer.ends_with("\r\n\r\nhello"));
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_EQ(outcome.end, RelayOutcome::End::completed);
    EXPECT_TRUE(outcome.upstream_reusable);
    EXPECT_EQ(outcome.bytes_down, 5u);
    EXPECT_EQ(outcome.status, 201);
}

TEST_F(RelayTest, DropsHopByHopFieldsAndWhatConnectionNames) {
    upstream_says(
        "HTTP/1.1 200 OK\r\nConnection: X-Private, keep-alive\r\nX-Private: 1\r\nKeep-Alive: 5\r\n"
        "Proxy-Authenticate: Basic\r\nUpgrade: h2\r\nTrailer: T\r\nX-Public: 2\r\n"
        "Content-Length: 0\r\n\r\n");
    const std::string answer = get();
    for (const std::string_view gone :
         {"X-Private", "Keep-Alive", "Proxy-A", "Upgrade", "Trailer"}) {
        EXPECT_FALSE(has(answer, gone)) << answer;
    }
    EXPECT_TRUE(has(answer, "X-Public: 2"));
}

TEST_F(RelayTest, StreamsChunksAsTheyCome) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        peer.send("7\r\ndata: 1\r\n");
        peer.read_until("go");  // the client has seen the first event by now
    });
    RawSocket client = connect();
    client.send("GET /relay HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(client.read_exactly(12), "7\r\ndata: 1\r\n");
    client.close();
    EXPECT_EQ(bench_.wait_for(1).end, RelayOutcome::End::client_failed);
}

TEST_F(RelayTest, PassesTheHeadOnBeforeAnyBody) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        peer.wait_end();
    });
    RawSocket client = connect();
    client.send("GET /relay HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "Content-Length: 2\r\n"));
    // Leaving now must free the upstream within two seconds.
    const auto left = std::chrono::steady_clock::now();
    client.close();
    bench_.wait_for(1);
    EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(2));
}

TEST_F(RelayTest, AClientThatLeavesBeforeTheHeadFreesTheUpstream) {
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.wait_end();
    });
    RawSocket client = connect();
    client.send("GET /relay HTTP/1.1\r\nHost: a\r\n\r\n");
    client.close();
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_EQ(outcome.end, RelayOutcome::End::client_failed);
    EXPECT_FALSE(outcome.upstream_reusable);
}

TEST_F(RelayTest, AClientThatOnlyStopsSendingStillGetsItsAnswer) {
    upstream_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    RawSocket client = connect();
    client.send("GET /relay HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finish_sending();
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\nok"));
}

TEST_F(RelayTest, FramesAnswersThatEndWithTheConnection) {
    upstream_says("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    EXPECT_TRUE(get().ends_with("\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n"));
    EXPECT_FALSE(bench_.wait_for(1).upstream_reusable);

    upstream_says("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    RawSocket old = connect();
    old.send("GET /relay HTTP/1.0\r\nHost: a\r\n\r\n");
    const std::string answer = old.read_to_end();
    EXPECT_FALSE(has(answer, "Transfer-Encoding"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\nuntil the end"));
}

TEST_F(RelayTest, WrapsBodiesWithoutTouchingThem) {
    bench_.decision = {AnswerDecision::Action::wrap, "{\"output\":", "}",
                       "Content-Type: application/json\r\n"};
    upstream_says("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    std::string answer = get();
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 18\r\n")) << answer;
    EXPECT_TRUE(has(answer, "\r\nContent-Type: application/json\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"output\":{\"a\":1}}"));

    upstream_says(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");
    answer = get();
    EXPECT_TRUE(answer.ends_with("\r\n\r\n10\r\n{\"output\":[1,2]}\r\n0\r\n\r\n")) << answer;

    upstream_says("HTTP/1.1 204 No Content\r\n\r\n");
    answer = get();
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
    EXPECT_FALSE(has(answer, "output"));
}

TEST_F(RelayTest, HandsAnswersOverInsteadOfSendingThem) {
    bench_.decision.action = AnswerDecision::Action::take_over;
    upstream_says("HTTP/1.1 401 No\r\nContent-Length: 5\r\nX-Why: expired\r\n\r\nstale");
    EXPECT_TRUE(get().ends_with("stale"));
    const RelayOutcome& outcome = bench_.wait_for(1);
    EXPECT_EQ(outcome.end, RelayOutcome::End::taken_over);
    EXPECT_EQ(outcome.taken->status, 401);
    EXPECT_EQ(outcome.taken->headers.get("x-why"), "expired");
    EXPECT_FALSE(outcome.taken->body_cut);
    EXPECT_FALSE(outcome.answered);
    EXPECT_TRUE(outcome.upstream_reusable);

    bench_.take_over_bytes_max = 3;
    upstream_says("HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\nstale");
    EXPECT_TRUE(get().ends_with("sta"));
    EXPECT_TRUE(bench_.wait_for(2).taken->body_cut);
    EXPECT_FALSE(bench_.wait_for(2).upstream_reusable);
}

TEST_F(RelayTest, SkipsContinueAndForwardsEarlyHints) {
    upstream_says(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const std::string answer = get();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK"))
        << answer;
    EXPECT_TRUE(answer.ends_with("ok"));
}

TEST_F(RelayTest, RefusesWhatIsNotOneWellFramedAnswer) {
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
    const std::pair<std::string, std::string_view> cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
         "upstream.malformed_response"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "upstream.malformed_response"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "upstream.malformed_response"},
        {"SSH-2.0-OpenSSH\r\n\r\n", "upstream.malformed_response"},
        {"\x15\x03\x03", "upstream.malformed_response"},
        {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "upstream.malformed_response"},
        {endless, "upstream.malformed_response"},
        {"", "upstream.connection_closed"},
        {"HTTP/1.1 200 O", "upstream.connection_closed"},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), "upstream.head_too_large"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
         "upstream.malformed_response"},
    };
    std::size_t count = 0;
    for (const auto& [says, code] : cases) {
        upstream_says(says);
        const std::string answer = get();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << says.substr(0, 80) << answer;
        EXPECT_TRUE(has(answer, code)) << answer;
        EXPECT_FALSE(bench_.wait_for(++count).upstream_reusable);
    }
}

TEST_F(RelayTest, CutsVisiblyWhatBreaksInTheMiddle) {
    const std::string_view broken[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    };
    std::size_t count = 0;
    for (const std::string_view says : broken) {
        upstream_says(std::string(says));
        const std::string answer = get();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
        EXPECT_FALSE(answer.ends_with("0\r\n\r\n")) << answer;
        EXPECT_EQ(bench_.wait_for(++count).end, RelayOutcome::End::upstream_failed);
    }
    // Nothing was sent yet when this is found out, so it can be said.
    upstream_says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n");
    EXPECT_TRUE(get().starts_with("HTTP/1.1 502 "));
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\n\r\npart");
        peer.ends_within(milliseconds(100));
        peer.reset();
    });
    RawSocket old = connect();
    old.send("GET /relay HTTP/1.0\r\nHost: a\r\n\r\n");
    old.read_until("part");
    EXPECT_EQ(old.wait_end(), ECONNRESET);
}

TEST_F(RelayTest, NothingBehindAnAnswerReachesTheClient) {
    upstream_says(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: "
        "4\r\n\r\nevil");
    RawSocket client = connect();
    client.send("GET /relay HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_FALSE(has(client.read_to_end(), "evil"));
    EXPECT_FALSE(bench_.wait_for(1).upstream_reusable);
}

TEST_F(RelayTest, HeadAnswersKeepTheirLength) {
    upstream_says("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
    RawSocket client = connect();
    client.send("HEAD /relay HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 1234\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
    EXPECT_TRUE(bench_.wait_for(1).upstream_reusable);
}

TEST_F(RelayTest, TrailersGoToClientsThatTakeThem) {
    const std::string says =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\n"
        "Content-Length: 5\r\nAuthorization: x\r\n\r\n";
    upstream_says(says);
    EXPECT_TRUE(get("TE: trailers\r\nConnection: close, TE\r\n")
                    .ends_with("2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n"));
    upstream_says(says);
    EXPECT_TRUE(get().ends_with("2\r\nok\r\n0\r\n\r\n"));
}

TEST_F(RelayTest, TimesOutByName) {
    bench_.limits.first_byte_timeout = milliseconds(100);
    upstream([](RawSocket& peer) { peer.wait_end(); });
    std::string answer = get();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 504 ")) << answer;
    EXPECT_TRUE(has(answer, "first_byte_timeout"));

    bench_.limits.first_byte_timeout = milliseconds(5'000);
    bench_.limits.total_timeout = milliseconds(200);
    upstream([](RawSocket& peer) { peer.wait_end(); });
    answer = get();
    EXPECT_TRUE(has(answer, "total_timeout")) << answer;

    bench_.limits.total_timeout = milliseconds(5'000);
    bench_.limits.idle_timeout = milliseconds(100);
    upstream([](RawSocket& peer) {
        peer.read_until("\r\n\r\n");
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.wait_end();
    });
    EXPECT_TRUE(get().ends_with("half"));
    EXPECT_EQ(bench_.wait_for(3).error->code, "upstream.timeout");
}

}  // namespace
}  // namespace tenon::http
