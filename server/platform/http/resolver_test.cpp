#include "platform/http/resolver.h"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using namespace std::chrono_literals;

// A DNS server on a loopback port that knows a few names: a.test has one address (TTL 300),
// ttl0.test one with TTL 0, many.test 20 of them, silent.test gets no answer, and nothing else
// exists.
class FakeDnsServer {
 public:
    FakeDnsServer() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
        address_ = address;
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeDnsServer() {
        // An empty datagram ends the thread.
        ::sendto(socket_, "", 0, 0, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
        thread_.join();
        ::close(socket_);
    }
    std::string str() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }
    int questions() const { return questions_; }

 private:
    void serve() {
        std::array<char, 4096> buffer{};
        for (;;) {
            sockaddr_in peer{};
            socklen_t length = sizeof peer;
            const ssize_t got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                           reinterpret_cast<sockaddr*>(&peer), &length);
            if (got <= 0) return;
            const std::string reply = answer({buffer.data(), static_cast<std::size_t>(got)});
            if (reply.empty()) continue;
            ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer),
                     length);
        }
    }

    std::string answer(std::string_view query) {
        std::string name;
        std::size_t at = 12;
        while (query[at] != 0) {
            const auto size = static_cast<std::size_t>(query[at]);
            name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, size));
            at += size + 1;
        }
        const bool wants_v4 = query[at + 2] == 1;
        const std::string question(query.substr(12, at + 5 - 12));
        if (wants_v4) ++questions_;
        if (name == "silent.test") return "";
        const bool known = name == "a.test" || name == "ttl0.test" || name == "many.test";
        const char count = !known || !wants_v4 ? 0 : name == "many.test" ? 20 : 1;
        std::string reply(query.substr(0, 2));
        reply += std::string("\x81", 1) + (known ? '\x80' : '\x83');
        reply += std::string("\0\1\0", 3) + count + std::string("\0\0\0\0", 4) + question;
        const char ttl = name == "ttl0.test" ? 0 : 1;  // 0 or 256 seconds
        for (char i = 0; i < count; ++i) {
            reply += std::string("\xc0\x0c\0\1\0\1\0\0", 8) + ttl + std::string("\0\0\4", 3);
            reply += std::string("\x08\x08\x08", 3) + static_cast<char>(i + 1);
        }
        return reply;
    }

    int socket_;
    sockaddr_in address_{};
    std::atomic<int> questions_ = 0;
    std::thread thread_;
};

std::string text_of(const Result<std::vector<IpAddress>>& answer) {
    if (!answer) return answer.error().code;
    std::string out;
    for (const IpAddress& address : *answer) out += (out.empty() ? "" : " ") + address.str();
    return out;
}

// Resolves the names one after the other on a loop of its own.
Task<std::vector<std::string>> resolve_all(ResolverOptions options, std::vector<std::string> hosts,
                                           std::chrono::milliseconds timeout) {
    Resolver resolver(std::move(options));
    std::vector<std::string> answers;
    for (const std::string& host : hosts) {
        answers.push_back(text_of(co_await resolver.resolve(host, timeout)));
    }
    co_return answers;
}

std::string resolve_one(ResolverOptions options, std::string host,
                        std::chrono::milliseconds timeout = 5s) {
    return run_task(resolve_all(std::move(options), {std::move(host)}, timeout))[0];
}

TEST(Resolver, AnswersLiteralsLocalhostAndOverridesWithoutDns) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    options.overrides = {
        {"inside.test", {"10.0.0.1", "::1"}}, {"none.test", {}}, {"bad.test", {"x"}}};
    EXPECT_EQ(resolve_one(options, "8.8.4.4"), "8.8.4.4");
    EXPECT_EQ(resolve_one(options, "2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(resolve_one(options, "localhost"), "127.0.0.1 ::1");
    EXPECT_EQ(resolve_one(options, "x.localhost"), "127.0.0.1 ::1");
    EXPECT_EQ(resolve_one(options, "inside.test"), "10.0.0.1 ::1");
    EXPECT_EQ(resolve_one(options, "none.test"), "upstream.dns_failed");
    EXPECT_EQ(resolve_one(options, "bad.test"), "upstream.dns_failed");
    EXPECT_EQ(dns.questions(), 0);
}

TEST(Resolver, AsksTheServerAndKeepsTheAnswerForItsTime) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    EXPECT_EQ(run_task(resolve_all(options, {"a.test", "a.test", "a.test"}, 5s)),
              (std::vector<std::string>{"8.8.8.1", "8.8.8.1", "8.8.8.1"}));
    EXPECT_EQ(dns.questions(), 1);
    EXPECT_EQ(run_task(resolve_all(options, {"ttl0.test", "ttl0.test"}, 5s)),
              (std::vector<std::string>{"8.8.8.1", "8.8.8.1"}));
    EXPECT_EQ(dns.questions(), 3);
}

TEST(Resolver, TellsAnUnknownName) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    EXPECT_EQ(resolve_one(options, "nothing.test."), "upstream.dns_failed");
}

TEST(Resolver, KeepsOnlyItsShareOfManyAddresses) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    options.addresses_max = 4;
    const std::string answer = resolve_one(options, "many.test");
    EXPECT_EQ(std::count(answer.begin(), answer.end(), ' '), 3) << answer;
}

TEST(Resolver, EndsAtItsLimitWhenTheServerIsSilent) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(resolve_one(options, "silent.test", 300ms), "upstream.timeout");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

Task<void> resolve_into(Resolver& resolver, std::string host, std::vector<std::string>& out,
                        int& left, OneShot& done) {
    out.push_back(text_of(co_await resolver.resolve(host, 5s)));
    if (--left == 0) done.set();
}

Task<std::vector<std::string>> resolve_together(ResolverOptions options,
                                                std::vector<std::string> hosts) {
    Resolver resolver(std::move(options));
    std::vector<std::string> answers;
    int left = static_cast<int>(hosts.size());
    OneShot done;
    for (const std::string& host : hosts) {
        EventLoop::current()->spawn(resolve_into(resolver, host, answers, left, done));
    }
    co_await done;
    co_return answers;
}

TEST(Resolver, AsksOnceForEveryoneWhoWaits) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    const auto answers =
        run_task(resolve_together(options, std::vector<std::string>(50, "a.test")));
    EXPECT_EQ(answers, std::vector<std::string>(50, "8.8.8.1"));
    EXPECT_EQ(dns.questions(), 1);
}

TEST(Resolver, RefusesMoreQuestionsThanItsLimit) {
    FakeDnsServer dns;
    ResolverOptions options;
    options.dns_server = dns.str();
    options.lookups_max = 1;
    auto answers = run_task(resolve_together(options, {"a.test", "b.test"}));
    std::sort(answers.begin(), answers.end());
    EXPECT_EQ(answers, (std::vector<std::string>{"8.8.8.1", "upstream.overloaded"}));
}

}  // namespace
}  // namespace tenon::http
