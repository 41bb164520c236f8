#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "platform/scheduling/blocking_pool.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {
namespace {

Task<int> answer() { co_return 42; }
Task<int> add_one(Task<int> task) { co_return co_await std::move(task) + 1; }
Task<int> throw_bug() {
    throw std::runtime_error("bug");
    co_return 0;
}

TEST(Task, RunsWhenAwaitedAndPassesItsValueOn) { EXPECT_EQ(run_task(add_one(answer())), 43); }

TEST(Task, NeverRunsWhenNobodyAwaitsIt) {
    bool ran = false;
    const auto set = [](bool& flag) -> Task<void> {
        flag = true;
        co_return;
    };
    {
        const Task<void> dropped = set(ran);
    }
    EXPECT_FALSE(ran);
}

TEST(Task, CarriesExceptionsToTheAwaiter) {
    EXPECT_THROW(run_task(add_one(throw_bug())), std::runtime_error);
}

Task<long> count_down(long n) {
    long sum = 0;
    for (long i = 0; i < n; ++i) sum += co_await answer();
    co_return sum;
}

TEST(Task, ManyAwaitsDoNotGrowTheStack) { EXPECT_EQ(run_task(count_down(200'000)), 42L * 200'000); }

Task<int> wait_for(OneShot& shot) {
    co_await shot;
    co_return 7;
}

TEST(OneShot, WakesTheAwaiterFromAnotherThread) {
    OneShot shot;
    std::thread setter([&] { shot.set(); });
    EXPECT_EQ(run_task(wait_for(shot)), 7);
    setter.join();
}

TEST(OneShot, IsReadyWhenSetBefore) {
    OneShot shot;
    shot.set();
    shot.set();
    EXPECT_EQ(run_task(wait_for(shot)), 7);
}

Task<Result<std::thread::id>> run_on(BlockingPool& pool) {
    co_return co_await pool.run(
        []() -> Result<std::thread::id> { return std::this_thread::get_id(); });
}

TEST(BlockingPool, RunsElsewhereAndResumesHere) {
    BlockingPool pool({.threads = 1});
    const auto id = run_task(run_on(pool));
    ASSERT_TRUE(id);
    EXPECT_NE(*id, std::this_thread::get_id());
}

TEST(BlockingPool, RefusesWorkOverItsLimit) {
    BlockingPool pool({.threads = 1, .queue_max = 1});
    std::mutex gate;
    gate.lock();
    std::atomic<bool> started = false;
    ASSERT_TRUE(pool.submit([&] {
        started = true;
        const std::lock_guard wait(gate);
    }));
    while (!started) std::this_thread::yield();
    EXPECT_TRUE(pool.submit([] {}));
    EXPECT_FALSE(pool.submit([] {}));
    gate.unlock();
}

}  // namespace
}  // namespace tenon
