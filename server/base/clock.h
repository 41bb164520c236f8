// Time as a value that is passed in, so tests can set it. Wall time has milliseconds and is stored
// as milliseconds since 1970-01-01T00:00:00Z; durations and limits use the monotonic clock.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tenon {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Timestamp = std::chrono::sys_time<Milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

// The monotonic clock, behind by a few milliseconds at most and several times cheaper to read: for
// limits and ages, which are coarse anyway.
SteadyTime coarse_steady_now();

class Clock {
 public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
    virtual SteadyTime steady_now() const = 0;  // coarse, as above
};

class SystemClock final : public Clock {
 public:
    Timestamp now() const override;
    SteadyTime steady_now() const override;
};

// Stands still until a test moves it. Safe to read from any thread.
class FakeClock final : public Clock {
 public:
    explicit FakeClock(Timestamp start) : millis_(start.time_since_epoch().count()) {}
    FakeClock();  // 2026-01-01T00:00:00Z
    Timestamp now() const override { return Timestamp(Milliseconds(millis_.load())); }
    SteadyTime steady_now() const override { return SteadyTime(Milliseconds(millis_.load())); }
    void advance(Milliseconds by) { millis_ += by.count(); }

 private:
    std::atomic<std::int64_t> millis_;
};

inline std::int64_t to_millis(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp from_millis(std::int64_t millis) { return Timestamp(Milliseconds(millis)); }

// RFC 3339 in UTC with milliseconds: 2026-01-31T09:30:00.000Z
std::string format_timestamp(Timestamp t);
// Accepts RFC 3339 with `Z` or a numeric offset, with or without a fraction.
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace tenon
