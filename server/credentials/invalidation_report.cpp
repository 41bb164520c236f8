#include "credentials/invalidation_report.h"

#include <algorithm>
#include <array>
#include <string>

#include "platform/logging/log.h"

namespace tenon {
namespace {

constexpr std::array<std::string_view, 6> kLabels = {"invalid_grant",       "invalid_client",
                                                     "unauthorized_client", "refresh_lost",
                                                     "token_expired",       "provider_401"};
constexpr std::string_view kOther = "other";

Counter& counter_of(Metrics& metrics, std::string_view label) {
    return metrics.counter("tenon_credentials_invalidated_total",
                           "Credentials that became INVALID, so that their users must reconnect.",
                           "reason=\"" + std::string(label) + "\"");
}

}  // namespace

std::string_view invalidation_label(std::string_view code) {
    return std::ranges::find(kLabels, code) != kLabels.end() ? code : kOther;
}

CredentialInvalidated report_invalidations(Metrics& metrics) {
    // All of them are there from the start, at zero: an alert on a rate needs the first value.
    for (const std::string_view label : kLabels) counter_of(metrics, label);
    counter_of(metrics, kOther);
    return [&metrics](const Credential& credential) {
        counter_of(metrics, invalidation_label(credential.invalid_code)).add();
        log_warning("credential.invalidated", {{"credential_id", credential.id.str()},
                                               {"project_id", credential.project_id.str()},
                                               {"integration_id", credential.integration_id.str()},
                                               {"user_id", credential.user_id.str()},
                                               {"code", credential.invalid_code},
                                               {"reason", credential.invalid_reason}});
    };
}

}  // namespace tenon
