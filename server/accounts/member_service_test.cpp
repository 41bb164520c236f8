// Members and invitations: links work once, roles change, a project keeps an administrator.
#include "accounts/member_service.h"

#include "accounts/accounts_fixture.h"
#include "accounts/roles.h"

namespace tenon {
namespace {

class MemberServiceTest : public AccountsFixture {
 protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        const NewAdmin admin = set_up();
        admin_ = admin.account;
        project_ = admin.project.id;
    }
    NewInvitation invite(const std::string& email, Role role = Role::member) {
        auto made = run_task(members.invite(actor, project_, email, role));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return *made;
    }
    Result<Account> accept(const Secret& token, const std::string& password = kGoodPassword) {
        return run_task(members.accept_invitation(
            {.token = token, .password = Secret(password), .address = "10.0.0.3"}));
    }
    Result<Membership> change_role(AccountId account, Role role) {
        return run_task(members.change_role(actor, project_, account, role));
    }

    Account admin_;
    ProjectId project_;
};

TEST_P(MemberServiceTest, AnInvitationMakesAnAccountOnce) {
    const NewInvitation invited = invite(" Bob@Example.com", Role::support);
    const auto view = run_task(members.inspect_invitation(invited.token));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->invitation.email, "bob@example.com");
    EXPECT_EQ(view->project_name, "First");
    EXPECT_FALSE(view->account_exists);
    const auto bob = accept(invited.token);
    ASSERT_TRUE(bob) << bob.error().message;
    const auto own = run_task(accounts.list_projects(bob->id));
    ASSERT_EQ(own->size(), 1U);
    EXPECT_EQ(own->front().role, Role::support);
    EXPECT_EQ(accept(invited.token).error().code, "invitation.not_open");
    EXPECT_TRUE(run_task(members.list_invitations(project_))->empty());
}

TEST_P(MemberServiceTest, AnExistingAccountJoinsWithItsOwnPassword) {
    const Account bob = *accept(invite("bob@example.com").token);
    const Project second = *run_task(accounts.create_project(actor, admin_.id, "Second"));
    const Secret token =
        run_task(members.invite(actor, second.id, "bob@example.com", Role::admin))->token;
    const auto wrong = accept(token, "somebody else's");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "auth.wrong_credentials");
    const auto joined = accept(token);
    ASSERT_TRUE(joined);
    EXPECT_EQ(joined->id, bob.id);
    EXPECT_EQ(run_task(accounts.list_projects(bob.id))->size(), 2U);
}

TEST_P(MemberServiceTest, WrongOldReplacedAndRevokedLinksAreAllAlike) {
    const NewInvitation replaced = invite("bob@example.com");
    const NewInvitation revoked = invite("bob@example.com");
    ASSERT_TRUE(run_task(members.revoke_invitation(actor, project_, revoked.invitation.id)));
    const NewInvitation old = invite("carol@example.com");
    clock.advance(std::chrono::hours(7 * 24));
    const auto wrong = accept(Secret("guess"));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::gone);
    for (const Secret& token : {replaced.token, revoked.token, old.token}) {
        EXPECT_EQ(accept(token).error().message, wrong.error().message);
        EXPECT_EQ(run_task(members.inspect_invitation(token)).error().message,
                  wrong.error().message);
    }
    EXPECT_EQ(run_task(members.list(project_))->size(), 1U);
}

TEST_P(MemberServiceTest, InvitesNobodyTwice) {
    invite("bob@example.com");
    invite("bob@example.com");
    EXPECT_EQ(run_task(members.list_invitations(project_))->size(), 1U);
    const auto member = run_task(members.invite(actor, project_, "ada@example.com", Role::support));
    ASSERT_FALSE(member);
    EXPECT_EQ(member.error().code, "members.exists");
}

TEST_P(MemberServiceTest, AProjectKeepsAnAdministrator) {
    EXPECT_EQ(change_role(admin_.id, Role::member).error().code, "members.last_admin");
    EXPECT_EQ(run_task(members.remove(actor, project_, admin_.id)).error().code,
              "members.last_admin");
    const Account bob = join(project_, "bob@example.com", Role::admin);
    ASSERT_TRUE(change_role(admin_.id, Role::member));
    EXPECT_EQ(change_role(bob.id, Role::support).error().code, "members.last_admin");
    ASSERT_TRUE(run_task(members.remove(actor, project_, admin_.id)));
    EXPECT_TRUE(run_task(accounts.list_projects(admin_.id))->empty());
}

TEST_P(MemberServiceTest, MembersOfOtherProjectsAreNotThere) {
    const Account bob = join(project_, "bob@example.com", Role::member);
    const Project second = *run_task(accounts.create_project(actor, admin_.id, "Second"));
    const auto foreign = run_task(members.change_role(actor, second.id, bob.id, Role::admin));
    const auto missing =
        run_task(members.change_role(actor, second.id, AccountId::random(), Role::admin));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().message, missing.error().message);
    EXPECT_FALSE(run_task(members.remove(actor, second.id, bob.id)));
    const NewInvitation invited = invite("carol@example.com");
    EXPECT_FALSE(run_task(members.revoke_invitation(actor, second.id, invited.invitation.id)));
    EXPECT_TRUE(run_task(members.inspect_invitation(invited.token)));
}

TEST_P(MemberServiceTest, AuditsEveryChange) {
    const NewInvitation invited = invite("bob@example.com");
    const Account bob = *accept(invited.token);
    ASSERT_TRUE(change_role(bob.id, Role::support));
    ASSERT_TRUE(run_task(members.remove(actor, project_, bob.id)));
    EXPECT_EQ(audited(project_),
              (std::vector<std::string>{"invitation.created", "member.joined", "member.removed",
                                        "member.role_changed", "project.created"}));
}

INSTANTIATE_ON_BOTH_ENGINES(MemberServiceTest);

TEST(Roles, GrantWhatTheTableSays) {
    const auto count = [](Role role) {
        int allowed = 0;
        for (int p = 0; p <= static_cast<int>(Permission::view_audit_log); ++p) {
            allowed += role_allows(role, static_cast<Permission>(p)) ? 1 : 0;
        }
        return allowed;
    };
    EXPECT_EQ(count(Role::admin), 13);
    EXPECT_EQ(count(Role::member), 7);
    EXPECT_EQ(count(Role::support), 3);
    for (const Permission only_admin :
         {Permission::edit_project, Permission::manage_signing_keys, Permission::manage_api_keys,
          Permission::manage_secrets, Permission::manage_members, Permission::view_audit_log}) {
        EXPECT_FALSE(role_allows(Role::member, only_admin)) << permission_name(only_admin);
    }
    EXPECT_TRUE(role_allows(Role::member, Permission::edit_integrations));
    EXPECT_TRUE(role_allows(Role::member, Permission::view_secrets));
    EXPECT_FALSE(role_allows(Role::support, Permission::view_secrets));
    EXPECT_FALSE(role_allows(Role::support, Permission::connect_users));
    EXPECT_EQ(find_role("admin"), Role::admin);
    EXPECT_FALSE(find_role("Admin"));
    EXPECT_FALSE(find_role(""));
}

}  // namespace
}  // namespace tenon
