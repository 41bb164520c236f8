#include "platform/http/http_client.h"

#include <gtest/gtest.h>

#include "platform/http/testing/fake_provider.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using namespace std::chrono_literals;
using testing::FakeProvider;
using testing::ok_answer;
using testing::Reply;
using Then = testing::Reply::Then;

std::unique_ptr<UpstreamPools> pools_for(const FakeProvider& provider,
                                         UpstreamOptions options = {}) {
    options.egress = EgressPolicy::allowing({provider.authority()}).value();
    return UpstreamPools::create(std::move(options)).value();
}

Task<std::vector<Result<ClientResponse>>> send_in_turn(HttpClient& client, UpstreamPools& pools,
                                                       std::vector<ClientRequest> requests) {
    std::vector<Result<ClientResponse>> answers;
    for (ClientRequest& request : requests)
        answers.push_back(co_await client.send(std::move(request)));
    pools.here().close_idle();
    co_return answers;
}

// Sends the requests one after the other on one loop.
std::vector<Result<ClientResponse>> send(UpstreamPools& pools,
                                         std::vector<ClientRequest> requests) {
    const auto client = make_http_client(pools, "Tenon/test");
    return run_task(send_in_turn(*client, pools, std::move(requests)));
}

ClientRequest get(const std::string& url) {
    ClientRequest request;
    request.url = url;
    return request;
}
ClientRequest get(const FakeProvider& provider, const std::string& path = "/") {
    return get("http://" + provider.authority() + path);
}
ClientRequest post(const FakeProvider& provider, const std::string& body) {
    ClientRequest request = get(provider);
    request.method = "POST";
    request.body = body;
    return request;
}

// The error code of the answer to one GET.
std::string failure(const std::string& answer, Then then, const UpstreamLimits& limits = {}) {
    FakeProvider provider([&](const std::string&) { return Reply{answer, then}; });
    const auto pools = pools_for(provider);
    ClientRequest request = get(provider);
    request.limits = limits;
    const auto got = send(*pools, {request})[0];
    return got ? "status " + std::to_string(got->status) : got.error().code;
}

TEST(HttpClient, SendsWhatTheProviderNeedsToRead) {
    FakeProvider provider(
        [](const std::string&) { return Reply{ok_answer("{}", "X-A: 1\r\nX-A: 2\r\n")}; });
    const auto pools = pools_for(provider);
    ClientRequest request = post(provider, "a=b");
    request.url += "path/%2F?q=1&q=2";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Host", "evil.example");
    request.headers.add("content-length", "999");
    request.headers.add("Transfer-Encoding", "chunked");
    const auto answer = send(*pools, {request})[0];
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "{}");
    EXPECT_EQ(answer->headers.fields().size(), 3U);
    EXPECT_EQ(provider.last_request(),
              "POST /path/%2F?q=1&q=2 HTTP/1.1\r\nHost: " + provider.authority() +
                  "\r\nUser-Agent: Tenon/test\r\nAccept-Encoding: identity\r\n"
                  "Content-Type: application/x-www-form-urlencoded\r\n"
                  "Content-Length: 3\r\n\r\na=b");
}

TEST(HttpClient, ReadsBodiesInEveryFraming) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
         "abcde"},
        {"HTTP/1.1 200 OK\r\n\r\nuntil close", "until close"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
             ok_answer("x"),
         "x"},
        {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "x"},
        {ok_answer(std::string(100'000, 'y')), std::string(100'000, 'y')},
    };
    for (const auto& [bytes, body] : cases) {
        FakeProvider provider([&](const std::string&) { return Reply{bytes, Then::close}; });
        const auto pools = pools_for(provider);
        const auto answer = send(*pools, {get(provider)})[0];
        ASSERT_TRUE(answer) << answer.error().message << " for " << bytes.substr(0, 80);
        EXPECT_EQ(answer->body, body);
    }
}

TEST(HttpClient, ReturnsRedirectsInsteadOfFollowingThem) {
    FakeProvider provider([](const std::string&) {
        return Reply{
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"};
    });
    const auto pools = pools_for(provider);
    const auto answer = send(*pools, {get(provider)})[0];
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(answer->headers.get("Location"), "http://127.0.0.1:1/");
    EXPECT_EQ(provider.requests(), 1);
}

TEST(HttpClient, NamesWhatIsWrongWithAnAnswer) {
    EXPECT_EQ(failure("", Then::close), "upstream.connection_closed");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Le", Then::close), "upstream.connection_closed");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", Then::close),
              "upstream.connection_closed");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Then::close),
              "upstream.connection_closed");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Then::close),
              "upstream.malformed_response");
    EXPECT_EQ(
        failure("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Then::close),
        "upstream.malformed_response");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
                      Then::close),
              "upstream.malformed_response");
    EXPECT_EQ(failure("\x15\x03\x01\x00\x02\x02\x16", Then::close), "upstream.malformed_response");
    EXPECT_EQ(failure("HTTP/2 200\r\n\r\n", Then::close), "upstream.malformed_response");
    EXPECT_EQ(failure("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Then::close),
              "upstream.malformed_response");
    std::string endless;
    for (int i = 0; i < 40; ++i) endless += "HTTP/1.1 102 Processing\r\n\r\n";
    EXPECT_EQ(failure(endless, Then::hang), "upstream.malformed_response");
}

