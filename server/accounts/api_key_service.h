// Project API keys: `tnk_` and 256 random bits, shown once, stored by hash. A key acts as a member
// of its project.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "accounts/api_key_store.h"
#include "base/clock.h"
#include "base/secret.h"
#include "platform/scheduling/task.h"
#include "projects/audit_log.h"

namespace tenon {

constexpr std::string_view kApiKeyPrefix = "tnk_";

struct ApiKeyLimits {
    std::size_t keys_max = 100;
    std::size_t name_characters_max = 100;
    std::chrono::minutes touch_interval{1};  // last_used_at is written at most this often
};

struct NewApiKey {
    ApiKey key;
    Secret token;  // shown once
};

class ApiKeyService {
 public:
    // What the service uses outlives it.
    ApiKeyService(Database& database, const AuditLog& audit, const Clock& clock,
                  ApiKeyLimits limits = {})
        : database_(database), audit_(audit), clock_(clock), limits_(limits) {}

    // Errors: invalid_input (name); conflict "api_keys.too_many".
    Task<Result<NewApiKey>> create(Actor actor, ProjectId project, std::string name);
    Task<Result<std::vector<ApiKey>>> list(ProjectId project);
    Task<Ok> revoke(Actor actor, ProjectId project, ApiKeyId id);

    // Errors: unauthenticated "auth.invalid_key".
    Task<Result<ApiKey>> find(Secret token);

 private:
    Database& database_;
    const AuditLog& audit_;
    const Clock& clock_;
    ApiKeyLimits limits_;
    ApiKeyStore store_;
};

}  // namespace tenon
