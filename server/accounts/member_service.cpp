#include "accounts/member_service.h"

#include "accounts/access_token.h"
#include "accounts/roles.h"

namespace tenon {
namespace {

Error invitation_not_open() {
    return {ErrorKind::gone, "invitation.not_open",
            "This invitation is wrong, has expired, was revoked or has been used. Ask for a new "
            "one."};
}

JsonObject role_details(std::string_view email, Role role) {
    return {{"email", email}, {"role", role_name(role)}};
}

}  // namespace

Task<Result<std::vector<Membership>>> MemberService::list(ProjectId project) {
    co_return co_await database_.read([&](Connection& tx) { return members_.list(tx, project); });
}

Ok MemberService::keep_an_admin(Connection& tx, ProjectId project,
                                const Membership& leaving) const {
    if (leaving.role != Role::admin) return {};
    ASSIGN_OR_RETURN(const auto admins, members_.count_admins(tx, project));
    if (admins > 1) return {};
    return Error{ErrorKind::conflict, "members.last_admin",
                 "A project needs an administrator; make somebody else one first."};
}

Task<Result<Membership>> MemberService::change_role(Actor actor, ProjectId project,
                                                    AccountId account, Role role) {
    co_return co_await database_.write([&](Connection& tx) -> Result<Membership> {
        ASSIGN_OR_RETURN(auto member, members_.find(tx, project, account));
        if (!member) return Error::not_found("Member");
        if (member->role == role) return std::move(*member);
        RETURN_IF_ERROR(keep_an_admin(tx, project, *member));
        RETURN_IF_ERROR(members_.set_role(tx, project, account, role));
        member->role = role;
        RETURN_IF_ERROR(audit_.append(tx, project,
                                      {actor, "member.role_changed", "account", account.str(),
                                       role_details(member->email, role)}));
        return std::move(*member);
    });
}

Task<Ok> MemberService::remove(Actor actor, ProjectId project, AccountId account) {
    co_return co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto member, members_.find(tx, project, account));
        if (!member) return Error::not_found("Member");
        RETURN_IF_ERROR(keep_an_admin(tx, project, *member));
        RETURN_IF_ERROR(members_.remove(tx, project, account));
        return audit_.append(tx, project,
                             {actor, "member.removed", "account", account.str(),
                              role_details(member->email, member->role)});
    });
}

Task<Result<NewInvitation>> MemberService::invite(Actor actor, ProjectId project, std::string email,
                                                  Role role) {
    ASSIGN_OR_CO_RETURN(const std::string normal, passwords_.normal_email(email));
    const Timestamp now = clock_.now();
    const Invitation invitation{InvitationId::random(),       project, normal, role, now,
                                now + limits_.invitation_life};
    const Secret token = make_access_token();
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(members_.remove_old_invitations(tx, project, normal, now));
        ASSIGN_OR_RETURN(const auto members, members_.list(tx, project));
        for (const Membership& member : members) {
            if (member.email != normal) continue;
            return Error{ErrorKind::conflict, "members.exists",
                         "This person is a member of the project already."};
        }
        ASSIGN_OR_RETURN(const auto invitations, members_.list_invitations(tx, project, now));
        if (members.size() >= limits_.members_max ||
            invitations.size() >= limits_.open_invitations_max) {
            return Error{ErrorKind::conflict, "members.too_many",
                         "The project has as many members or open invitations as it may have."};
        }
        RETURN_IF_ERROR(members_.insert_invitation(tx, invitation, hash_access_token(token)));
        return audit_.append(tx, project,
                             {actor, "invitation.created", "invitation", invitation.id.str(),
                              role_details(normal, role)});
    }));
    co_return NewInvitation{invitation, token};
}

Task<Result<std::vector<Invitation>>> MemberService::list_invitations(ProjectId project) {
    co_return co_await database_.read(
        [&](Connection& tx) { return members_.list_invitations(tx, project, clock_.now()); });
}

Task<Ok> MemberService::revoke_invitation(Actor actor, ProjectId project, InvitationId id) {
    co_return co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const bool removed, members_.remove_invitation(tx, project, id));
        if (!removed) return Error::not_found("Invitation");
        return audit_.append(tx, project,
                             {actor, "invitation.revoked", "invitation", id.str(), {}});
    });
}

Task<Result<InvitationView>> MemberService::inspect_invitation(Secret token) {
    co_return co_await database_.read([&](Connection& tx) -> Result<InvitationView> {
        ASSIGN_OR_RETURN(const auto invitation,
                         members_.find_invitation(tx, hash_access_token(token), clock_.now()));
        if (!invitation) return invitation_not_open();
        ASSIGN_OR_RETURN(const auto project, projects_.find_project(tx, invitation->project_id));
        if (!project) return invitation_not_open();
        ASSIGN_OR_RETURN(const auto account, accounts_.find_by_email(tx, invitation->email));
        return InvitationView{*invitation, project->name, account.has_value()};
    });
}

// The account that accepts: an existing one by its password, else a new one with this password.
Task<Result<StoredAccount>> MemberService::prove_account(const InvitationView& view,
                                                         const Acceptance& acceptance) {
    const std::string& email = view.invitation.email;
    if (!view.account_exists) {
        ASSIGN_OR_CO_RETURN(const std::string hash,
                            co_await passwords_.hash_new(acceptance.password, "password"));
        co_return StoredAccount{{AccountId::random(), email, clock_.now()}, hash};
    }
    ASSIGN_OR_CO_RETURN(const auto account, co_await passwords_.check(
                                                {email, acceptance.password, acceptance.address}));
    if (!account) {
        co_return Error{ErrorKind::unauthenticated, "auth.wrong_credentials",
                        "There is an account with this e-mail address, and this is not its "
                        "password."};
    }
    co_return StoredAccount{*account, {}};
}

Task<Result<Account>> MemberService::accept_invitation(Acceptance acceptance) {
    ASSIGN_OR_CO_RETURN(const InvitationView view, co_await inspect_invitation(acceptance.token));
    ASSIGN_OR_CO_RETURN(const StoredAccount joining, co_await prove_account(view, acceptance));
    const Account& account = joining.account;
    const Invitation& invitation = view.invitation;
    const Actor actor{"account", account.id.str(), account.email, acceptance.address};
    co_return co_await database_.write([&](Connection& tx) -> Result<Account> {
        const ProjectId project = invitation.project_id;
        ASSIGN_OR_RETURN(const bool open, members_.remove_invitation(tx, project, invitation.id));
        if (!open) return invitation_not_open();
        if (!view.account_exists) RETURN_IF_ERROR(accounts_.insert(tx, joining));
        ASSIGN_OR_RETURN(const auto member, members_.find(tx, project, account.id));
        if (!member) {
            RETURN_IF_ERROR(members_.insert(
                tx, {project, account.id, account.email, invitation.role, clock_.now()}));
        }
        RETURN_IF_ERROR(audit_.append(tx, project,
                                      {actor, "member.joined", "account", account.id.str(),
                                       role_details(account.email, invitation.role)}));
        return account;
    });
}

}  // namespace tenon
