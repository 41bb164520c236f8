// Envelope encryption of everything secret that is stored: client secrets, environment secrets, credentials.
//
// A master key (file or environment, with a key id) wraps one data key per project; data keys seal values with
// AES-256-GCM. The associated data of each value is its table, project and row, so a ciphertext moved elsewhere is
// refused. Rotation rewraps data keys under a new master key without touching the values.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "platform/crypto/aead.h"
#include "platform/storage/database.h"
#include "projects/project.h"

namespace tenon {

// Which value a ciphertext belongs to: "credentials", the row's id, the column.
struct SealContext {
    std::string_view table;
    std::string row_id;
    std::string_view column;
};

// The unwrapped data keys of one project. Immutable and safe to share between threads; sealing takes the newest key,
// opening takes the key that the ciphertext names.
class ProjectKeys {
 public:
    virtual ~ProjectKeys() = default;
    virtual ProjectId project_id() const = 0;
    virtual std::string seal(const SealContext& context, const Secret& value) const = 0;
    // Errors: internal "vault.tampered" (names table, row and column, never the value).
    virtual Result<Secret> open(const SealContext& context, std::string_view sealed) const = 0;
};

class Vault {
 public:
    virtual ~Vault() = default;
    // Keys of a project, made on first use; cached in memory after that.
    virtual Task<Result<std::shared_ptr<const ProjectKeys>>> keys(ProjectId project) = 0;
    // The same from memory alone: null when keys() was not awaited yet. For the hot path.
    virtual std::shared_ptr<const ProjectKeys> cached_keys(ProjectId project) const = 0;
};

}  // namespace tenon
