// Who changed what, when: one row for each change made by a person or a key, in the same
// transaction as the change. Never holds a secret.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "platform/storage/database.h"
#include "projects/project.h"

namespace tenon {

// Who acts. `kind` is "account", "api_key", "connected_user", "command_line" or "system"; `id` is
// the account's, key's or user's id; `label` is what people read (an e-mail address, a key's name).
struct Actor {
    std::string kind;
    std::string id;
    std::string label;
    std::string address;  // IP address, empty for the command line
};

struct AuditEvent {
    Actor actor;
    std::string action;       // "integration.created", "credential.disconnected", …
    std::string target_kind;  // "integration"
    std::string target_id;
    JsonObject details;  // names of changed fields and harmless facts
};

struct AuditEntry {
    std::string id;
    Timestamp at;
    AuditEvent event;
};

struct AuditPage {
    std::vector<AuditEntry> entries;  // newest first
    std::optional<std::string> next_cursor;
};

// Thread-safe. `clock` outlives it.
class AuditLog {
 public:
    explicit AuditLog(const Clock& clock) : clock_(clock) {}
    Ok append(Connection& tx, ProjectId project, const AuditEvent& event) const;
    // `limit` entries, and the cursor of the next page if there is one. Errors: invalid_input for a
    // cursor that no page gave.
    Result<AuditPage> list(Connection& tx, ProjectId project, std::optional<std::string> cursor,
                           int limit) const;

 private:
    std::int64_t next_order_key() const;

    const Clock& clock_;
    mutable std::atomic<std::int64_t> last_order_key_{0};
};

}  // namespace tenon