TEST(HttpClient, StopsAtItsLimits) {
    UpstreamLimits limits;
    limits.body_bytes_max = 10;
    limits.head_bytes_max = 1'000;
    EXPECT_EQ(failure(ok_answer("0123456789"), Then::hang, limits), "status 200");
    EXPECT_EQ(failure(ok_answer("0123456789x"), Then::hang, limits), "upstream.body_too_large");
    EXPECT_EQ(
        failure("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", Then::hang, limits),
        "upstream.body_too_large");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789x\r\n",
                      Then::hang, limits),
              "upstream.body_too_large");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\n\r\n0123456789x", Then::hang, limits),
              "upstream.body_too_large");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x'), Then::hang, limits),
              "upstream.head_too_large");
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n", Then::hang,
                      limits),
              "upstream.head_too_large");
}

struct TimeCase {
    std::string answer;
    UpstreamLimits limits;
    std::string name;
};

TEST(HttpClient, NamesTheTimeLimitThatPassed) {
    UpstreamLimits first_byte;
    first_byte.first_byte_timeout = 100ms;
    UpstreamLimits idle;
    idle.idle_timeout = 100ms;
    UpstreamLimits total;
    total.total_timeout = 100ms;
    const std::vector<TimeCase> cases = {
        {"", first_byte, "first_byte_timeout"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na", idle, "idle_timeout"},
        {"", total, "total_timeout"}};
    for (const TimeCase& c : cases) {
        FakeProvider provider([&](const std::string&) { return Reply{c.answer, Then::hang}; });
        const auto pools = pools_for(provider);
        ClientRequest request = get(provider);
        request.limits = c.limits;
        const auto answer = send(*pools, {request})[0];
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, ErrorKind::provider_timed_out);
        EXPECT_EQ(answer.error().code, "upstream.timeout");
        EXPECT_NE(answer.error().message.find(c.name), std::string::npos) << answer.error().message;
    }
}

TEST(HttpClient, RefusesToSplitARequest) {
    FakeProvider provider([](const std::string&) { return Reply{ok_answer("")}; });
    const auto pools = pools_for(provider);
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nEvil: 1"},
                                                          {"X", "a\nb"},
                                                          {"X", std::string("a\0b", 3)},
                                                          {"X\r\nEvil", "1"},
                                                          {"X ", "1"},
                                                          {"", "1"},
                                                          {"X:", "1"}}) {
        ClientRequest request = get(provider);
        request.headers.add(name, value);
        const auto answer = send(*pools, {request})[0];
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, "egress.header_invalid");
    }
    ClientRequest method = get(provider);
    method.method = "GET / HTTP/1.1\r\nX:";
    EXPECT_EQ(send(*pools, {method})[0].error().code, "egress.header_invalid");
    EXPECT_EQ(send(*pools, {get("ftp://x.example/")})[0].error().code, "egress.url_invalid");
    EXPECT_EQ(provider.connections(), 0);
}

TEST(HttpClient, ReusesConnectionsThatEndedCleanly) {
    FakeProvider provider([](const std::string&) { return Reply{ok_answer("x")}; });
    const auto pools = pools_for(provider);
    for (const auto& answer : send(*pools, {get(provider), post(provider, "b"), get(provider)})) {
        EXPECT_TRUE(answer) << answer.error().message;
    }
    EXPECT_EQ(provider.connections(), 1);
    EXPECT_EQ(provider.requests(), 3);
}

TEST(HttpClient, NeverReusesAConnectionInDoubt) {
    for (const std::string& bytes :
         {ok_answer("x", "Connection: close\r\n"), ok_answer("x") + "HTTP/1.1 200 OK\r\n\r\n",
          std::string("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")}) {
        FakeProvider provider([&](const std::string&) { return Reply{bytes}; });
        const auto pools = pools_for(provider);
        const auto answers = send(*pools, {get(provider), get(provider)});
        EXPECT_TRUE(answers[0] && answers[1]) << bytes;
        EXPECT_EQ(provider.connections(), 2) << bytes;
    }
}

TEST(HttpClient, RepeatsOnANewConnectionOnlyWhatIsHarmlessTwice) {
    // Each connection serves one request well and dies on the second without a byte of an answer.
    int on_connection = 0;
    FakeProvider provider([&](const std::string&) {
        on_connection = on_connection == 1 ? 2 : 1;
        return on_connection == 1 ? Reply{ok_answer("x")} : Reply{"", Then::close};
    });
    const auto pools = pools_for(provider);
    const auto harmless = send(*pools, {get(provider), get(provider)});
    EXPECT_TRUE(harmless[1]) << harmless[1].error().message;
    EXPECT_EQ(provider.requests(), 3);

    on_connection = 0;
    const auto single = send(*pools, {get(provider), post(provider, "once")});
    ASSERT_FALSE(single[1]);
    EXPECT_EQ(single[1].error().code, "upstream.connection_closed");
    EXPECT_EQ(provider.requests(), 5);
}

TEST(HttpClient, DoesNotRepeatOnAFreshConnection) {
    FakeProvider provider([](const std::string&) { return Reply{"", Then::close}; });
    const auto pools = pools_for(provider);
    EXPECT_FALSE(send(*pools, {get(provider)})[0]);
    EXPECT_EQ(provider.requests(), 1);
}

TEST(HttpClient, SendsWhatCannotBeRepeatedOnlyOnRecentConnections) {
    FakeProvider provider([](const std::string&) { return Reply{ok_answer("x")}; });
    UpstreamOptions options;
    options.recently_used_max = -1ms;  // nothing is recent
    const auto pools = pools_for(provider, std::move(options));
    send(*pools, {get(provider), get(provider), post(provider, "b")});
    EXPECT_EQ(provider.connections(), 2);
}

}  // namespace
}  // namespace tenon::http
