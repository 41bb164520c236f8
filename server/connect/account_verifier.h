// Proves that a new credential works and learns whose account it is: the integration's test
// endpoint, then its user profile. Also behind the builder's "Send test request".
#pragma once

#include <memory>
#include <string>

#include "auth_methods/auth_method.h"
#include "base/json.h"
#include "base/result.h"
#include "platform/http/client.h"
#include "platform/scheduling/task.h"

namespace tenon {

struct VerifiedAccount {
    std::string provider_id;   // empty: unknown
    JsonObject provider_data;  // flat: text, numbers and booleans
};

struct VerifierLimits {
    // The user waits for both requests, so they get less time than a proxied call.
    http::UpstreamLimits requests{.connect_timeout = std::chrono::milliseconds(10'000),
                                  .first_byte_timeout = std::chrono::milliseconds(20'000),
                                  .idle_timeout = std::chrono::milliseconds(20'000),
                                  .total_timeout = std::chrono::milliseconds(30'000),
                                  .body_bytes_max = 1U << 20U};
    std::size_t profile_fields_max = 100;
    std::size_t profile_value_bytes_max = 1'024;  // longer texts are cut off the profile
};

class AccountVerifier {
 public:
    explicit AccountVerifier(http::HttpClient& client, VerifierLimits limits = {})
        : client_(client), limits_(limits) {}

    // Errors: "7003" when the test endpoint refuses the credential or cannot be reached, "0704"
    // when a required user profile cannot be read. Kind invalid_input for what the provider
    // refused, provider_failed or provider_timed_out when it did not answer.
    Task<Result<VerifiedAccount>> verify(std::shared_ptr<const OpenIntegration> integration,
                                         CredentialSecrets secrets) const;

 private:
    Task<Ok> call_test_endpoint(const OpenIntegration& integration,
                                const CredentialSecrets& secrets) const;
    Task<Result<VerifiedAccount>> read_profile(const OpenIntegration& integration,
                                               const CredentialSecrets& secrets) const;
    Task<Result<Json>> request_profile(const OpenIntegration& integration,
                                       const CredentialSecrets& secrets) const;

    http::HttpClient& client_;
    VerifierLimits limits_;
};

}  // namespace tenon
