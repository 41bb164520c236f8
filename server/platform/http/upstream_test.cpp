#include "platform/http/upstream.h"

#include <gtest/gtest.h>

#include "platform/http/http_client.h"
#include "platform/http/testing/certificates.h"
#include "platform/http/testing/fake_provider.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using namespace std::chrono_literals;
using testing::CertificateFile;
using testing::CertificateOptions;
using testing::FakeProvider;
using testing::Identity;
using testing::make_authority;
using testing::make_identity;
using testing::ok_answer;
using testing::Reply;
using testing::server_context;
using Then = testing::Reply::Then;

Reply answer_ok(const std::string&) { return {ok_answer("x")}; }

// Options that send every name of the tests to loopback.
UpstreamOptions options_for(const FakeProvider& provider) {
    UpstreamOptions options;
    options.egress = EgressPolicy::allowing({provider.authority()}).value();
    for (const char* name : {"provider.test", "other.test", "www.provider.test"}) {
        options.resolver.overrides[name] = {"127.0.0.1"};
    }
    return options;
}

ClientRequest get(const std::string& url) {
    ClientRequest request;
    request.url = url;
    return request;
}

std::string code_of(const Result<ClientResponse>& answer) {
    return answer ? std::to_string(answer->status) : answer.error().code;
}

// What happened to a row of requests, and what the pool counted.
struct Report {
    std::vector<std::string> codes;
    std::vector<std::string> messages;
    std::uint64_t handshakes = 0;
    std::uint64_t resumed = 0;
    std::size_t idle = 0;
    std::size_t open_after = 0;
};

Task<void> send_into(HttpClient& client, ClientRequest request, Report& report, int& left,
                     OneShot& done) {
    const auto answer = co_await client.send(std::move(request));
    report.codes.push_back(code_of(answer));
    report.messages.push_back(answer ? "" : answer.error().message);
    if (--left == 0) done.set();
}

enum class Order { in_turn, together };

Task<Report> run(UpstreamPools& pools, std::vector<ClientRequest> requests, Order order) {
    const auto client = make_http_client(pools);
    Report report;
    int left = static_cast<int>(requests.size());
    OneShot done;
    for (ClientRequest& request : requests) {
        Task<void> one = send_into(*client, std::move(request), report, left, done);
        if (order == Order::in_turn) {
            co_await std::move(one);
        } else {
            EventLoop::current()->spawn(std::move(one));
        }
    }
    co_await done;
    UpstreamPool& pool = pools.here();
    report.handshakes = pool.handshakes();
    report.resumed = pool.resumed_handshakes();
    report.idle = pool.idle_count();
    pool.close_idle();
    report.open_after = pool.open_count();
    co_return report;
}

Report run_requests(UpstreamOptions options, std::vector<ClientRequest> requests,
                    Order order = Order::in_turn) {
    const auto pools = UpstreamPools::create(std::move(options)).value();
    Report report = run_task(run(*pools, std::move(requests), order));
    EXPECT_EQ(report.open_after, 0U);
    return report;
}

// ---- the egress policy, at the moment of dialling ----

TEST(Upstream, RefusesForbiddenAddressesBeforeAByteIsSent) {
    FakeProvider listener(answer_ok);
    const std::string port = ":" + std::to_string(listener.port());
    UpstreamOptions options;
    options.resolver.overrides = {
        {"loopback.test", {"127.0.0.1"}},         {"loopback6.test", {"::1"}},
        {"private.test", {"10.0.0.1"}},           {"metadata.test", {"169.254.169.254"}},
        {"mixed.test", {"8.8.8.8", "127.0.0.1"}}, {"mixed6.test", {"2606:4700::1111", "fd00::1"}},
        {"mapped.test", {"::ffff:127.0.0.1"}},    {"nat64.test", {"64:ff9b::7f00:1"}}};
    std::vector<ClientRequest> requests;
    for (const char* host :
         {"loopback.test", "loopback6.test", "private.test", "metadata.test", "mixed.test",
          "mixed6.test", "mapped.test", "nat64.test", "127.0.0.1", "127.1", "2130706433", "0x7f.1",
          "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "foo.localhost", "LOCALHOST.",
          "loopback.test."}) {
        for (const char* scheme : {"http://", "https://"})
            requests.push_back(get(scheme + std::string(host) + port));
    }
    const std::size_t count = requests.size();
    const Report report = run_requests(std::move(options), std::move(requests));
    EXPECT_EQ(report.codes, std::vector<std::string>(count, "egress.denied"));
    EXPECT_EQ(listener.connections(), 0);
}

