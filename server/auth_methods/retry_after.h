// The Retry-After header (RFC 9110, 10.2.3): seconds, or a date in any of the three forms of HTTP.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tenon {

// IMF-fixdate, RFC 850 or asctime, always in UTC.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);
// Nothing for a malformed value; zero for a date that has passed.
std::optional<Seconds> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace tenon
