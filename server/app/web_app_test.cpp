#include "app/web_app.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

constexpr embedded::WebFile kFiles[] = {
    {"assets/dashboard/a-1.js", "plain script", "zipped", "br"},
    {"assets/dashboard/b-1.svg", "<svg/>", "", ""},
    {"index.html", "<p>page</p>", "", ""},
};

const WebApp& app() {
    static const WebApp made(kFiles, "default-src 'none'");
    return made;
}

http::Request asking(std::string_view accept_encoding) {
    http::Request request;
    request.headers.add("Accept-Encoding", accept_encoding);
    return request;
}

TEST(WebApp, SendsTheSmallestFormThatTheClientTakes) {
    const auto body = [](std::string_view accept) {
        return app().file(asking(accept), "assets/dashboard/a-1.js")->body;
    };
    EXPECT_EQ(body("gzip, deflate, br, zstd"), "br");
    EXPECT_EQ(body("gzip"), "zipped");
    EXPECT_EQ(body("GZIP;q=0.5"), "zipped");
    EXPECT_EQ(body("br;q=0, gzip"), "zipped");
    EXPECT_EQ(body("br;q=0.0, gzip;q=0"), "plain script");
    EXPECT_EQ(body("brotli"), "plain script");
    EXPECT_EQ(body(""), "plain script");
}

TEST(WebApp, NamesTheFormAndKeepsItForGood) {
    const auto sent = app().file(asking("br"), "assets/dashboard/a-1.js");
    EXPECT_EQ(sent->headers.get("Content-Encoding"), "br");
    EXPECT_EQ(sent->headers.get("Vary"), "Accept-Encoding");
    EXPECT_EQ(sent->headers.get("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(sent->headers.get("Cache-Control"), "public, max-age=31536000, immutable");
    const auto plain = app().file(asking("br"), "assets/dashboard/b-1.svg");
    EXPECT_FALSE(plain->headers.has("Content-Encoding"));
    EXPECT_EQ(plain->body, "<svg/>");
}

TEST(WebApp, ServesItsPageOnlyAsAPage) {
    EXPECT_EQ(app().file(asking("br"), "index.html").error().kind, ErrorKind::not_found);
    EXPECT_EQ(app().file(asking("br"), "assets/dashboard/a-2.js").error().kind,
              ErrorKind::not_found);
    const http::Response page = app().page(asking("br"));
    EXPECT_EQ(page.body, "<p>page</p>");
    EXPECT_EQ(page.headers.get("Content-Security-Policy"), "default-src 'none'");
    EXPECT_EQ(page.headers.get("Cache-Control"), "no-cache");
    EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
}

}  // namespace
}  // namespace tenon
