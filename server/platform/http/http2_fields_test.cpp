// An HTTP/1.1 head as the fields of HTTP/2.
#include "platform/http/http2_fields.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

std::string text_of(const Http2Fields& fields) {
    std::string text;
    for (const nghttp2_nv& field : fields.all()) {
        text.append(reinterpret_cast<const char*>(field.name), field.namelen);
        text += '=';
        text.append(reinterpret_cast<const char*>(field.value), field.valuelen);
        text += (field.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0 ? "!\n" : "\n";
    }
    return text;
}

TEST(Http2Fields, TurnAHeadIntoPseudoAndPlainFields) {
    const Http2Fields fields(
        "POST /a%2Fb?q=1&q HTTP/1.1\r\nX-Multi: one\r\nHost: api.test:8443\r\nUser-Agent: Tenon\r\n"
        "x-multi: two\r\nAuthorization: Bearer k\r\nCookie: a=1; b=2\r\nX-Empty: \r\n",
        {.content_length = 12, .accepts_trailers = true});
    EXPECT_EQ(text_of(fields),
              ":method=POST\n:scheme=https\n:path=/a%2Fb?q=1&q!\n:authority=api.test:8443!\n"
              "x-multi=one!\nuser-agent=Tenon\nx-multi=two!\nauthorization=Bearer k!\n"
              "cookie=a=1; b=2!\nx-empty=!\ncontent-length=12!\nte=trailers!\n");
}

TEST(Http2Fields, DropWhatBelongsToAnHttp11Connection) {
    const Http2Fields fields(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\n"
        "TE: gzip\r\nTransfer-Encoding: chunked\r\nUpgrade: h2c\r\nContent-Length: 3\r\n",
        {});
    EXPECT_EQ(text_of(fields), ":method=GET\n:scheme=https\n:path=/!\n:authority=a!\n");
}

TEST(Http2Fields, ACredentialNeverEntersTheCompressionTable) {
    const Http2Fields fields("GET /?key=k HTTP/1.1\r\nHost: a\r\nX-Api-Key: secret\r\n", {});
    for (const nghttp2_nv& field : fields.all()) {
        const std::string_view value(reinterpret_cast<const char*>(field.value), field.valuelen);
        const bool is_secret = value == "secret" || value == "/?key=k";
        EXPECT_EQ((field.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0, is_secret || value == "a");
    }
}

}  // namespace
}  // namespace tenon::http
