#include "base/clock.h"

#include <charconv>
#include <ctime>
#include <fmt/format.h>

namespace tenon {
namespace {

// Reads exactly `count` digits at `at` and moves it on.
std::optional<int> read_digits(std::string_view text, std::size_t& at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const char c = text[at + i];
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    at += count;
    return value;
}

bool read_char(std::string_view text, std::size_t& at, char wanted) {
    if (at >= text.size() || text[at] != wanted) return false;
    ++at;
    return true;
}

// The fraction in milliseconds; further digits are read and dropped.
std::optional<Milliseconds> read_fraction(std::string_view text, std::size_t& at) {
    if (!read_char(text, at, '.')) return Milliseconds(0);
    int digits = 0;
    int millis = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        if (digits < 3) millis = millis * 10 + (text[at] - '0');
        ++digits;
        ++at;
    }
    if (digits == 0 || digits > 12) return std::nullopt;
    for (; digits < 3; ++digits) millis *= 10;
    return Milliseconds(millis);
}

std::optional<std::chrono::minutes> read_offset(std::string_view text, std::size_t& at) {
    if (read_char(text, at, 'Z') || read_char(text, at, 'z')) return std::chrono::minutes(0);
    const bool minus = at < text.size() && text[at] == '-';
    if (!minus && !(at < text.size() && text[at] == '+')) return std::nullopt;
    ++at;
    const auto hours = read_digits(text, at, 2);
    if (!hours || !read_char(text, at, ':')) return std::nullopt;
    const auto minutes = read_digits(text, at, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return minus ? -offset : offset;
}

}  // namespace

Timestamp SystemClock::now() const {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady_now() const { return coarse_steady_now(); }

SteadyTime coarse_steady_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return SteadyTime(Seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

FakeClock::FakeClock() : FakeClock(from_millis(1'767'225'600'000)) {}

std::string format_timestamp(Timestamp t) {
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(t - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    std::size_t at = 0;
    const auto year = read_digits(text, at, 4);
    if (!year || !read_char(text, at, '-')) return std::nullopt;
    const auto month = read_digits(text, at, 2);
    if (!month || !read_char(text, at, '-')) return std::nullopt;
    const auto day = read_digits(text, at, 2);
    if (!day || !(read_char(text, at, 'T') || read_char(text, at, 't'))) return std::nullopt;
    const auto hour = read_digits(text, at, 2);
    if (!hour || !read_char(text, at, ':')) return std::nullopt;
    const auto minute = read_digits(text, at, 2);
    if (!minute || !read_char(text, at, ':')) return std::nullopt;
    const auto second = read_digits(text, at, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const auto fraction = read_fraction(text, at);
    if (!fraction) return std::nullopt;
    const auto offset = read_offset(text, at);
    if (!offset || at != text.size()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           Seconds(*second) + *fraction - *offset;
}

}  // namespace tenon
