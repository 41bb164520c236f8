#include "proxy/forwarded_headers.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(ForwardedHeaders, TheCallersOwnIdentityStaysHere) {
    for (const char* name :
         {"Authorization", "authorization", "Cookie", "Host", "X-Paragon-Credential",
          "X-Paragon-SDK-Version", "X-Forwarded-For", "Forwarded", "Origin", "Referer",
          "Sec-Fetch-Site", "Proxy-Authorization", "X-Tenon-CSRF", "Content-Length", "Expect"}) {
        EXPECT_FALSE(is_forwarded_request_header(name)) << name;
    }
    for (const char* name : {"Accept", "Content-Type", "If-None-Match", "Idempotency-Key", "Range",
                             "User-Agent", "X-Custom", "Accept-Language", "traceparent"}) {
        EXPECT_TRUE(is_forwarded_request_header(name)) << name;
    }
}

}  // namespace
}  // namespace tenon
