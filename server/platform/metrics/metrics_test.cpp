#include "platform/metrics/metrics.h"

#include <gtest/gtest.h>
#include <thread>

namespace tenon {
namespace {

TEST(Metrics, RendersThePrometheusTextFormat) {
    Metrics metrics;
    metrics.counter("tenon_calls_total", "Calls.", "result=\"ok\"").add(3);
    metrics.counter("tenon_calls_total", "Calls.", "result=\"bad\"").add();
    metrics.gauge("tenon_open", "Open.", [] { return 2.0; });
    metrics.histogram("tenon_seconds", "Time.").observe(0.003);
    const std::string text = metrics.render();
    EXPECT_NE(text.find("# TYPE tenon_calls_total counter\ntenon_calls_total{result=\"ok\"} 3\n"
                        "tenon_calls_total{result=\"bad\"} 1\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("tenon_open 2\n"), std::string::npos);
    EXPECT_NE(
        text.find("tenon_seconds_bucket{le=\"0.0025\"} 0\ntenon_seconds_bucket{le=\"0.005\"} 1\n"),
        std::string::npos);
    EXPECT_NE(text.find("tenon_seconds_count 1\n"), std::string::npos);
}

TEST(Metrics, CountsFromManyThreadsAddUp) {
    Metrics metrics;
    Counter& counter = metrics.counter("tenon_x_total", "X.");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) counter.add();
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(counter.value(), 40'000);
}

}  // namespace
}  // namespace tenon
