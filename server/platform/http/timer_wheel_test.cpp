#include "platform/http/timer_wheel.h"

#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;

struct Counted {
    int fired = 0;
    TimerWheel::Entry entry{[](void* self) { ++static_cast<Counted*>(self)->fired; }, this};
};

TEST(TimerWheel, FiresNeverEarlyAndAtMostTwoTicksLate) {
    for (const int ms : {0, 1, 99, 100, 101, 250, 10'000, 51'200, 60'000, 300'000}) {
        TimerWheel wheel(nullptr);
        Counted one;
        wheel.set(one.entry, milliseconds(ms));
        const auto whole = static_cast<std::uint64_t>((ms + 99) / 100);
        wheel.advance(whole);
        EXPECT_EQ(one.fired, 0) << ms;
        wheel.advance(1);
        EXPECT_EQ(one.fired, 1) << ms;
        wheel.advance(2'000);
        EXPECT_EQ(one.fired, 1) << ms;
        EXPECT_EQ(wheel.armed(), 0u);
    }
}

TEST(TimerWheel, MovesDeadlinesBothWays) {
    TimerWheel wheel(nullptr);
    Counted one;
    wheel.set(one.entry, milliseconds(1'000));
    wheel.set(one.entry, milliseconds(5'000));  // later
    wheel.advance(12);
    EXPECT_EQ(one.fired, 0);
    wheel.set(one.entry, milliseconds(200));  // earlier
    wheel.advance(3);
    EXPECT_EQ(one.fired, 1);
}

TEST(TimerWheel, ForgetsClearedAndDestroyedEntries) {
    TimerWheel wheel(nullptr);
    Counted cleared;
    auto destroyed = std::make_unique<Counted>();
    Counted kept;
    wheel.set(cleared.entry, milliseconds(300));
    wheel.set(destroyed->entry, milliseconds(300));
    wheel.set(kept.entry, milliseconds(300));
    cleared.entry.clear();
    destroyed.reset();
    EXPECT_EQ(wheel.armed(), 1u);
    wheel.advance(10);
    EXPECT_EQ(cleared.fired, 0);
    EXPECT_EQ(kept.fired, 1);
}

TEST(TimerWheel, EntriesMayOutliveTheWheel) {
    Counted one;
    {
        TimerWheel wheel(nullptr);
        wheel.set(one.entry, milliseconds(300));
    }
    EXPECT_FALSE(one.entry.is_set());
    one.entry.clear();
}

TEST(TimerWheel, TicksByItselfOnALoop) {
    EventLoop loop;
    Counted one;
    struct Stop {
        EventLoop* loop;
        TimerWheel::Entry entry{[](void* self) { static_cast<Stop*>(self)->loop->stop(); }, this};
    } stop{&loop};
    loop.post([&] {
        TimerWheel& wheel = TimerWheel::of(loop);
        EXPECT_EQ(&wheel, &TimerWheel::of(loop));
        wheel.set(one.entry, milliseconds(1));
        wheel.set(stop.entry, milliseconds(150));
    });
    loop.run();
    EXPECT_EQ(one.fired, 1);
}

}  // namespace
}  // namespace tenon::http
