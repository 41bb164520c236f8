// Rows of connected users. Plain functions on an open transaction; the rules are in user_service.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/storage/database.h"
#include "users/connected_user.h"

namespace tenon {

// Where a page of users begins: after this row, in the order newest first.
struct UserPosition {
    std::int64_t created_at_ms = 0;
    std::string id;
};

struct UserFilter {
    std::string search;  // lower case; matches inside external id, name and e-mail; empty for all
    std::optional<UserPosition> after;
    int limit = 50;
};

class UserStore {
 public:
    // Does nothing when the project has a user with this external id already.
    Ok insert_if_absent(Connection& tx, const ConnectedUser& user) const;
    Result<std::optional<ConnectedUser>> find(Connection& tx, ProjectId project, UserId id) const;
    Result<std::optional<ConnectedUser>> find_by_external_id(Connection& tx, ProjectId project,
                                                             std::string_view external_id) const;
    Result<std::vector<ConnectedUser>> list(Connection& tx, ProjectId project,
                                            const UserFilter& filter) const;
    // Writes meta and disabled. False when the user is not there.
    Result<bool> update(Connection& tx, const ConnectedUser& user) const;
    Ok touch(Connection& tx, ProjectId project, UserId id, Timestamp at) const;
    Result<bool> remove(Connection& tx, ProjectId project, UserId id) const;
};

}  // namespace tenon
