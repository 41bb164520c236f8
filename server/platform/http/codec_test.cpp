// The codec as a table: what is accepted and what it means, and every shape that must be refused.
#include "platform/http/codec.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tenon::http {
namespace {

ParseResult parse(std::string_view text, RequestHead& head, HeadLimits limits = {}) {
    return parse_request_head(text, limits, head);
}

// The status a request is refused with; 0 when it is accepted, -1 when more is wanted.
int refusal_of(std::string_view text, HeadLimits limits = {}) {
    RequestHead head;
    const ParseResult result = parse(text, head, limits);
    if (result.state == ParseStatus::complete) return 0;
    return result.state == ParseStatus::need_more ? -1 : result.refusal.status;
}

int answer_refusal_of(std::string_view text, std::string_view method = "GET") {
    ResponseHead head;
    const ParseResult result = parse_response_head(text, {}, method, head);
    if (result.state == ParseStatus::complete) return 0;
    return result.state == ParseStatus::need_more ? -1 : result.refusal.status;
}

TEST(RequestHead, GivesViewsOfEverything) {
    const std::string text =
        "POST /a%2Fb/c?x=1&y=%20 HTTP/1.1\r\nHost: example.org:8080\r\nX-A:  two words \t\r\n"
        "content-length: 12\r\nX-A: again\r\n\r\nrest";
    RequestHead head;
    ASSERT_EQ(parse(text, head).state, ParseStatus::complete);
    EXPECT_EQ(head.method, "POST");
    EXPECT_EQ(head.target, "/a%2Fb/c?x=1&y=%20");
    EXPECT_EQ(head.path, "/a%2Fb/c");
    EXPECT_EQ(head.query, "x=1&y=%20");
    EXPECT_TRUE(head.has_query);
    EXPECT_EQ(head.authority, "example.org:8080");
    EXPECT_EQ(head.headers.size(), 4u);
    EXPECT_EQ(head.headers.get("x-a"), "two words");
    EXPECT_EQ(head.headers[3].value, "again");
    EXPECT_EQ(head.body, BodyKind::length);
    EXPECT_EQ(head.content_length, 12u);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.head_bytes, text.size() - 4);
}

TEST(RequestHead, EveryPrefixWantsMore) {
    const std::string text =
        "\r\nGET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\nTE: trailers\r\nA: \r\n\r\n";
    ASSERT_EQ(refusal_of(text), 0);
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_EQ(refusal_of(std::string_view(text).substr(0, size)), -1) << size;
    }
}

TEST(RequestHead, DerivesFramingAndPersistence) {
    struct Case {
        std::string_view version;
        std::string_view fields;
        BodyKind body;
        bool keep_alive;
        bool expects_continue;
    };
    const Case cases[] = {
        {"1.1", "", BodyKind::none, true, false},
        {"1.1", "Connection: close\r\n", BodyKind::none, false, false},
        {"1.1", "Connection: x, Close\r\n", BodyKind::none, false, false},
        {"1.0", "", BodyKind::none, false, false},
        {"1.0", "Connection: Keep-Alive\r\n", BodyKind::none, true, false},
        {"1.0", "Connection: Keep-Alive, close\r\n", BodyKind::none, false, false},
        {"1.1", "Content-Length: 0\r\n", BodyKind::none, true, false},
        {"1.1", "Content-Length: 7\r\n", BodyKind::length, true, false},
        {"1.1", "Transfer-Encoding: chunked\r\n", BodyKind::chunked, true, false},
        {"1.1", "Transfer-Encoding:CHUNKED \r\n", BodyKind::chunked, true, false},
        {"1.1", "Content-Length: 7\r\nExpect: 100-Continue\r\n", BodyKind::length, true, true},
        {"1.1", "Expect: 100-continue\r\n", BodyKind::none, true, false},
        {"1.0", "Content-Length: 7\r\nExpect: 100-continue\r\n", BodyKind::length, false, false},
    };
    for (const Case& c : cases) {
        const std::string text = "POST / HTTP/" + std::string(c.version) + "\r\nHost: a\r\n" +
                                 std::string(c.fields) + "\r\n";
        RequestHead head;
        ASSERT_EQ(parse(text, head).state, ParseStatus::complete) << text;
        EXPECT_EQ(head.body, c.body) << text;
        EXPECT_EQ(head.keep_alive, c.keep_alive) << text;
        EXPECT_EQ(head.expects_continue, c.expects_continue) << text;
    }
}

