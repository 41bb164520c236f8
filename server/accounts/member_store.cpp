#include "accounts/member_store.h"

#include "accounts/roles.h"

namespace tenon {
namespace {

#define TENON_MEMBER_COLUMNS "m.project_id, m.account_id, a.email, m.role, m.created_at"
#define TENON_INVITATION_COLUMNS "id, project_id, email, role, created_at, expires_at"

Result<Role> read_role(const std::string& name) {
    const auto role = find_role(name);
    if (!role) return Error::internal("A stored role is unknown.");
    return *role;
}

Result<Membership> read_membership(const Row& row) {
    ASSIGN_OR_RETURN(const ProjectId project, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(const AccountId account, AccountId::parse(row.text(1)));
    ASSIGN_OR_RETURN(const Role role, read_role(row.text(3)));
    return Membership{project, account, row.text(2), role, from_millis(row.integer(4))};
}

Result<Invitation> read_invitation(const Row& row) {
    ASSIGN_OR_RETURN(const InvitationId id, InvitationId::parse(row.text(0)));
    ASSIGN_OR_RETURN(const ProjectId project, ProjectId::parse(row.text(1)));
    ASSIGN_OR_RETURN(const Role role, read_role(row.text(3)));
    return Invitation{
        id, project, row.text(2), role, from_millis(row.integer(4)), from_millis(row.integer(5))};
}

}  // namespace

constexpr std::string_view kInsert =
    "INSERT INTO memberships (project_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)";

Ok MemberStore::insert(Connection& tx, const Membership& membership) const {
    RETURN_IF_ERROR(
        tx.execute(kInsert, {membership.project_id.str(), membership.account_id.str(),
                             role_name(membership.role), to_millis(membership.created_at)}));
    return {};
}

constexpr std::string_view kFind = "SELECT " TENON_MEMBER_COLUMNS
                                   " FROM memberships m JOIN accounts a ON a.id = m.account_id"
                                   " WHERE m.project_id = $1 AND m.account_id = $2";

Result<std::optional<Membership>> MemberStore::find(Connection& tx, ProjectId project,
                                                    AccountId account) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {project.str(), account.str()}));
    if (!row) return std::optional<Membership>();
    ASSIGN_OR_RETURN(Membership membership, read_membership(*row));
    return std::optional<Membership>(std::move(membership));
}

constexpr std::string_view kList = "SELECT " TENON_MEMBER_COLUMNS
                                   " FROM memberships m JOIN accounts a ON a.id = m.account_id"
                                   " WHERE m.project_id = $1 ORDER BY a.email";

Result<std::vector<Membership>> MemberStore::list(Connection& tx, ProjectId project) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kList, {project.str()}));
    std::vector<Membership> members;
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(Membership membership, read_membership(row));
        members.push_back(std::move(membership));
    }
    return members;
}

constexpr std::string_view kListProjects =
    "SELECT project_id, role FROM memberships WHERE account_id = $1 ORDER BY created_at, "
    "project_id";

Result<std::vector<ProjectRole>> MemberStore::list_roles(Connection& tx, AccountId account) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListProjects, {account.str()}));
    std::vector<ProjectRole> roles;
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(const ProjectId project, ProjectId::parse(row.text(0)));
        ASSIGN_OR_RETURN(const Role role, read_role(row.text(1)));
        roles.push_back({project, role});
    }
    return roles;
}

// Writing the rows locks them on both engines; SELECT … FOR UPDATE is PostgreSQL's alone.
constexpr std::string_view kCountAdmins =
    "UPDATE memberships SET role = role WHERE project_id = $1 AND role = 'admin'";

Result<std::int64_t> MemberStore::count_admins(Connection& tx, ProjectId project) const {
    return tx.execute(kCountAdmins, {project.str()});
}

constexpr std::string_view kSetRole =
    "UPDATE memberships SET role = $3 WHERE project_id = $1 AND account_id = $2";

Ok MemberStore::set_role(Connection& tx, ProjectId project, AccountId account, Role role) const {
    RETURN_IF_ERROR(tx.execute(kSetRole, {project.str(), account.str(), role_name(role)}));
    return {};
}

constexpr std::string_view kRemove =
    "DELETE FROM memberships WHERE project_id = $1 AND account_id = $2";

Ok MemberStore::remove(Connection& tx, ProjectId project, AccountId account) const {
    RETURN_IF_ERROR(tx.execute(kRemove, {project.str(), account.str()}));
    return {};
}

constexpr std::string_view kInsertInvitation = "INSERT INTO invitations (" TENON_INVITATION_COLUMNS
                                               ", token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";

Ok MemberStore::insert_invitation(Connection& tx, const Invitation& invitation,
                                  std::string_view token_hash) const {
    RETURN_IF_ERROR(tx.execute(kInsertInvitation,
                               {invitation.id.str(), invitation.project_id.str(), invitation.email,
                                role_name(invitation.role), to_millis(invitation.created_at),
                                to_millis(invitation.expires_at), token_hash}));
    return {};
}

constexpr std::string_view kFindInvitation =
    "SELECT " TENON_INVITATION_COLUMNS
    " FROM invitations WHERE token_hash = $1 AND expires_at > $2";

Result<std::optional<Invitation>> MemberStore::find_invitation(Connection& tx,
                                                               std::string_view token_hash,
                                                               Timestamp now) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindInvitation, {token_hash, to_millis(now)}));
    if (!row) return std::optional<Invitation>();
    ASSIGN_OR_RETURN(Invitation invitation, read_invitation(*row));
    return std::optional<Invitation>(std::move(invitation));
}

constexpr std::string_view kListInvitations =
    "SELECT " TENON_INVITATION_COLUMNS
    " FROM invitations WHERE project_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id";

Result<std::vector<Invitation>> MemberStore::list_invitations(Connection& tx, ProjectId project,
                                                              Timestamp now) const {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListInvitations, {project.str(), to_millis(now)}));
    std::vector<Invitation> invitations;
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(Invitation invitation, read_invitation(row));
        invitations.push_back(std::move(invitation));
    }
    return invitations;
}

constexpr std::string_view kRemoveInvitation =
    "DELETE FROM invitations WHERE project_id = $1 AND id = $2";

Result<bool> MemberStore::remove_invitation(Connection& tx, ProjectId project,
                                            InvitationId id) const {
    ASSIGN_OR_RETURN(const auto removed, tx.execute(kRemoveInvitation, {project.str(), id.str()}));
    return removed > 0;
}

constexpr std::string_view kRemoveOldInvitations =
    "DELETE FROM invitations WHERE project_id = $1 AND (email = $2 OR expires_at <= $3)";

Ok MemberStore::remove_old_invitations(Connection& tx, ProjectId project, std::string_view email,
                                       Timestamp now) const {
    RETURN_IF_ERROR(tx.execute(kRemoveOldInvitations, {project.str(), email, to_millis(now)}));
    return {};
}

}  // namespace tenon
