#include "proxy/rate_limit.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(RateLimit, AllowsAMinutesWorthAndThenTellsWhenTheNextIsFree) {
    FakeClock clock;
    RateLimit limit(clock);
    const UserId user = UserId::random();
    const IntegrationId integration = IntegrationId::random();
    for (int i = 0; i < 60; ++i) EXPECT_FALSE(limit.take(user, integration, 60));
    EXPECT_EQ(limit.take(user, integration, 60), Milliseconds(1'000));
    clock.advance(Milliseconds(1'000));
    EXPECT_FALSE(limit.take(user, integration, 60));
    EXPECT_TRUE(limit.take(user, integration, 60));
    EXPECT_FALSE(limit.take(UserId::random(), integration, 60)) << "users do not share";
}

}  // namespace
}  // namespace tenon
