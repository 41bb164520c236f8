// Counters, gauges and histograms for /metrics (Prometheus text format 0.0.4). Each event loop adds
// to its own cell without a lock; a scrape sums the cells.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

// Adds are relaxed atomics spread over cells by thread, so loops do not share a cache line.
class Counter {
 public:
    void add(std::int64_t by = 1);
    std::int64_t value() const;

 private:
    static constexpr std::size_t kCells = 16;
    struct alignas(64) Cell {
        std::atomic<std::int64_t> value = 0;
    };
    std::array<Cell, kCells> cells_;
};

// Latencies in seconds, in fixed buckets from 1 ms to 60 s.
class Histogram {
 public:
    static constexpr std::array<double, 15> kBounds = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
    void observe(double seconds);
    std::int64_t count() const;
    double sum() const;
    std::int64_t bucket(std::size_t index) const { return buckets_[index].value(); }

 private:
    std::array<Counter, kBounds.size() + 1> buckets_;
    Counter sum_microseconds_;
};

// Owns every metric by name. Names follow Prometheus: tenon_proxy_requests_total,
// tenon_http_request_seconds.
class Metrics {
 public:
    // `labels` is the text between the braces, such as `result="ok"`; empty for none. References
    // stay valid.
    Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
    Histogram& histogram(std::string_view name, std::string_view help,
                         std::string_view labels = {});
    // Read at scrape time, on the scraping thread.
    void gauge(std::string_view name, std::string_view help, std::function<double()> read);

    std::string render() const;

 private:
    struct Entry;
    Entry& entry(std::string_view name, std::string_view help, std::string_view labels);

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace tenon