TEST(RequestHead, AcceptsWhatRealClientsSend) {
    const std::string_view accepted[] = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [2001:db8::1.2.3.4]\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:65535\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: under_score.example\r\n\r\n",
        "GET /?q={\"a\":[1|2]} HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a?b?c=d//e HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://A.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET https://a.example?q HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\x80\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX!#$%&'*+-.^_`|~9: v\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    };
    for (const std::string_view text : accepted) EXPECT_EQ(refusal_of(text), 0) << text;
}

struct Refused {
    int status;
    std::string_view text;
};

// Bytes with an embedded NUL, too.
template <std::size_t N>
std::string_view bytes(const char (&text)[N]) {
    return {text, N - 1};
}

const Refused kRefusedLines[] = {
    {400, "GET /\r\n\r\n"},
    {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1\tx\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1x\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"},
    {400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/a.b\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / XTTP/1.1\r\nHost: a\r\n\r\n"},
    {400,
     "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"},
    {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
    {505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
    {505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"},
    {505, "GET / HTTP/9.9\r\nHost: a\r\n\r\n"},
    {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "G\xc3\xa4T / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "{\"a\":1}\r\n\r\n"},
    {400, "/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, bytes("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")},
    {400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET ?x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET javascript:x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET http://a HTTP/1.0\r\n\r\n"},
    {405, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"},
    {405, "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1\nHost: a\n\n"},
    {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"},
    {400, "GET / HTTP/1.1\rHost: a\r\n\r\n"},
    {400, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
    {400, bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")},
};

const Refused kRefusedFields[] = {
    {400, "Host : a\r\n"},
    {400, "Host\t: a\r\n"},
    {400, " Host: a\r\n"},
    {400, "Host: a\r\n X: folded\r\n"},
    {400, "Host: a\r\nX: a\r\n\tb\r\n"},
    {400, "Host: a\r\n: no name\r\n"},
    {400, "Host: a\r\nX\r\n"},
    {400, "Host: a\r\nX Y: z\r\n"},
    {400, "Host: a\r\nX(: z\r\n"},
    {400, "Host: a\r\nX\xc3\xa4: z\r\n"},
    {400, bytes("Host: a\r\nX\0: z\r\n")},
    {400, bytes("Host: a\r\nX: a\0b\r\n")},
    {400, "Host: a\r\nX: a\x01\r\n"},
    {400, "Host: a\r\nX: a\x0b\r\n"},
    {400,
     "Host: a\r\nX: a\x7f"
     "b\r\n"},
    {400, "Host: a\r\nX: a\rb\r\n"},
    {400, "Host: a\r\nX: a\nY: b\r\n"},
    {400, "Host: a\r\nX: a\r\r\n"},
    {400,
     "Host: a\r\nX: 1234567\x1f"
     "901234567\r\n"},
    // Host
    {400, ""},
    {400, "X: y\r\n"},
    {400, "Host: a\r\nHost: a\r\n"},
    {400, "Host: a\r\nhost: b\r\n"},
    {400, "Host:\r\n"},
    {400, "Host: a b\r\n"},
    {400, "Host: a, b\r\n"},
    {400, "Host: a/b\r\n"},
    {400, "Host: u@a\r\n"},
    {400, "Host: a:\r\n"},
    {400, "Host: a:x\r\n"},
    {400, "Host: a:80:80\r\n"},
    {400, "Host: a:70000\r\n"},
    {400, "Host: a:123456\r\n"},
    {400, "Host: :80\r\n"},
    {400, "Host: [::1\r\n"},
    {400, "Host: ::1\r\n"},
    {400, "Host: []\r\n"},
    {400, "Host: [zz]\r\n"},
    {400, "Host: [::1]x\r\n"},
    {400, "Host: a%41\r\n"},
    {400, "Host: a\\b\r\n"},
    {400, "Host: \xc3\xa4\r\n"},
    {400, "Host: http://a\r\n"},
    // Content-Length
    {400, "Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n"},
    {400, "Host: a\r\nContent-Length: 5\r\ncontent-length: 6\r\n"},
    {400, "Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n"},
    {400, "Host: a\r\nContent-Length: 5, 5\r\n"},
    {400, "Host: a\r\nContent-Length: 5,6\r\n"},
    {400, "Host: a\r\nContent-Length: +5\r\n"},
    {400, "Host: a\r\nContent-Length: -5\r\n"},
    {400, "Host: a\r\nContent-Length: 0x5\r\n"},
    {400, "Host: a\r\nContent-Length: 5 5\r\n"},
    {400, "Host: a\r\nContent-Length: 5a\r\n"},
    {400, "Host: a\r\nContent-Length: 5.0\r\n"},
    {400, "Host: a\r\nContent-Length: 1e2\r\n"},
    {400, "Host: a\r\nContent-Length:\r\n"},
    {400, "Host: a\r\nContent-Length: \"5\"\r\n"},
    {400, "Host: a\r\nContent-Length: 5;\r\n"},
    {400, "Host: a\r\nContent-Length: 18446744073709551617\r\n"},
    {400, "Host: a\r\nContent-Length: 9999999999999999999\r\n"},
    {400, "Host: a\r\nContent-Length: 00000000000000000000005\r\n"},
    {400, "Host: a\r\nContent-Length: \xb2\r\n"},
    // Transfer-Encoding
    {400, "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"},
    {400, "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
    {400, "Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked, chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked, identity\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: ,chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked,\r\n"},
    {400, "Host: a\r\nTransfer-Encoding:\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: \"chunked\"\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked;q=1\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chun ked\r\n"},
    {400,
     "Host: a\r\nTransfer-Encoding: \x0b"
     "chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding: chunked\xff\r\n"},
    {400, "Host: a\r\nTransfer-Encoding : chunked\r\n"},
    {400, "Host: a\r\nTransfer-Encoding\r\n : chunked\r\n"},
    {501, "Host: a\r\nTransfer-Encoding: gzip\r\n"},
    {501, "Host: a\r\nTransfer-Encoding: identity\r\n"},
    {501, "Host: a\r\nTransfer-Encoding: xchunked\r\n"},
    {501, "Host: a\r\nTransfer-Encoding: chunkedx\r\n"},
    {501, "Host: a\r\nTransfer-Encoding: gzip, deflate\r\n"},
    // Expect
    {417, "Host: a\r\nContent-Length: 5\r\nExpect: 200-ok\r\n"},
    {417, "Host: a\r\nContent-Length: 5\r\nExpect: 100-continue, x\r\n"},
};

TEST(RequestHead, RefusesEveryBadLine) {
    for (const auto& [status, text] : kRefusedLines) EXPECT_EQ(refusal_of(text), status) << text;
}

TEST(RequestHead, RefusesEveryBadField) {
    for (const auto& [status, fields] : kRefusedFields) {
        std::string text = "POST / HTTP/1.1\r\n";
        text.append(fields).append("\r\n");
        EXPECT_EQ(refusal_of(text), status) << text;
    }
}

TEST(RequestHead, RefusesTransferEncodingBelow11) {
    EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestHead, LimitsSizeAndCount) {
    const HeadLimits limits{.head_bytes_max = 100, .fields_max = 3};
    const std::string fields = "Host: a\r\nA: 1\r\nB: 2\r\n";
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + fields + "\r\n", limits), 0);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n" + fields + "C: 3\r\n\r\n", limits), 431);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(80, 'x'), limits), 431);
    EXPECT_EQ(
        refusal_of("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(80, 'x') + "\r\n\r\n", limits),
        431);
    EXPECT_EQ(refusal_of("GET /" + std::string(200, 'x'), limits), 414);
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 5'000; ++i) many += "X: y\r\n";
    EXPECT_EQ(refusal_of(many), 431);
}

TEST(ResponseHead, DerivesFraming) {
    struct Case {
        std::string_view method;
        std::string_view text;
        BodyKind body;
        bool keep_alive;
    };
    const Case cases[] = {
        {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", BodyKind::length, true},
        {"GET", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\n", BodyKind::length, true},
        {"GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", BodyKind::none, true},
        {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::chunked, true},
        {"GET", "HTTP/1.1 200 OK\r\n\r\n", BodyKind::until_close, false},
        {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", BodyKind::length, false},
        {"GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n",
         BodyKind::length, true},
        {"GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n",
         BodyKind::length, false},
        {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", BodyKind::none, true},
        {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::none, true},
        {"GET", "HTTP/1.1 204 No Content\r\n\r\n", BodyKind::none, true},
        {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", BodyKind::none, true},
        {"GET", "HTTP/1.1 100 Continue\r\n\r\n", BodyKind::none, true},
        {"GET", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", BodyKind::none, true},
    };
    for (const Case& c : cases) {
        ResponseHead head;
        ASSERT_EQ(parse_response_head(c.text, {}, c.method, head).state, ParseStatus::complete)
            << c.text;
        EXPECT_EQ(head.body, c.body) << c.text;
        EXPECT_EQ(head.keep_alive, c.keep_alive) << c.text;
        EXPECT_EQ(head.head_bytes, c.text.size());
        for (std::size_t size = 0; size < c.text.size(); ++size) {
            EXPECT_EQ(answer_refusal_of(c.text.substr(0, size), c.method), -1) << c.text << size;
        }
    }
}

TEST(ResponseHead, RefusesDoubt) {
    const std::string_view refused[] = {
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/0.9 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "<html>\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1 2xx OK\r\n\r\n",
        "HTTP/1.1 200OK\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 3\n\n",
        "HTTP/1.1 200 O\x01K\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        bytes("\x15\x03\x03\x00\x02\x02\x46"),
    };
    for (const std::string_view text : refused) EXPECT_EQ(answer_refusal_of(text), 502) << text;
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 200; ++i) many += "X: y\r\n";
    EXPECT_EQ(answer_refusal_of(many), 502);
}

TEST(HeaderList, KnowsHopByHopFields) {
    RequestHead head;
    const std::string text =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Gone, authorization\r\nX-Gone: 1\r\n"
        "Authorization: b\r\nKeep-Alive: 5\r\nProxy-Authorization: c\r\nTE: trailers\r\n"
        "Trailer: t\r\nUpgrade: u\r\nX-Stays: 2\r\n\r\n";
    ASSERT_EQ(parse(text, head).state, ParseStatus::complete);
    std::string kept;
    for (const HeaderField& field : head.headers) {
        if (!is_hop_by_hop(head.headers, field)) kept.append(field.name).append(" ");
    }
    EXPECT_EQ(kept, "Host X-Stays ");
    EXPECT_TRUE(head.accepts_trailers);
    EXPECT_TRUE(head.wants_upgrade);
}

TEST(HeaderList, RecognisesNamesInAnyCase) {
    EXPECT_EQ(header_id("CONTENT-length"), HeaderId::content_length);
    EXPECT_EQ(header_id("Content-Lengt"), HeaderId::other);
    EXPECT_EQ(header_id("content_length"), HeaderId::other);
    EXPECT_EQ(header_id("Proxy-Anything"), HeaderId::proxy_prefixed);
    EXPECT_EQ(header_id("X-Forwarded-For"), HeaderId::forwarded);
    EXPECT_EQ(header_id("set-cookie"), HeaderId::set_cookie);
    EXPECT_EQ(header_id(""), HeaderId::other);
}

TEST(FieldRules, TokensAndValues) {
    EXPECT_TRUE(is_token("X-Api.Key"));
    EXPECT_FALSE(is_token(""));
    EXPECT_FALSE(is_token("a b"));
    EXPECT_TRUE(is_field_value("a b\tc \xc3\xa4"));
    EXPECT_TRUE(is_field_value(""));
    EXPECT_FALSE(is_field_value("a\r\nX: y"));
    EXPECT_FALSE(is_field_value(" a"));
    EXPECT_FALSE(is_field_value("a\n"));
    EXPECT_FALSE(is_field_value(bytes("a\0b")));
}

TEST(FieldRules, FindControlsAtEveryPlace) {
    for (std::size_t size = 1; size < 50; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (int c = 0; c < 256; ++c) {
                std::string text(size, 'x');
                text[at] = static_cast<char>(c);
                const bool is_edge = at == 0 || at + 1 == size;
                const bool is_blank = c == ' ' || c == '\t';
                const bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
                ASSERT_EQ(is_field_value(text), !is_control && !(is_blank && is_edge))
                    << size << " " << at << " " << c;
            }
        }
    }
}

}  // namespace
}  // namespace tenon::http
