#include "auth_methods/retry_after.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "base/text.h"

namespace tenon {
namespace {

struct DateParts {
    int year = -1;
    int month = 0;
    int day = 0;
    int hour = -1;
    int minute = -1;
    int second = -1;
};

int month_number(std::string_view name) {
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::ranges::find(kMonths, name);
    return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

std::optional<int> number(std::string_view text) {
    if (text.empty() || text.size() > 9) return std::nullopt;
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return std::stoi(std::string(text));
}

bool read_time(std::string_view text, DateParts& date) {
    const auto parts = split(text, ':');
    if (parts.size() != 3) return false;
    date.hour = number(parts[0]).value_or(-1);
    date.minute = number(parts[1]).value_or(-1);
    date.second = number(parts[2]).value_or(-1);
    return true;
}

// Words of the three forms, without commas:
//   Sun 06 Nov 1994 08:49:37 GMT  ·  Sunday 06-Nov-94 08:49:37 GMT  ·  Sun Nov 6 08:49:37 1994
std::optional<DateParts> read_parts(const std::vector<std::string_view>& words, int century_pivot) {
    DateParts date;
    if (words.size() == 6 && words[5] == "GMT") {
        date.day = number(words[1]).value_or(0);
        date.month = month_number(words[2]);
        date.year = number(words[3]).value_or(-1);
        return read_time(words[4], date) ? std::optional(date) : std::nullopt;
    }
    if (words.size() == 4 && words[3] == "GMT") {
        const auto day = split(words[1], '-');
        if (day.size() != 3) return std::nullopt;
        date.day = number(day[0]).value_or(0);
        date.month = month_number(day[1]);
        // More than 50 years ahead means the century before (RFC 9110, 5.6.7).
        date.year = number(day[2]).value_or(-3000) + century_pivot / 100 * 100;
        if (date.year > century_pivot + 50) date.year -= 100;
        return read_time(words[2], date) ? std::optional(date) : std::nullopt;
    }
    if (words.size() == 5) {
        date.month = month_number(words[1]);
        date.day = number(words[2]).value_or(0);
        date.year = number(words[4]).value_or(-1);
        return read_time(words[3], date) ? std::optional(date) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
    std::string spaced(trim(text));
    std::ranges::replace(spaced, ',', ' ');
    std::vector<std::string_view> words;
    for (const auto word : split(spaced, ' ')) {
        if (!word.empty()) words.push_back(word);
    }
    const int year_now = static_cast<int>(
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
    const auto date = read_parts(words, year_now);
    if (!date || date->year < 0 || date->hour < 0 || date->hour > 23 || date->minute < 0 ||
        date->minute > 59 || date->second < 0 || date->second > 60) {
        return std::nullopt;
    }
    const std::chrono::year_month_day day(std::chrono::year(date->year),
                                          std::chrono::month(static_cast<unsigned>(date->month)),
                                          std::chrono::day(static_cast<unsigned>(date->day)));
    if (!day.ok()) return std::nullopt;
    return std::chrono::sys_days(day) + std::chrono::hours(date->hour) +
           std::chrono::minutes(date->minute) + Seconds(date->second);
}

std::optional<Seconds> parse_retry_after(std::string_view text, Timestamp now) {
    const std::string_view value = trim(text);
    if (const auto seconds = number(value)) return Seconds(*seconds);
    const auto date = parse_http_date(value, now);
    if (!date) return std::nullopt;
    return std::max(std::chrono::ceil<Seconds>(*date - now), Seconds(0));
}

}  // namespace tenon
