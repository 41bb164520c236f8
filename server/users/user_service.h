// The verbs and rules of connected users: made on first use, searched, described by metadata,
// disabled, removed. Changes write their audit event in the same transaction.
//
// Thread-safe: every event loop calls the one service.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/audit_log.h"
#include "users/connected_user.h"
#include "users/user_store.h"

namespace tenon {

enum class UserAccess { enabled, disabled };

// Absent members stay as they are.
struct UserChange {
    std::optional<JsonObject> meta = std::nullopt;
    std::optional<UserAccess> access = std::nullopt;
};

struct UserQuery {
    std::string search;  // part of external id, name or e-mail address, any case
    std::optional<std::string> cursor;
    int limit = 50;  // 1 to 200
};

struct UserPage {
    std::vector<ConnectedUser> users;  // newest first
    std::optional<std::string> next_cursor;
};

struct UserLimits {
    std::size_t external_id_bytes_max = 512;
    std::size_t meta_keys_max = 64;
    std::size_t meta_key_bytes_max = 128;
    std::size_t meta_bytes_max = 16'384;  // of all metadata as JSON
    std::size_t search_bytes_max = 200;
    // last_active_at is written at most this often for each user.
    std::chrono::minutes activity_interval{60};
};

class UserService {
 public:
    // What the service uses outlives it.
    UserService(Database& database, const AuditLog& audit, const Clock& clock,
                UserLimits limits = {})
        : database_(database), audit_(audit), clock_(clock), limits_(limits) {}

    // Errors: not_found. A user of another project is not there.
    Task<Result<ConnectedUser>> get(ProjectId project, UserId id);
    Task<Result<std::optional<ConnectedUser>>> find_by_external_id(ProjectId project,
                                                                   std::string external_id);
    // The user with this external id, made now if there was none, and marked active. The project
    // exists. Errors: invalid_input for an external id that is empty, too long, not UTF-8 or holds
    // controls.
    Task<Result<ConnectedUser>> ensure(ProjectId project, std::string external_id);
    // Errors: invalid_input for a cursor that this service did not make.
    Task<Result<UserPage>> list(ProjectId project, UserQuery query);

    // Metadata is merged one level deep: `name` and `email` in any case become `Name` and `Email`,
    // other keys are trimmed, a null removes its key. A disabled user's tokens are refused: in this
    // process at once, on other nodes within the session cache's life.
    // Errors: not_found; invalid_input with the key and the limit.
    Task<Result<ConnectedUser>> change(Actor actor, ProjectId project, UserId id,
                                       UserChange change);
    // The same for metadata alone; for connected users themselves.
    Task<Result<ConnectedUser>> merge_meta(Actor actor, ProjectId project, UserId id,
                                           JsonObject meta);
    // Takes everything of the user along: rows of other capabilities refer to it with ON DELETE
    // CASCADE.
    Task<Ok> remove(Actor actor, ProjectId project, UserId id);

    // Counts up whenever cached sessions may be wrong. Whoever caches a session remembers the
    // number and drops what is older.
    std::uint64_t session_epoch() const { return epoch_.load(std::memory_order_acquire); }
    void forget_sessions() { epoch_.fetch_add(1, std::memory_order_acq_rel); }

    Ok check_external_id(std::string_view external_id) const;

 private:
    Ok change_meta(Connection& tx, const Actor& actor, ConnectedUser& user,
                   const JsonObject& meta) const;
    Ok change_access(Connection& tx, const Actor& actor, ConnectedUser& user,
                     UserAccess access) const;

    Database& database_;
    const AuditLog& audit_;
    const Clock& clock_;
    UserLimits limits_;
    UserStore store_;
    std::atomic<std::uint64_t> epoch_{1};
};

}  // namespace tenon
