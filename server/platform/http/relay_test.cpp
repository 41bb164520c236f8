// The relay between a real client socket and an upstream that follows a script, byte for byte.
#include "platform/http/relay.h"

#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "platform/http/raw_socket_testing.h"
#include "platform/http/server.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::RawSocket;
using testing::ScriptedUpstream;

constexpr std::string_view kContract = R"({
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

Bench* g_bench = nullptr;

Task<void> run_relay(Exchange& exchange) {
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
    RelayOutcome outcome = co_await relay(exchange, *upstream, plan, bench);
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

class RelayTest : public ::testing::Test {
 protected:
    RelayTest() : router_(*parse_json(kContract)) {
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

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

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

TEST_F(RelayTest, SendsTheRequestWithFramingOfItsOwn) {
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

TEST_F(RelayTest, UploadsAndAnswersFlowAtTheSameTime) {
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

TEST_F(RelayTest, LargeBodiesKeepEveryByteBothWays) {
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

TEST_F(RelayTest, AnEarlyAnswerEndsTheUpload) {
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

TEST_F(RelayTest, AnEarlyAnswerIsDeliveredWhileTheUploadIsStuck) {
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

TEST_F(RelayTest, AMalformedUploadIsTheClientsFault) {
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

TEST_F(RelayTest, AClientThatLeavesInTheMiddleOfItsBodyEndsTheRequest) {
    std::atomic<int> end = -1;
    upstream([&end](RawSocket& peer) { end = peer.wait_end(); });
    RawSocket client = connect();
    client.send("POST /relay HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    client.close();
    EXPECT_EQ(bench_.wait_for(1).end, RelayOutcome::End::client_failed);
    upstream_.reset();
    EXPECT_NE(end, EAGAIN);
}

TEST_F(RelayTest, AsksForTheBodyBeforeItSendsTheRequest) {
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

TEST_F(RelayTest, SendsABodyItWasGiven) {
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