TEST(Upstream, OpensOnlyThePairThatTheOperatorAllowed) {
    FakeProvider allowed(answer_ok);
    FakeProvider other(answer_ok);
    const Report report = run_requests(
        options_for(allowed),
        {get("http://" + allowed.authority()), get("http://" + allowed.authority("provider.test")),
         get("http://" + other.authority()), get("http://" + other.authority("provider.test"))});
    EXPECT_EQ(report.codes,
              (std::vector<std::string>{"200", "200", "egress.denied", "egress.denied"}));
    EXPECT_EQ(other.connections(), 0);
}

// ---- pooling ----

TEST(Upstream, KeepsOneConnectionForEachOrigin) {
    FakeProvider provider(answer_ok);
    const std::string a = "http://" + provider.authority();
    const std::string b = "http://" + provider.authority("other.test");
    const Report report =
        run_requests(options_for(provider), {get(a), get(b), get(a), get(b), get(a + "/path?x")});
    EXPECT_EQ(report.codes, std::vector<std::string>(5, "200"));
    EXPECT_EQ(provider.connections(), 2);
    EXPECT_EQ(report.idle, 2U);
}

TEST(Upstream, SharesItsConnectionsWhenManyCallAtOnce) {
    FakeProvider provider(answer_ok);
    UpstreamOptions options = options_for(provider);
    options.connections_per_origin_max = 3;
    const std::vector<ClientRequest> requests(40, get("http://" + provider.authority()));
    const Report report = run_requests(std::move(options), requests, Order::together);
    EXPECT_EQ(report.codes, std::vector<std::string>(40, "200"));
    EXPECT_LE(provider.connections(), 3);
    EXPECT_EQ(provider.requests(), 40);
}

TEST(Upstream, PassesTheTurnOnWhenConnectionsAreNotKept) {
    FakeProvider provider(
        [](const std::string&) { return Reply{ok_answer("x", "Connection: close\r\n")}; });
    UpstreamOptions options = options_for(provider);
    options.connections_per_origin_max = 2;
    const std::vector<ClientRequest> requests(20, get("http://" + provider.authority()));
    const Report report = run_requests(std::move(options), requests, Order::together);
    EXPECT_EQ(report.codes, std::vector<std::string>(20, "200"));
    EXPECT_EQ(provider.connections(), 20);
}

TEST(Upstream, BoundsWhoWaitsAndHowLong) {
    FakeProvider provider([](const std::string&) { return Reply{"", Then::hang}; });
    UpstreamOptions options = options_for(provider);
    options.connections_per_origin_max = 1;
    options.waiting_per_origin_max = 1;
    std::vector<ClientRequest> requests(3, get("http://" + provider.authority()));
    for (ClientRequest& request : requests) {
        request.limits.connect_timeout = 200ms;
        request.limits.first_byte_timeout = 900ms;
    }
    const Report report = run_requests(std::move(options), std::move(requests), Order::together);
    // The third finds the queue full at once, the second waits in vain, the first hangs to its end.
    EXPECT_EQ(report.codes, (std::vector<std::string>{"upstream.overloaded", "upstream.timeout",
                                                      "upstream.timeout"}));
    EXPECT_NE(report.messages[1].find("connect_timeout"), std::string::npos) << report.messages[1];
    EXPECT_NE(report.messages[2].find("first_byte_timeout"), std::string::npos)
        << report.messages[2];
    EXPECT_EQ(provider.connections(), 1);
}

TEST(Upstream, KeepsNoMoreAtRestThanItsLimits) {
    FakeProvider provider(answer_ok);
    UpstreamOptions options = options_for(provider);
    options.idle_per_origin_max = 2;
    const std::vector<ClientRequest> requests(10, get("http://" + provider.authority()));
    EXPECT_LE(run_requests(std::move(options), requests, Order::together).idle, 2U);

    options = options_for(provider);
    options.idle_total_max = 0;
    EXPECT_EQ(run_requests(std::move(options), requests).idle, 0U);

    options = options_for(provider);
    options.idle_time_max = -1ms;
    const int before = provider.connections();
    run_requests(std::move(options), {requests[0], requests[1]});
    EXPECT_EQ(provider.connections(), before + 2);
}

