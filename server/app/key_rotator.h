// `tenon keys rotate`: the command itself where the database is free for it, and the running server
// on its behalf where one process owns the database (SQLite), over the control socket. Either way
// no call is refused meanwhile.
#pragma once

#include <string>

#include "app/command_line.h"
#include "platform/storage/database.h"
#include "projects/audit_log.h"
#include "projects/key_rotation.h"

namespace tenon {

class KeyRotator {
 public:
    // `keys` are those that the process started with. `database` and `clock` outlive the object.
    KeyRotator(Database& database, MasterKeys keys, const Clock& clock)
        : database_(database), keys_(std::move(keys)), clock_(clock), audit_(clock) {}

    // Keys of a file get a new one in front; keys of TENON_MASTER_KEYS stay, and everything is
    // rewrapped under the last of them. Writes the audit event master_key.rotated.
    Task<Result<RotationReport>> rotate(const RotateKeysCommand& command);

    // Answers a line of the control socket, and never with more than ids and counts.
    std::string answer(const std::string& line);

 private:
    Database& database_;
    const MasterKeys keys_;
    const Clock& clock_;
    const AuditLog audit_;
};

// Lets the server that owns the data folder rotate. Errors: unavailable "keys.server_silent", and
// what the server answered.
Result<RotationReport> rotate_through_server(const RotateKeysCommand& command,
                                             const Config& config);

}  // namespace tenon
