#include "base/clock.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Clock, FormatsAndParsesRfc3339) {
    const Timestamp t = from_millis(1'767'225'600'123);
    EXPECT_EQ(format_timestamp(t), "2026-01-01T00:00:00.123Z");
    EXPECT_EQ(parse_timestamp("2026-01-01T00:00:00.123Z"), t);
    EXPECT_EQ(parse_timestamp("2026-01-01T02:00:00.1239+02:00"), t);
    EXPECT_EQ(parse_timestamp("2025-12-31T23:30:00-00:30"), from_millis(1'767'225'600'000));
}

TEST(Clock, RefusesOtherForms) {
    for (const char* text : {"", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                             "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2:00"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
}

TEST(Clock, AFakeClockMovesOnlyWhenTold) {
    FakeClock clock;
    const Timestamp start = clock.now();
    EXPECT_EQ(clock.now(), start);
    clock.advance(Milliseconds(1'500));
    EXPECT_EQ(clock.now() - start, Milliseconds(1'500));
}

}  // namespace
}  // namespace tenon
