// When a provider's answer may be asked for again, and how long it wants us to wait before: what
// HTTP says (RFC 9110), and what the integration's rule adds for its provider.
#pragma once

#include <optional>

#include "base/clock.h"
#include "integrations/integration.h"
#include "platform/http/message.h"

namespace tenon {

// 429, 502, 503, 504 and the rule's own statuses.
bool may_be_retried(int status, const RetryRule& rule);

// The longest wait that a header of the answer asks for: Retry-After and the rule's afterHeader as
// seconds or a date, its resetHeader as Unix seconds, seconds from now, or a date. Nothing when
// none is there or understood; zero for a moment that has passed.
std::optional<Seconds> wait_asked_by(const http::Headers& headers, const RetryRule& rule,
                                     Timestamp now);

}  // namespace tenon
