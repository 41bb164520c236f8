#include "proxy/forwarded_headers.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(ForwardedHeaders, TheCallersOwnIdentityStaysHere) {
    for (const char* name :
         {"Authorization", "authorization", "Cookie", "Host", "X-Paragon-Credential",
          "X-Paragon-SDK-Version", "X-Forwarded-For", "Forwarded", "Origin", "Referer",
          "Sec-Fetch-Site", "Proxy-Authorization", "X-Tenon-CSRF", "Content-Length", "Expect"}) {
        EXPECT_FALSE(is_forwarded_request_header(http::header_id(name))) << name;
    }
    for (const char* name : {"Accept", "Content-Type", "If-None-Match", "Idempotency-Key", "Range",
                             "User-Agent", "X-Custom", "Accept-Language", "traceparent"}) {
        EXPECT_TRUE(is_forwarded_request_header(http::header_id(name))) << name;
    }
}

TEST(ForwardedHeaders, AProviderSetsNoPolicyForTenonsOrigin) {
    for (const char* name :
         {"Strict-Transport-Security", "Content-Security-Policy",
          "content-security-policy-report-only", "Alt-Svc", "Clear-Site-Data", "X-Frame-Options",
          "Cross-Origin-Opener-Policy", "Access-Control-Allow-Origin", "Service-Worker-Allowed",
          "Referrer-Policy", "NEL", "Report-To", "Refresh"}) {
        const http::HeaderId id = http::header_id(name);
        EXPECT_FALSE(is_forwarded_response_header(id, ResponseMode::raw)) << name;
        EXPECT_FALSE(is_forwarded_response_header(id, ResponseMode::wrapped)) << name;
    }
}

TEST(ForwardedHeaders, WhatIsTrueOfTheExactBytesPassesInRawModeAlone) {
    for (const char* name : {"ETag", "Digest", "Content-MD5", "Accept-Ranges", "Set-Cookie"}) {
        const http::HeaderId id = http::header_id(name);
        EXPECT_TRUE(is_forwarded_response_header(id, ResponseMode::raw)) << name;
        EXPECT_FALSE(is_forwarded_response_header(id, ResponseMode::wrapped)) << name;
    }
    for (const char* name : {"Link", "X-RateLimit-Remaining", "Retry-After", "X-Request-Id"}) {
        const http::HeaderId id = http::header_id(name);
        EXPECT_TRUE(is_forwarded_response_header(id, ResponseMode::wrapped)) << name;
    }
}

}  // namespace
}  // namespace tenon
