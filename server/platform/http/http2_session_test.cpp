// An HTTP/2 connection in time: keep-alive, silence, rest, and sharing.
#include "platform/http/http2_session.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "platform/http/testing/http2_peer.h"
#include "platform/http/testing/raw_socket.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::frame;
using testing::RawSocket;
using testing::ScriptedUpstream;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Frame {
    int type = -1;
    int flags = 0;
    std::string payload;
};

Frame read_frame(RawSocket& peer) {
    const std::string head = peer.read_exactly(9);
    if (head.size() < 9) return {};
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(head[at]));
    };
    return {static_cast<int>(byte(3)), static_cast<int>(byte(4)),
            peer.read_exactly((byte(0) << 16U) | (byte(1) << 8U) | byte(2))};
}

// The next frame of that type; another end of the connection gives type -1.
Frame read_until_type(RawSocket& peer, int type) {
    while (true) {
        Frame got = read_frame(peer);
        if (got.type == type || got.type < 0) return got;
    }
}

// Runs one call on a session with a scripted provider, looking after it as a pool does, until the
// call or (without one) the session is over.
struct Outcome {
    std::optional<Error> error;
    bool has_head = false;
    bool session_is_over = false;
};

Task<Outcome> run_session(std::uint16_t port, Http2SessionOptions options, bool calls,
                          milliseconds limit) {
    UpstreamOptions pool_options;
    pool_options.egress = *EgressPolicy::allowing({"127.0.0.1:" + std::to_string(port)});
    const auto pools = *UpstreamPools::create(std::move(pool_options));
    const Url url = *Url::parse("http://127.0.0.1:" + std::to_string(port));
    const UpstreamLimits limits;
    auto connection = co_await pools->here().acquire(url, limits);
    const auto session = std::make_shared<Http2Session>(std::move(*connection), options, [] {});
    session->start();
    Outcome outcome;
    {
        std::optional<Http2Lease> lease;
        if (calls) {
            lease.emplace(session);
            lease->call.body_complete = true;
            EXPECT_TRUE(lease->begin(Http2Fields("GET / HTTP/1.1\r\nHost: a\r\n", {})));
            lease->flush();
        }
        const auto begun = std::chrono::steady_clock::now();
        const auto is_over = [&] {
            return session->is_over() || (calls && (lease->call.error || lease->call.ended)) ||
                   std::chrono::steady_clock::now() - begun > limit;
        };
        while (!is_over()) {
            session->check();
            co_await sleep_for(milliseconds(20));
        }
        outcome.session_is_over = session->is_over();
        if (calls) {
            outcome.error = lease->call.error;
            outcome.has_head = lease->call.has_head;
        }
    }
    session->close_if_idle();
    co_return outcome;
}

TEST(Http2Session, AProviderThatAnswersPingsIsWaitedFor) {
    std::atomic<int> pings = 0;
    ScriptedUpstream upstream([&pings](RawSocket& peer) {
        peer.read_exactly(kPreface.size());
        peer.send(frame(NGHTTP2_SETTINGS, 0, 0, ""));
        for (; pings < 3; ++pings) {
            const Frame ping = read_until_type(peer, NGHTTP2_PING);
            peer.send(frame(NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, ping.payload));
        }
        peer.send(frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                        "\x89"));  // 204
        peer.wait_end();
    });
    Http2SessionOptions options;
    options.ping_interval = milliseconds(50);
    options.ping_timeout = milliseconds(5'000);
    const Outcome outcome =
        run_task(run_session(upstream.port(), options, true, milliseconds(10'000)));
    EXPECT_TRUE(outcome.has_head);
    EXPECT_EQ(pings, 3);
}

TEST(Http2Session, AProviderThatDoesNotAnswerAPingIsGone) {
    ScriptedUpstream upstream([](RawSocket& peer) {
        peer.send(frame(NGHTTP2_SETTINGS, 0, 0, ""));
        peer.wait_end();
    });
    Http2SessionOptions options;
    options.ping_interval = milliseconds(50);
    options.ping_timeout = milliseconds(100);
    const Outcome outcome =
        run_task(run_session(upstream.port(), options, true, milliseconds(10'000)));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, "upstream.timeout");
    EXPECT_NE(outcome.error->message.find("ping_timeout"), std::string::npos);
    EXPECT_TRUE(outcome.session_is_over);
}

TEST(Http2Session, AtRestItEndsWithAGoodbye) {
    std::atomic<bool> said_goodbye = false;
    ScriptedUpstream upstream([&said_goodbye](RawSocket& peer) {
        peer.read_exactly(kPreface.size());
        peer.send(frame(NGHTTP2_SETTINGS, 0, 0, ""));
        said_goodbye = read_until_type(peer, NGHTTP2_GOAWAY).type == NGHTTP2_GOAWAY;
        peer.wait_end();
    });
    Http2SessionOptions options;
    options.idle_time_max = milliseconds(100);
    const Outcome outcome =
        run_task(run_session(upstream.port(), options, false, milliseconds(10'000)));
    EXPECT_TRUE(outcome.session_is_over);
    while (!said_goodbye) std::this_thread::yield();
}

}  // namespace
}  // namespace tenon::http