Task<std::string> send_after_close(UpstreamPools& pools, FakeProvider& provider,
                                   ClientRequest request) {
    const auto client = make_http_client(pools);
    std::string codes = code_of(co_await client->send(request));
    provider.wait_closed(1);
    // One turn of the loop, in which the reactor sees the end that has arrived.
    co_await sleep_for(1ms);
    codes += " " + code_of(co_await client->send(std::move(request)));
    pools.here().close_idle();
    co_return codes;
}

TEST(Upstream, NoticesThatTheProviderClosedAConnectionAtRest) {
    FakeProvider provider([](const std::string&) { return Reply{ok_answer("x"), Then::close}; });
    const auto pools = UpstreamPools::create(options_for(provider)).value();
    ClientRequest request = get("http://" + provider.authority());
    request.method = "POST";  // would not be repeated
    EXPECT_EQ(run_task(send_after_close(*pools, provider, request)), "200 200");
    EXPECT_EQ(provider.connections(), 2);
}

TEST(Upstream, TriesTheNextAddressWhenOneRefuses) {
    FakeProvider provider(answer_ok);
    UpstreamOptions options;
    options.egress = EgressPolicy::allowing({provider.authority("two.test")}).value();
    options.resolver.overrides["two.test"] = {"::1", "127.0.0.2", "127.0.0.1"};
    EXPECT_EQ(run_requests(std::move(options), {get("http://" + provider.authority("two.test"))})
                  .codes[0],
              "200");
}

TEST(Upstream, NamesTheHostThatCannotBeReached) {
    int closed_port = 0;
    {
        const FakeProvider gone(answer_ok);
        closed_port = gone.port();
    }
    UpstreamOptions options;
    const std::string authority = "127.0.0.1:" + std::to_string(closed_port);
    options.egress = EgressPolicy::allowing({authority}).value();
    const Report report = run_requests(std::move(options), {get("http://" + authority)});
    EXPECT_EQ(report.codes[0], "upstream.connect_failed");
    EXPECT_NE(report.messages[0].find(authority), std::string::npos) << report.messages[0];
}

// ---- TLS ----

struct TlsCase {
    std::string what;
    CertificateOptions certificate;
    std::string host = "provider.test";
    std::string code = "upstream.tls_failed";
    std::string words;  // in the message
};

class UpstreamTls : public ::testing::Test {
 protected:
    UpstreamTls() : authority_(make_authority()), authority_file_(authority_) {}

    Report call(FakeProvider& provider, const std::string& host, int times = 1) {
        UpstreamOptions options = options_for(provider);
        options.extra_ca_file = authority_file_.path();
        const std::vector<ClientRequest> requests(static_cast<std::size_t>(times),
                                                  get("https://" + provider.authority(host)));
        return run_requests(std::move(options), requests);
    }

    Identity authority_;
    CertificateFile authority_file_;
};

TEST_F(UpstreamTls, VerifiesChainNameAndTime) {
    CertificateOptions expired;
    expired.begins_in_seconds = -7'200;
    expired.ends_in_seconds = -3'600;
    CertificateOptions future;
    future.begins_in_seconds = 3'600;
    CertificateOptions address;
    address.alternative_names = "IP:127.0.0.1";
    CertificateOptions wildcard;
    wildcard.alternative_names = "DNS:*.provider.test";
    CertificateOptions nameless;
    nameless.alternative_names.clear();
    const std::vector<TlsCase> cases = {
        {"right", {}, "provider.test", "200", ""},
        {"right for an address", address, "127.0.0.1", "200", ""},
        {"wildcard", wildcard, "www.provider.test", "200", ""},
        {"wildcard, not the name itself", wildcard, "provider.test", "upstream.tls_failed",
         "hostname mismatch"},
        {"wrong name", {}, "other.test", "upstream.tls_failed", "hostname mismatch"},
        {"name instead of address", {}, "127.0.0.1", "upstream.tls_failed", "IP address mismatch"},
        {"no name", nameless, "provider.test", "upstream.tls_failed", "hostname mismatch"},
        {"expired", expired, "provider.test", "upstream.tls_failed", "expired"},
        {"not yet valid", future, "provider.test", "upstream.tls_failed", "not yet valid"},
    };
    for (const TlsCase& c : cases) {
        const Identity identity = make_identity(&authority_, c.certificate);
        const auto context = server_context(identity);
        FakeProvider provider(answer_ok, context.get());
        const Report report = call(provider, c.host);
        EXPECT_EQ(report.codes[0], c.code) << c.what << ": " << report.messages[0];
        EXPECT_NE(report.messages[0].find(c.words), std::string::npos)
            << c.what << ": " << report.messages[0];
        EXPECT_EQ(provider.requests(), c.code == "200" ? 1 : 0) << c.what;
    }
}

