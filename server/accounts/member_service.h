// Who works on a project: members with their roles, and invitations by one-time link. A project
// always keeps an administrator.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "accounts/account_store.h"
#include "accounts/member_store.h"
#include "accounts/password_keeper.h"
#include "projects/audit_log.h"
#include "projects/project_store.h"

namespace tenon {

struct MemberLimits {
    std::chrono::hours invitation_life{7 * 24};
    std::size_t open_invitations_max = 200;
    std::size_t members_max = 1000;
};

struct NewInvitation {
    Invitation invitation;
    Secret token;  // shown once; whoever holds it may join
};

// What the holder of a link sees before joining.
struct InvitationView {
    Invitation invitation;
    std::string project_name;
    bool account_exists = false;  // then the password asked for is the account's own
};

struct Acceptance {
    Secret token;
    Secret password;
    std::string address;
};

class MemberService {
 public:
    // What the service uses outlives it.
    MemberService(Database& database, const AuditLog& audit, const Clock& clock,
                  PasswordKeeper& passwords, MemberLimits limits = {})
        : database_(database),
          audit_(audit),
          clock_(clock),
          passwords_(passwords),
          limits_(limits) {}

    Task<Result<std::vector<Membership>>> list(ProjectId project);
    // Errors: not_found; conflict "members.last_admin".
    Task<Result<Membership>> change_role(Actor actor, ProjectId project, AccountId account,
                                         Role role);
    Task<Ok> remove(Actor actor, ProjectId project, AccountId account);

    // Replaces an open invitation of the same address. Errors: invalid_input (email); conflict
    // "members.exists", "members.too_many".
    Task<Result<NewInvitation>> invite(Actor actor, ProjectId project, std::string email,
                                       Role role);
    Task<Result<std::vector<Invitation>>> list_invitations(ProjectId project);
    Task<Ok> revoke_invitation(Actor actor, ProjectId project, InvitationId id);

    // Errors: gone "invitation.not_open" for a link that is wrong, old, used or revoked, all alike.
    Task<Result<InvitationView>> inspect_invitation(Secret token);
    // Joins with the account of the invitation's address, which is made with this password if there
    // was none. Errors: those of inspect_invitation; unauthenticated "auth.wrong_credentials";
    // rate_limited "auth.throttled".
    Task<Result<Account>> accept_invitation(Acceptance acceptance);

 private:
    Ok keep_an_admin(Connection& tx, ProjectId project, const Membership& leaving) const;
    Task<Result<StoredAccount>> prove_account(const InvitationView& view,
                                              const Acceptance& acceptance);

    Database& database_;
    const AuditLog& audit_;
    const Clock& clock_;
    PasswordKeeper& passwords_;
    MemberLimits limits_;
    AccountStore accounts_;
    MemberStore members_;
    ProjectStore projects_;
};

}  // namespace tenon
