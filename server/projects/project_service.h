// The verbs and rules of projects: their names and origins, signing keys, environment secrets. Each
// change writes its audit event in the same transaction.
//
// Thread-safe: every event loop calls the one service.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "platform/crypto/jwt.h"
#include "platform/scheduling/blocking_pool.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/audit_log.h"
#include "projects/project.h"
#include "projects/project_store.h"
#include "projects/vault.h"

namespace tenon {

// Absent members stay as they are.
struct ProjectChange {
    std::optional<std::string> name = std::nullopt;
    std::optional<std::vector<std::string>> allowed_origins = std::nullopt;
};

// The private half leaves the server here, once, and is not stored.
struct NewSigningKey {
    SigningKey key;
    Secret private_pem;
};

struct ProjectLimits {
    std::size_t name_characters_max = 100;
    std::size_t allowed_origins_max = 50;
    std::size_t active_signing_keys_max = 10;
    std::size_t environment_secrets_max = 500;
    std::size_t secret_bytes_max = 65'536;
    std::chrono::seconds cache_age_max{30};  // what other nodes changed is seen after this long
    std::size_t cached_projects_max = 10'000;
};

class ProjectService {
 public:
    // What the service uses outlives it.
    ProjectService(Database& database, Vault& vault, const AuditLog& audit, const Clock& clock,
                   ProjectLimits limits = {});
    ~ProjectService();

    Task<Result<Project>> create_project(Actor actor, std::string name);
    Task<Result<Project>> get_project(ProjectId id);
    Task<Result<std::vector<Project>>> list_projects();
    Task<Result<Project>> update_project(Actor actor, ProjectId id, ProjectChange change);

    Task<Result<NewSigningKey>> create_signing_key(Actor actor, ProjectId project);
    Task<Result<std::vector<SigningKey>>> list_signing_keys(
        ProjectId project);  // newest first, revoked ones too
    Task<Ok> revoke_signing_key(Actor actor, ProjectId project, SigningKeyId id);
    // Counts up with each key that this process revokes, so that caches of verified tokens know.
    std::uint64_t revocation_count() const { return revocations_.load(std::memory_order_acquire); }
    // The keys that are not revoked, parsed. Cached for at most 30 seconds and dropped at once when
    // this process changes them. Empty for a project without keys and for one that is not there.
    Task<Result<std::vector<RsaPublicKey>>> verification_keys(ProjectId project);

    // Creates or replaces. Errors: invalid_input for the name [A-Z][A-Z0-9_]{0,63} and the value's
    // size.
    Task<Result<EnvironmentSecret>> put_environment_secret(Actor actor, ProjectId project,
                                                           std::string name, Secret value);
    Task<Result<std::vector<EnvironmentSecret>>> list_environment_secrets(ProjectId project);
    // Errors: conflict "secret.in_use", which names the users of the secret.
    Task<Ok> remove_environment_secret(Actor actor, ProjectId project, std::string name);
    // Name to value. What is cached is sealed; the values are opened for each call.
    Task<Result<std::map<std::string, Secret>>> open_environment_secrets(ProjectId project);

    // Tells what uses a secret ("integration Acme"), inside the transaction that lists or removes
    // it.
    // Set once by app/ before serving; without it nothing is in use.
    using SecretUsage = std::function<Result<std::vector<std::string>>(
        Connection& tx, ProjectId project, const std::string& name)>;
    void set_secret_usage(SecretUsage usage) { secret_usage_ = std::move(usage); }

    Task<Result<AuditPage>> list_audit_events(ProjectId project, std::optional<std::string> cursor,
                                              int limit);

 private:
    struct Caches;

    Task<Result<EnvironmentSecret>> try_put_secret(const Actor& actor, ProjectId project,
                                                   const std::string& name, const Secret& value);
    Result<std::vector<std::string>> usage_of(Connection& tx, ProjectId project,
                                              const std::string& name) const;

    Database& database_;
    Vault& vault_;
    const AuditLog& audit_;
    const Clock& clock_;
    ProjectLimits limits_;
    ProjectStore store_;
    BlockingPool key_maker_;  // an RSA key takes about 0.1 s
    SecretUsage secret_usage_;
    std::unique_ptr<Caches> caches_;
    std::atomic<std::uint64_t> revocations_{0};
};

}  // namespace tenon
