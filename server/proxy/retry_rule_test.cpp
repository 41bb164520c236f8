#include "proxy/retry_rule.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

const Timestamp kNow = from_millis(1'700'000'000'000);

std::optional<Seconds> wait(const char* name, const char* value, const RetryRule& rule = {}) {
    http::Headers headers;
    headers.set(name, value);
    return wait_asked_by(headers, rule, kNow);
}

TEST(RetryRule, KnowsTheBusyStatusesAndThoseOfTheDefinition) {
    const RetryRule rule{.statuses = {409, 500}};
    for (const int status : {429, 502, 503, 504}) EXPECT_TRUE(may_be_retried(status, {}));
    for (const int status : {200, 400, 401, 409, 500}) EXPECT_FALSE(may_be_retried(status, {}));
    EXPECT_TRUE(may_be_retried(409, rule));
    EXPECT_TRUE(may_be_retried(500, rule));
    EXPECT_TRUE(may_be_retried(503, rule));
    EXPECT_FALSE(may_be_retried(400, rule));
}

TEST(RetryRule, ReadsSecondsDatesAndMoments) {
    const RetryRule rule{.after_header = "X-After", .reset_header = "X-Reset"};
    EXPECT_EQ(wait("Retry-After", "7"), Seconds(7));
    EXPECT_EQ(wait("retry-after", "Tue, 14 Nov 2023 22:13:30 GMT"), Seconds(10));
    EXPECT_EQ(wait("X-After", "3", rule), Seconds(3));
    EXPECT_EQ(wait("X-Reset", "1700000042", rule), Seconds(42));
    EXPECT_EQ(wait("X-Reset", "42", rule), Seconds(42));
    EXPECT_EQ(wait("X-Reset", "1600000000", rule), Seconds(0));
    EXPECT_EQ(wait("X-Reset", "Tue, 14 Nov 2023 22:13:30 GMT", rule), Seconds(10));
}

TEST(RetryRule, IgnoresNonsenseAndHeadersThatNobodyNamed) {
    const RetryRule rule{.after_header = "X-After", .reset_header = "X-Reset"};
    EXPECT_EQ(wait("X-Reset", "1700000042"), std::nullopt);
    for (const char* value : {"", "-1", "soon", "1e9", "99999999999999999999"}) {
        EXPECT_EQ(wait("Retry-After", value, rule), std::nullopt) << value;
        EXPECT_EQ(wait("X-Reset", value, rule), std::nullopt) << value;
    }
}

TEST(RetryRule, WaitsForTheLongestOfSeveral) {
    http::Headers headers;
    headers.set("Retry-After", "2");
    headers.set("X-Reset", "1700000005");
    EXPECT_EQ(wait_asked_by(headers, {.reset_header = "X-Reset"}, kNow), Seconds(5));
    EXPECT_EQ(wait_asked_by(headers, {}, kNow), Seconds(2));
}

}  // namespace
}  // namespace tenon
