#include "app/services.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(TokenSettings, TheLeaseAlwaysOutlivesTheTokenRequestsAndTheWritesAroundThem) {
    for (const auto timeout : {Milliseconds(1), Milliseconds(1'000), Milliseconds(1'001),
                               Milliseconds(60'000), Milliseconds(3'600'000)}) {
        Config config;
        config.token_request_timeout = timeout;
        const TokenCareOptions options = token_care_options(config);
        EXPECT_GE(options.lease, 2 * timeout + Seconds(30)) << timeout.count();
        EXPECT_GE(options.token_request_timeout, timeout);
    }
}

TEST(TokenSettings, TheConfiguredTimeLimitBoundsTheWholeTokenRequest) {
    Config config;
    config.token_request_timeout = Milliseconds(2'500);
    const http::UpstreamLimits limits = token_limits(config);
    EXPECT_EQ(limits.total_timeout, config.token_request_timeout);
    EXPECT_LE(limits.connect_timeout, limits.total_timeout);
    EXPECT_LE(limits.first_byte_timeout, limits.total_timeout);
}

}  // namespace
}  // namespace tenon
