#include "connect/flow_start_limit.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

class FlowStartLimitTest : public testing::Test {
 protected:
    bool take(const std::string& user, const std::string& address) {
        return limit.take(user, address).has_value();
    }

    FakeClock clock;
    FlowStartLimit limit{clock, {.per_user = 2, .per_address = 3, .counted_max = 100}};
};

TEST_F(FlowStartLimitTest, HoldsForEachUserAndTellsWhenToComeBack) {
    EXPECT_TRUE(take("alice", "10.0.0.1"));
    EXPECT_TRUE(take("alice", "10.0.0.2"));
    clock.advance(Seconds(20));
    const Ok refused = limit.take("alice", "10.0.0.3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::rate_limited);
    EXPECT_EQ(refused.error().code, "connect.too_many_starts");
    EXPECT_EQ(refused.error().retry_after, Seconds(40));
    EXPECT_TRUE(take("bob", "10.0.0.4")) << "users do not share";
    clock.advance(Seconds(40));
    EXPECT_TRUE(take("alice", "10.0.0.1"));
}

TEST_F(FlowStartLimitTest, HoldsForEachAddressHoweverManyUsers) {
    for (const char* user : {"a", "b", "c"}) EXPECT_TRUE(take(user, "10.0.0.1"));
    EXPECT_FALSE(take("d", "10.0.0.1"));
    EXPECT_TRUE(take("e", "10.0.0.2"));
    for (const char* user : {"f", "g", "h", "i"}) EXPECT_TRUE(take(user, "")) << "no address";
}

TEST_F(FlowStartLimitTest, TakesBoundedMemory) {
    for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(take("user " + std::to_string(i), ""));
    EXPECT_TRUE(take("last", ""));
    EXPECT_TRUE(take("last", ""));
    EXPECT_FALSE(take("last", ""));
}

}  // namespace
}  // namespace tenon