TEST_F(UpstreamTls, RefusesSelfSignedAndUnknownAuthorities) {
    const Identity self_signed = make_identity(nullptr);
    const Identity stranger = make_authority();
    const Identity unknown = make_identity(&stranger);
    for (const Identity* identity : {&self_signed, &unknown}) {
        const auto context = server_context(*identity);
        FakeProvider provider(answer_ok, context.get());
        const Report report = call(provider, "provider.test");
        EXPECT_EQ(report.codes[0], "upstream.tls_failed");
        EXPECT_NE(report.messages[0].find("certificate"), std::string::npos) << report.messages[0];
        EXPECT_EQ(provider.requests(), 0);
    }
}

TEST_F(UpstreamTls, RefusesOldProtocolsAndPlainText) {
    const Identity identity = make_identity(&authority_);
    const auto old = server_context(identity, TLS1_1_VERSION);
    FakeProvider old_provider(answer_ok, old.get());
    EXPECT_EQ(call(old_provider, "provider.test").codes[0], "upstream.tls_failed");
    EXPECT_EQ(old_provider.requests(), 0);

    FakeProvider plain([](const std::string&) { return Reply{ok_answer("x")}; });
    UpstreamOptions options = options_for(plain);
    ClientRequest request = get("https://" + plain.authority());
    request.limits.connect_timeout = 300ms;
    const Report report = run_requests(std::move(options), {request});
    EXPECT_EQ(report.codes[0], "upstream.timeout");
    EXPECT_NE(report.messages[0].find("connect_timeout"), std::string::npos) << report.messages[0];
}

TEST_F(UpstreamTls, ResumesSessionsOnNewConnections) {
    const Identity identity = make_identity(&authority_);
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        const auto context = server_context(identity, version);
        FakeProvider provider(
            [](const std::string&) {
                return Reply{ok_answer("x", "Connection: close\r\n"), Then::close};
            },
            context.get());
        const Report report = call(provider, "provider.test", 20);
        EXPECT_EQ(report.codes, std::vector<std::string>(20, "200"));
        EXPECT_EQ(report.handshakes, 20U);
        EXPECT_EQ(report.resumed, 19U) << "TLS version " << version;
    }
}

TEST_F(UpstreamTls, ReusesConnections) {
    const Identity identity = make_identity(&authority_);
    const auto context = server_context(identity);
    FakeProvider provider(answer_ok, context.get());
    const Report report = call(provider, "provider.test", 10);
    EXPECT_EQ(report.codes, std::vector<std::string>(10, "200"));
    EXPECT_EQ(provider.connections(), 1);
    EXPECT_EQ(report.handshakes, 1U);
}

TEST_F(UpstreamTls, LimitsHandshakesAtATime) {
    const Identity identity = make_identity(&authority_);
    const auto context = server_context(identity);
    FakeProvider provider(answer_ok, context.get());
    UpstreamOptions options = options_for(provider);
    options.extra_ca_file = authority_file_.path();
    options.handshakes_max = 1;
    const std::vector<ClientRequest> requests(
        12, get("https://" + provider.authority("provider.test")));
    EXPECT_EQ(run_requests(std::move(options), requests, Order::together).codes,
              std::vector<std::string>(12, "200"));
}

TEST(UpstreamPools, RefusesAnUnreadableAuthorityFile) {
    UpstreamOptions options;
    options.extra_ca_file = "/nonexistent.pem";
    const auto pools = UpstreamPools::create(std::move(options));
    ASSERT_FALSE(pools);
    EXPECT_EQ(pools.error().code, "upstream.ca_file");
    EXPECT_NE(pools.error().message.find("/nonexistent.pem"), std::string::npos);
}

}  // namespace
}  // namespace tenon::http
