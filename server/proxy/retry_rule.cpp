#include "proxy/retry_rule.h"

#include <algorithm>
#include <charconv>

#include "auth_methods/retry_after.h"
#include "base/text.h"
#include "proxy/provider_answer.h"

namespace tenon {
namespace {

// From here on a number of seconds is a moment, not a span of 31 years.
constexpr Seconds kUnixSecondsMin{1'000'000'000};

// A moment to wait for, as seconds from now.
std::optional<Seconds> until_reset(std::string_view text, Timestamp now) {
    constexpr std::size_t kUnixDigits = 10;  // until the year 2286
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_moment = text.size() == kUnixDigits && error == std::errc() &&
                           end == text.data() + text.size() && Seconds(number) >= kUnixSecondsMin;
    if (!is_moment) return parse_retry_after(text, now);
    const auto passed = std::chrono::floor<Seconds>(now.time_since_epoch());
    return std::max(Seconds(0), Seconds(number) - passed);
}

}  // namespace

bool may_be_retried(int status, const RetryRule& rule) {
    return is_busy_status(status) ||
           std::ranges::find(rule.statuses, status) != rule.statuses.end();
}

std::optional<Seconds> wait_asked_by(const http::Headers& headers, const RetryRule& rule,
                                     Timestamp now) {
    std::optional<Seconds> longest;
    const auto consider = [&longest](std::optional<Seconds> wait) {
        if (wait && (!longest || *wait > *longest)) longest = wait;
    };
    consider(parse_retry_after(trim(headers.get("Retry-After")), now));
    if (!rule.after_header.empty()) {
        consider(parse_retry_after(trim(headers.get(rule.after_header)), now));
    }
    if (!rule.reset_header.empty()) {
        consider(until_reset(trim(headers.get(rule.reset_header)), now));
    }
    return longest;
}

}  // namespace tenon
