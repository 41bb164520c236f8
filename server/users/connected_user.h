// A connected user is one `sub` of a project's user tokens, made on first use. Plain values, no
// I/O.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "projects/project.h"

namespace tenon {

using UserId = Id<struct UserIdTag>;

struct ConnectedUser {
    UserId id;  // `personaId` of the contract
    ProjectId project_id;
    std::string external_id;  // the token's `sub`, 1 to 512 bytes
    JsonObject meta;
    bool disabled = false;
    Timestamp created_at;
    Timestamp last_active_at;
};

}  // namespace tenon
