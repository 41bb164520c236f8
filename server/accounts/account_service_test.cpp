// Set-up, administrators from the command line, passwords, projects.
#include "accounts/account_service.h"

#include "accounts/accounts_fixture.h"

namespace tenon {
namespace {

using AccountServiceTest = AccountsFixture;

SetupRequest setup_with(const Secret& token) {
    return {.token = token,
            .email = " Ada@Example.com ",
            .password = Secret(kGoodPassword),
            .project_name = "",
            .address = "10.0.0.1"};
}

TEST_P(AccountServiceTest, TheSetupLinkMakesTheFirstAdministratorOnce) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    const auto made = run_task(accounts.complete_setup(setup_with(link)));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->account.email, "ada@example.com");
    EXPECT_EQ(made->project.name, "My project");
    const auto own = run_task(accounts.list_projects(made->account.id));
    ASSERT_EQ(own->size(), 1U);
    EXPECT_EQ(own->front().role, Role::admin);
    EXPECT_EQ(audited(made->project.id), std::vector<std::string>{"project.created"});

    const auto again = run_task(accounts.complete_setup(setup_with(link)));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::gone);
    EXPECT_EQ(again.error().code, "setup.link_used");
    EXPECT_FALSE(run_task(accounts.ensure_setup_link())->has_value());
}

TEST_P(AccountServiceTest, EachStartPrintsALinkAndAllEndWithTheFirstAccount) {
    const Secret first = **run_task(accounts.ensure_setup_link());
    const Secret second = **run_task(accounts.ensure_setup_link());
    ASSERT_TRUE(run_task(accounts.complete_setup(setup_with(first))));
    EXPECT_EQ(run_task(accounts.complete_setup(setup_with(second))).error().code,
              "setup.link_used");
}

TEST_P(AccountServiceTest, AWrongOrOldLinkMakesNothing) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    const auto wrong = run_task(accounts.complete_setup(setup_with(Secret("guess"))));
    clock.advance(std::chrono::hours(24));
    const auto old = run_task(accounts.complete_setup(setup_with(link)));
    ASSERT_FALSE(wrong);
    ASSERT_FALSE(old);
    EXPECT_EQ(wrong.error().message, old.error().message);
    EXPECT_TRUE(run_task(accounts.ensure_setup_link())->has_value());
}

TEST_P(AccountServiceTest, AWeakPasswordKeepsTheLinkOpen) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    for (const std::string& weak :
         {std::string("123456789"), std::string(513, 'x'), std::string("żółżółżół"),
          std::string("abc\xff"
                      "defghijkl")}) {
        SetupRequest request = setup_with(link);
        request.password = Secret(weak);
        const auto made = run_task(accounts.complete_setup(request));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().problems.at(0).field, "password");
        EXPECT_EQ(made.error().message.find(weak), std::string::npos);
    }
    EXPECT_TRUE(run_task(accounts.complete_setup(setup_with(link))));
}

TEST_P(AccountServiceTest, RefusesWhatIsNoEmailAddress) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    for (const std::string& email :
         {std::string(), std::string("ada"), std::string("@x"), std::string("ada@"),
          std::string("a@b@c"), std::string("a b@c.de"), std::string("a\n@b.de"),
          std::string("a@b.de\0", 7), std::string(250, 'a') + "@b.de"}) {
        SetupRequest request = setup_with(link);
        request.email = email;
        const auto made = run_task(accounts.complete_setup(request));
        ASSERT_FALSE(made) << email;
        EXPECT_EQ(made.error().problems.at(0).field, "email");
    }
}

TEST_P(AccountServiceTest, TheCommandLineMakesAdministrators) {
    const auto first =
        run_task(accounts.create_admin(actor, "a@example.com", Secret(kGoodPassword), {}));
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_EQ(run_task(accounts.list_projects(first->id))->size(), 1U);
    EXPECT_FALSE(run_task(accounts.ensure_setup_link())->has_value());

    const auto taken =
        run_task(accounts.create_admin(actor, "A@example.com", Secret(kGoodPassword), {}));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, "account.email_taken");
    ASSERT_TRUE(run_task(accounts.create_project(actor, first->id, "Second")));
    const auto second =
        run_task(accounts.create_admin(actor, "b@example.com", Secret(kGoodPassword), {}));
    EXPECT_EQ(run_task(accounts.list_projects(second->id))->size(), 2U);
    const ProjectId only = run_task(accounts.list_projects(first->id))->front().project.id;
    const auto third =
        run_task(accounts.create_admin(actor, "c@example.com", Secret(kGoodPassword), only));
    EXPECT_EQ(run_task(accounts.list_projects(third->id))->size(), 1U);
    const auto nowhere = run_task(
        accounts.create_admin(actor, "d@example.com", Secret(kGoodPassword), ProjectId::random()));
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().kind, ErrorKind::not_found);
}

TEST_P(AccountServiceTest, ChangingThePasswordEndsTheOtherSessions) {
    const NewAdmin admin = set_up();
    const Secret here = session_of(admin.account);
    const Secret there = session_of(admin.account);
    const SessionId kept = run_task(sessions.find(here))->session.id;
    const auto change = [&](const std::string& current, const std::string& next) {
        return run_task(accounts.change_password(
            actor, admin.account.id,
            {.session = kept, .current_password = Secret(current), .new_password = Secret(next)}));
    };
    const Ok wrong = change("not my password", "another password");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "account.wrong_password");
    EXPECT_EQ(wrong.error().kind, ErrorKind::forbidden);
    EXPECT_TRUE(run_task(sessions.find(there)));

    ASSERT_TRUE(change(kGoodPassword, "another password"));
    EXPECT_TRUE(run_task(sessions.find(here)));
    EXPECT_FALSE(run_task(sessions.find(there)));
    EXPECT_FALSE(run_task(sessions.sign_in("ada@example.com", Secret(kGoodPassword), {})));
    EXPECT_TRUE(run_task(sessions.sign_in("ada@example.com", Secret("another password"), {})));
}

TEST_P(AccountServiceTest, ResettingThePasswordEndsEverySession) {
    const NewAdmin admin = set_up();
    const Secret here = session_of(admin.account);
    ASSERT_TRUE(
        run_task(accounts.reset_password(actor, "ADA@example.com", Secret("a new password"))));
    EXPECT_FALSE(run_task(sessions.find(here)));
    EXPECT_TRUE(run_task(sessions.sign_in("ada@example.com", Secret("a new password"), {})));
    EXPECT_EQ(run_task(accounts.reset_password(actor, "eve@example.com", Secret(kGoodPassword)))
                  .error()
                  .kind,
              ErrorKind::not_found);
    EXPECT_EQ(audited(admin.project.id),
              (std::vector<std::string>{"account.password_reset", "project.created"}));
}

TEST_P(AccountServiceTest, WhoCreatesAProjectAdministersIt) {
    const NewAdmin admin = set_up();
    const auto project = run_task(accounts.create_project(actor, admin.account.id, "  Zweites  "));
    ASSERT_TRUE(project);
    EXPECT_EQ(project->name, "Zweites");
    EXPECT_EQ(run_task(accounts.list_projects(admin.account.id))->size(), 2U);
    for (const std::string& name :
         {std::string("  "), std::string(101, 'x'), std::string("a\nb")}) {
        const auto refused = run_task(accounts.create_project(actor, admin.account.id, name));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().problems.at(0).field, "name");
    }
}

INSTANTIATE_ON_BOTH_ENGINES(AccountServiceTest);

}  // namespace
}  // namespace tenon
