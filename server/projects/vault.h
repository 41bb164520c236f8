// Envelope encryption of everything secret that is stored: client secrets, environment secrets,
// credentials.
//
// A master key (master_keys.h) wraps the data keys of each project; data keys seal values with
// AES-256-GCM. The associated data of each value is its table, project, row and column, so a
// ciphertext moved elsewhere is refused. Rotation (key_rotation.h) rewraps data keys under a new
// master key without touching the values.
//
// A sealed value is: version (1 byte, now 1), data key id (16 bytes), nonce (12), ciphertext, tag
// (16).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "platform/storage/database.h"
#include "projects/master_keys.h"
#include "projects/project.h"

namespace tenon {

// Which value a ciphertext belongs to: "credentials", the row's id, the column.
struct SealContext {
    std::string_view table;
    std::string row_id;
    std::string_view column;
};

// The unwrapped data keys of one project. Immutable and safe to share between threads; sealing
// takes the newest key, opening takes the key that the ciphertext names.
class ProjectKeys {
 public:
    virtual ~ProjectKeys() = default;
    virtual ProjectId project_id() const = 0;
    virtual std::string seal(const SealContext& context, const Secret& value) const = 0;
    // Errors: internal "vault.tampered" (names table, row and column, never the value);
    // "vault.key_unknown" when the value names a data key that this project does not have.
    virtual Result<Secret> open(const SealContext& context, std::string_view sealed) const = 0;
    // A keyed hash of the value, the same after a rotation of keys: tells whether two values are
    // equal, and nothing to those who do not have the keys. 32 hex digits.
    virtual std::string fingerprint(const SealContext& context, const Secret& value) const = 0;
};

class Vault {
 public:
    virtual ~Vault() = default;
    // Keys of a project, made on first use and cached in memory for 30 seconds; an older copy
    // serves while the database is away. Errors: those of the database; internal
    // "vault.master_key_missing".
    virtual Task<Result<std::shared_ptr<const ProjectKeys>>> keys(ProjectId project) = 0;
    // The same from memory alone: null when keys() has to be awaited (again). For the hot path.
    virtual std::shared_ptr<const ProjectKeys> cached_keys(ProjectId project) const = 0;
};

// `database` and `clock` outlive the vault. Migrations have run and check_master_keys() has passed.
std::unique_ptr<Vault> make_vault(Database& database, MasterKeys keys, const Clock& clock);

// Whether the database was started with a master key before, so that no new one may take its place.
// False for an empty database.
Task<Result<bool>> has_master_key(Database& database);

// The judgement of check_master_keys() without its write; also works before any migration, so that
// a wrong key changes nothing at all.
Task<Ok> judge_master_keys(Database& database, const MasterKeys& keys);

// Run once at start, before anything is sealed or opened: the first start stores a check value,
// later ones open it. Errors: internal "vault.wrong_master_key" ("The master key … does not open
// this database. …"). Data is untouched.
Task<Ok> check_master_keys(Database& database, const MasterKeys& keys, const Clock& clock);

}  // namespace tenon
