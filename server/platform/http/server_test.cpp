// The server seen from a client's socket: answers, keep-alive, pipelining, bodies, refusals.
#include "platform/http/server.h"

#include "platform/http/testing/server_bench.h"

namespace tenon::http {
namespace {

using namespace testing;

class ServerTest : public ServerBench {};

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
