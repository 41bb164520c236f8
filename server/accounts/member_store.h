// Rows of memberships and invitations. Plain functions on an open transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "platform/storage/database.h"

namespace tenon {

struct ProjectRole {
    ProjectId project_id;
    Role role = Role::support;
};

class MemberStore {
 public:
    // Errors: conflict "storage.unique" when the account is a member already.
    Ok insert(Connection& tx, const Membership& membership) const;
    Result<std::optional<Membership>> find(Connection& tx, ProjectId project,
                                           AccountId account) const;
    Result<std::vector<Membership>> list(Connection& tx, ProjectId project) const;  // by e-mail
    // The projects of an account, joined first come first.
    Result<std::vector<ProjectRole>> list_roles(Connection& tx, AccountId account) const;
    // Locks the project's administrators, so that two of them cannot leave at the same time.
    Result<std::int64_t> count_admins(Connection& tx, ProjectId project) const;
    Ok set_role(Connection& tx, ProjectId project, AccountId account, Role role) const;
    Ok remove(Connection& tx, ProjectId project, AccountId account) const;

    Ok insert_invitation(Connection& tx, const Invitation& invitation,
                         std::string_view token_hash) const;
    Result<std::optional<Invitation>> find_invitation(Connection& tx, std::string_view token_hash,
                                                      Timestamp now) const;
    // Open ones, newest first.
    Result<std::vector<Invitation>> list_invitations(Connection& tx, ProjectId project,
                                                     Timestamp now) const;
    Result<bool> remove_invitation(Connection& tx, ProjectId project, InvitationId id) const;
    Ok remove_old_invitations(Connection& tx, ProjectId project, std::string_view email,
                              Timestamp now) const;
};

}  // namespace tenon
