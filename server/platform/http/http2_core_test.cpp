// Calls on an HTTP/2 connection, in memory: windows, bounds, refusals and ends.
#include "platform/http/http2_core.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "platform/http/testing/http2_peer.h"

namespace tenon::http {
namespace {

using testing::frame;
using testing::Http2Peer;

// Streams get the numbers 1, 3, 5 in the order of begin().
class Http2CoreTest : public ::testing::Test {
 protected:
    ~Http2CoreTest() override {
        for (Http2Call* const call : {&a_, &b_, &c_}) core_.forget(*call);
    }
    void begin(Http2Call& call, std::string_view head = "GET /x HTTP/1.1\r\nHost: a\r\n",
               bool has_body = false) {
        call.body_complete = !has_body;
        EXPECT_TRUE(core_.begin(call, Http2Fields(head, {})));
    }
    void exchange() { peer_.exchange_with(core_); }
    std::size_t take(Http2Call& call) {
        const std::size_t bytes = call.body.size();
        call.body.release();
        core_.consume(call, bytes);
        return bytes;
    }

    Http2Core core_{{.head_bytes_max = 4'096, .calls_max = 3}};
    Http2Peer peer_;
    Http2Call a_;
    Http2Call b_;
    Http2Call c_;
};

TEST_F(Http2CoreTest, AnswersCarryHeadBodyAndTrailers) {
    begin(a_, "GET /p?q HTTP/1.1\r\nHost: api.test\r\nX-A: 1\r\n");
    exchange();
    EXPECT_EQ(peer_.heads[1][":path"], "/p?q");
    EXPECT_EQ(peer_.heads[1][":authority"], "api.test");
    EXPECT_TRUE(peer_.ended[1]);
    peer_.head(1, {{":status", "103"}, {"link", "</a>"}});
    exchange();
    peer_.head(1, {{":status", "200"}, {"content-type", "text/plain"}});
    exchange();
    peer_.body(1, 5, /*ends=*/false);
    exchange();
    EXPECT_FALSE(a_.ended);
    peer_.head(1, {{"x-checksum", "abc"}}, /*ends=*/true);
    exchange();
    ASSERT_EQ(a_.interims.size(), 1u);
    EXPECT_EQ(a_.interims[0].status, 103);
    ResponseHead head;
    a_.head.describe("GET", false, head);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.get("content-type"), "text/plain");
    EXPECT_EQ(head.body, BodyKind::chunked);
    EXPECT_EQ(a_.body.readable(), "xxxxx");
    EXPECT_EQ(a_.trailers, "x-checksum: abc\r\n");
    EXPECT_TRUE(a_.ended);
    EXPECT_TRUE(a_.closed);
    EXPECT_FALSE(a_.error);
}

TEST_F(Http2CoreTest, ABodyThatNobodyTakesStopsAtItsWindowAndStopsNobodyElse) {
    begin(a_);
    begin(b_);
    exchange();
    for (const int id : {1, 3}) {
        peer_.head(id, {{":status", "200"}});
        peer_.body(id, 10U << 20U);
    }
    exchange();
    EXPECT_EQ(a_.body.size(), Http2Core::kFirstWindow);
    std::size_t taken = 0;
    while (!b_.ended) {
        taken += take(b_);
        exchange();
        ASSERT_LE(b_.body.size(), Http2Core::kWindowMax);
    }
    EXPECT_EQ(taken + b_.body.size(), 10U << 20U);
    EXPECT_EQ(a_.body.size(), Http2Core::kFirstWindow);
}

TEST_F(Http2CoreTest, AReaderThatKeepsUpGetsALargerWindow) {
    begin(a_);
    exchange();
    peer_.head(1, {{":status", "200"}});
    peer_.body(1, 10U << 20U);
    exchange();
    std::size_t largest = 0;
    for (int round = 0; round < 20; ++round) {
        largest = std::max(largest, a_.body.size());
        take(a_);
        exchange();
    }
    EXPECT_EQ(largest, Http2Core::kWindowMax);
}

TEST_F(Http2CoreTest, MoreThanTheWindowIsAnError) {
    begin(a_);
    exchange();
    peer_.head(1, {{":status", "200"}});
    exchange();
    const std::string piece(16'384, 'x');
    Result<void> received;
    for (int count = 0; count < 5 && received; ++count) {
        received = core_.receive(frame(NGHTTP2_DATA, 0, 1, piece));
    }
    std::string out;
    core_.produce(out, 65'536);
    EXPECT_TRUE(!received || a_.error || core_.is_over());
    EXPECT_LE(a_.body.size(), Http2Core::kFirstWindow + piece.size());
}

TEST_F(Http2CoreTest, UploadsWaitForTheProvidersWindow) {
    const std::string piece(200'000, 'y');
    begin(a_, "POST /x HTTP/1.1\r\nHost: a\r\n", /*has_body=*/true);
    exchange();
    EXPECT_TRUE(peer_.bodies[1].empty());
    a_.outgoing = piece;
    core_.resume_body(a_);
    exchange();  // the peer gives its window back as it reads
    EXPECT_TRUE(a_.outgoing.empty());
    EXPECT_EQ(peer_.bodies[1], piece);
    EXPECT_FALSE(peer_.ended[1]);
    a_.body_complete = true;
    core_.resume_body(a_);
    exchange();
    EXPECT_TRUE(peer_.ended[1]);
}

TEST_F(Http2CoreTest, RoomFollowsTheProvidersSettings) {
    EXPECT_EQ(core_.room(), 3u);
    exchange();
    const nghttp2_settings_entry one{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1};
    nghttp2_submit_settings(peer_.session(), NGHTTP2_FLAG_NONE, &one, 1);
    exchange();
    EXPECT_EQ(core_.room(), 1u);
    begin(a_);
    EXPECT_EQ(core_.room(), 0u);
}

TEST_F(Http2CoreTest, GoAwayRefusesWhatItDoesNotCover) {
    begin(a_);
    begin(b_);
    exchange();
    nghttp2_submit_goaway(peer_.session(), NGHTTP2_FLAG_NONE, 1, NGHTTP2_NO_ERROR, nullptr, 0);
    exchange();
    EXPECT_FALSE(a_.closed);
    EXPECT_TRUE(b_.closed);
    EXPECT_TRUE(b_.refused);
    ASSERT_TRUE(b_.error);
    EXPECT_EQ(b_.error->code, "upstream.connection_closed");
    EXPECT_EQ(core_.room(), 0u);
    c_.body_complete = true;
    EXPECT_FALSE(core_.begin(c_, Http2Fields("GET / HTTP/1.1\r\nHost: a\r\n", {})));
    EXPECT_TRUE(c_.refused);
    peer_.head(1, {{":status", "204"}}, /*ends=*/true);
    exchange();
    EXPECT_TRUE(a_.ended);
}

TEST_F(Http2CoreTest, ResetsSayWhetherTheCallWasProcessed) {
    for (Http2Call* const call : {&a_, &b_, &c_}) begin(*call);
    exchange();
    const auto reset = [this](std::int32_t id, std::uint32_t code) {
        nghttp2_submit_rst_stream(peer_.session(), NGHTTP2_FLAG_NONE, id, code);
    };
    reset(1, NGHTTP2_REFUSED_STREAM);
    reset(3, NGHTTP2_HTTP_1_1_REQUIRED);
    reset(5, NGHTTP2_INTERNAL_ERROR);
    exchange();
    EXPECT_TRUE(a_.refused && !a_.wants_http1);
    EXPECT_TRUE(b_.refused && b_.wants_http1);
    EXPECT_FALSE(c_.refused);
    EXPECT_EQ(c_.error->code, "upstream.connection_closed");
}

TEST_F(Http2CoreTest, ACallThatIsForgottenIsCancelled) {
    begin(a_);
    begin(b_);
    exchange();
    core_.forget(a_);
    exchange();
    EXPECT_EQ(peer_.resets[1], NGHTTP2_CANCEL);
    EXPECT_EQ(peer_.resets.count(3), 0u);
    EXPECT_EQ(core_.call_count(), 1u);
}

TEST_F(Http2CoreTest, WhatArrivesForAForgottenCallDoesNotFillTheConnection) {
    for (int round = 0; round < 50; ++round) {
        Http2Call call;
        begin(call);
        exchange();
        const std::int32_t id = 1 + 2 * round;
        peer_.head(id, {{":status", "200"}});
        peer_.body(id, 10U << 20U);
        exchange();
        EXPECT_EQ(call.body.size(), Http2Core::kFirstWindow) << round;
        core_.forget(call);
        exchange();
    }
}

TEST_F(Http2CoreTest, HeadsHaveALargestSize) {
    begin(a_);
    begin(b_);
    exchange();
    peer_.head(1, {{":status", "200"}, {"x-large", std::string(5'000, 'v')}});
    std::vector<std::pair<std::string, std::string>> many{{":status", "200"}};
    for (int count = 0; count < 140; ++count) many.emplace_back("x" + std::to_string(count), "v");
    peer_.head(3, many);
    exchange();
    for (const Http2Call* const call : {&a_, &b_}) {
        ASSERT_TRUE(call->error);
        EXPECT_EQ(call->error->code, "upstream.head_too_large");
        EXPECT_FALSE(call->has_head);
    }
    EXPECT_GT(core_.room(), 0u);  // the connection lives on
}

TEST_F(Http2CoreTest, AHeadThatNeverEndsEndsTheConnection) {
    begin(a_);
    exchange();
    Result<void> received = core_.receive(frame(NGHTTP2_HEADERS, 0, 1, "\x88"));
    const std::string field("\x00\x01x\x01y", 5);
    std::size_t frames = 0;
    while (received && !core_.is_over() && frames < 100'000) {
        received = core_.receive(frame(NGHTTP2_CONTINUATION, 0, 1, field));
        std::string out;
        core_.produce(out, 65'536);
        ++frames;
    }
    EXPECT_LT(frames, 100'000u);
}

TEST_F(Http2CoreTest, FramesThatCarryNothingAreLimited) {
    begin(a_);
    exchange();
    peer_.head(1, {{":status", "200"}});
    exchange();
    Result<void> received;
    std::size_t frames = 0;
    while (received && frames < 100'000) {
        received = core_.receive(frame(NGHTTP2_DATA, 0, 1, ""));
        ++frames;
    }
    ASSERT_FALSE(received);
    EXPECT_EQ(received.error().code, "upstream.malformed_response");
    EXPECT_LT(frames, 20'000u);
}

TEST_F(Http2CoreTest, InterimAnswersAreLimited) {
    begin(a_);
    exchange();
    for (int count = 0; count < 40; ++count) {
        peer_.head(1, {{":status", "103"}});
        exchange();
    }
    ASSERT_TRUE(a_.error);
    EXPECT_EQ(a_.error->code, "upstream.malformed_response");
    EXPECT_LE(a_.interims.size(), 16u);
}

TEST_F(Http2CoreTest, AStatusIsThreeUsefulDigits) {
    for (const std::string_view status : {"\x48\x03"
                                          "099",
                                          "\x48\x03"
                                          "600",
                                          "\x48\x03"
                                          "999"}) {
        Http2Core core({});
        Http2Call call;
        call.body_complete = true;
        ASSERT_TRUE(core.begin(call, Http2Fields("GET / HTTP/1.1\r\nHost: a\r\n", {})));
        std::string out;
        core.produce(out, 65'536);
        (void)core.receive(frame(NGHTTP2_SETTINGS, 0, 0, "") +
                           frame(NGHTTP2_HEADERS, 4, 1, status));
        EXPECT_TRUE(call.error);
        EXPECT_FALSE(call.has_head);
        EXPECT_TRUE(call.interims.empty());
        core.forget(call);
    }
}

TEST_F(Http2CoreTest, FailingTheConnectionEndsEveryCallOnce) {
    begin(a_);
    begin(b_);
    exchange();
    peer_.head(1, {{":status", "200"}}, /*ends=*/true);
    exchange();
    core_.fail_all({ErrorKind::provider_failed, "upstream.connection_closed", "gone"});
    EXPECT_FALSE(a_.error);  // it had its answer
    ASSERT_TRUE(b_.error);
    EXPECT_EQ(b_.error->message, "gone");
    EXPECT_EQ(core_.room(), 0u);
}

}  // namespace
}  // namespace tenon::http
