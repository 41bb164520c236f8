// Which requests may become WebSockets, and what of them the provider sees.
#include "proxy/websocket_fields.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

constexpr std::string_view kFields =
    "Host: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    "Sec-WebSocket-Key: k\r\nsec-websocket-version: 13\r\nSec-Fetch-Mode: websocket\r\n";

http::RequestHead parsed(const std::string& text) {
    http::RequestHead head;
    EXPECT_EQ(http::parse_request_head(text, {}, head).state, http::ParseStatus::complete) << text;
    return head;
}
std::string request(std::string_view line, std::string_view fields = kFields) {
    return std::string(line) + "\r\n" + std::string(fields) + "\r\n";
}

TEST(WebSocketFields, AGetOverHttp11MayBecomeOne) {
    const std::string text = request("GET / HTTP/1.1");
    EXPECT_TRUE(asks_for_websocket(parsed(text)));
}

TEST(WebSocketFields, EveryOtherWishIsIgnored) {
    for (const std::string& text :
         {request("GET / HTTP/1.0"), request("POST / HTTP/1.1"), request("HEAD / HTTP/1.1"),
          request("GET / HTTP/1.1", "Host: a\r\nUpgrade: websocket\r\n"),
          request("GET / HTTP/1.1", "Host: a\r\nConnection: Upgrade\r\n"),
          request("GET / HTTP/1.1", "Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"),
          request("GET / HTTP/1.1", std::string(kFields) + "Content-Length: 2\r\n"),
          request("GET / HTTP/1.1", std::string(kFields) + "Transfer-Encoding: chunked\r\n")}) {
        EXPECT_FALSE(asks_for_websocket(parsed(text))) << text;
    }
}

TEST(WebSocketFields, OnlyTheHandshakeIsPassedOn) {
    const std::string text = request("GET / HTTP/1.1");
    std::string out;
    append_websocket_fields(out, parsed(text).headers);
    EXPECT_EQ(out,
              "Connection: Upgrade\r\nUpgrade: websocket\r\n"
              "Sec-WebSocket-Key: k\r\nsec-websocket-version: 13\r\n");
}

}  // namespace
}  // namespace tenon
