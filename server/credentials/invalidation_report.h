// Tells operators about each credential that became INVALID: one line of the log and one counter,
// so that a provider that ends connections by the hundred is noticed before users complain.
#pragma once

#include <string_view>

#include "credentials/token_care.h"
#include "platform/metrics/metrics.h"

namespace tenon {

// For TokenCareContext::on_invalidated. The line has ids, code and reason; the counter
// tenon_credentials_invalidated_total{reason="…"} has invalidation_label(). `metrics` outlives it.
CredentialInvalidated report_invalidations(Metrics& metrics);

// The code, or "other" for one that is not of the closed list: labels stay few whatever providers
// answer.
std::string_view invalidation_label(std::string_view code);

}  // namespace tenon
