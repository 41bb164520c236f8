// Signing in: throttled, the same for unknown accounts, and never a secret in the database.
#include "accounts/session_service.h"

#include "accounts/accounts_fixture.h"

namespace tenon {
namespace {

class SessionServiceTest : public AccountsFixture {
 protected:
    Result<NewSession> sign_in(const std::string& email, const std::string& password,
                               const std::string& address = "10.0.0.5") {
        return run_task(sessions.sign_in(email, Secret(password), {address, "browser"}));
    }
};

TEST_P(SessionServiceTest, SignsInAndFindsTheSession) {
    const NewAdmin admin = set_up();
    const auto made = sign_in("  ADA@example.com", kGoodPassword);
    ASSERT_TRUE(made) << made.error().message;
    const auto found = run_task(sessions.find(made->token));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->account.id, admin.account.id);
    EXPECT_EQ(found->session.address, "10.0.0.5");
    EXPECT_EQ(found->session.user_agent, "browser");
    EXPECT_GE(made->token.reveal().size(), 43U);  // 256 bits
    for (const char* wrong : {"", "x"}) {
        const auto missing = run_task(sessions.find(Secret(wrong)));
        ASSERT_FALSE(missing);
        EXPECT_EQ(missing.error().code, "auth.required");
    }
}

TEST_P(SessionServiceTest, TellsNothingAboutUnknownAccounts) {
    set_up();
    const auto wrong = sign_in("ada@example.com", "not the password");
    const auto unknown = sign_in("nobody@example.com", "not the password");
    const auto impossible = sign_in("not an address", "not the password");
    const auto oversized = sign_in("ada@example.com", std::string(10'000, 'x'));
    for (const auto* refused : {&wrong, &unknown, &impossible, &oversized}) {
        ASSERT_FALSE(*refused);
        EXPECT_EQ(refused->error().kind, ErrorKind::unauthenticated);
        EXPECT_EQ(refused->error().code, "auth.wrong_credentials");
        EXPECT_EQ(refused->error().message, wrong.error().message);
    }
}

TEST_P(SessionServiceTest, ThrottlesKnownAndUnknownAccountsAlike) {
    set_up();
    for (const std::string& email : {"ada@example.com", "nobody@example.com"}) {
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(sign_in(email, "wrong password", "10.1.0." + std::to_string(i)).error().code,
                      "auth.wrong_credentials");
        }
        const auto blocked = sign_in(email, kGoodPassword, "10.1.0.99");
        ASSERT_FALSE(blocked);
        EXPECT_EQ(blocked.error().kind, ErrorKind::rate_limited);
        EXPECT_EQ(blocked.error().code, "auth.throttled");
        EXPECT_EQ(blocked.error().retry_after, std::chrono::minutes(15));
    }
    clock.advance(std::chrono::minutes(15));
    EXPECT_TRUE(sign_in("ada@example.com", kGoodPassword));
}

TEST_P(SessionServiceTest, ThrottlesAnAddressOverAllAccounts) {
    set_up();
    for (int i = 0; i < 8; ++i) (void)sign_in("user" + std::to_string(i) + "@example.com", "x");
    EXPECT_EQ(sign_in("ada@example.com", kGoodPassword).error().code, "auth.throttled");
    EXPECT_TRUE(sign_in("ada@example.com", kGoodPassword, "10.0.0.6"));
}

TEST_P(SessionServiceTest, AnIpv6NetworkCountsAsOneAddress) {
    set_up();
    for (int i = 0; i < 8; ++i) {
        (void)sign_in("user" + std::to_string(i) + "@example.com", "x",
                      "2001:db8:1:2::" + std::to_string(i));
    }
    EXPECT_EQ(sign_in("ada@example.com", kGoodPassword, "2001:db8:1:2:ffff::1").error().code,
              "auth.throttled");
    EXPECT_TRUE(sign_in("ada@example.com", kGoodPassword, "2001:db8:1:3::1"));
    EXPECT_TRUE(sign_in("ada@example.com", kGoodPassword, "::ffff:10.0.0.1"));
}

TEST_P(SessionServiceTest, SuccessClearsTheAccountsCount) {
    set_up();
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(sign_in("ada@example.com", "wrong password"));
        EXPECT_FALSE(sign_in("ada@example.com", "wrong password", "10.0.0.8"));
        EXPECT_TRUE(sign_in("ada@example.com", kGoodPassword));
    }
}

TEST_P(SessionServiceTest, EndsIdleAndOldSessions) {
    const NewAdmin admin = set_up();
    const Secret idle = session_of(admin.account);
    clock.advance(std::chrono::hours(12));
    EXPECT_FALSE(run_task(sessions.find(idle)));
    const Secret busy = session_of(admin.account);
    for (int i = 0; i < 30 * 24 / 11; ++i) {
        clock.advance(std::chrono::hours(11));
        ASSERT_TRUE(run_task(sessions.find(busy))) << i;
    }
    clock.advance(std::chrono::hours(11));
    EXPECT_FALSE(run_task(sessions.find(busy)));
}

TEST_P(SessionServiceTest, ListsAndRevokesOnlyOnesOwn) {
    const NewAdmin admin = set_up();
    const Account other = join(admin.project.id, "bob@example.com", Role::member);
    const Secret mine = session_of(admin.account);
    const Secret theirs = session_of(other);
    const SessionId their_id = run_task(sessions.find(theirs))->session.id;
    EXPECT_EQ(run_task(sessions.list(admin.account.id))->size(), 1U);
    const Ok foreign = run_task(sessions.revoke(admin.account.id, their_id));
    const Ok missing = run_task(sessions.revoke(admin.account.id, SessionId::random()));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().message, missing.error().message);
    EXPECT_TRUE(run_task(sessions.find(theirs)));
    ASSERT_TRUE(run_task(sessions.revoke(other.id, their_id)));
    EXPECT_FALSE(run_task(sessions.find(theirs)));
    EXPECT_TRUE(run_task(sessions.find(mine)));
}

TEST_P(SessionServiceTest, KeepsABoundedNumberOfSessions) {
    const NewAdmin admin = set_up();
    const Secret first = session_of(admin.account);
    clock.advance(std::chrono::seconds(1));
    for (int i = 0; i < 50; ++i) session_of(admin.account);
    EXPECT_EQ(run_task(sessions.list(admin.account.id))->size(), 50U);
    EXPECT_FALSE(run_task(sessions.find(first)));
}

TEST_P(SessionServiceTest, StoresNeitherPasswordNorToken) {
    const NewAdmin admin = set_up();
    const Secret session = session_of(admin.account);
    const NewApiKey key = *run_task(api_keys.create(actor, admin.project.id, "server"));
    const NewInvitation invitation =
        *run_task(members.invite(actor, admin.project.id, "b@example.com", Role::member));
    ASSERT_TRUE(run_task(try_out->mint(actor, admin.project.id, "alice")));
    std::string dump;
    for (const char* table :
         {"accounts", "account_sessions", "setup_links", "sign_in_attempts", "memberships",
          "invitations", "api_keys", "try_out_keys", "audit_events", "signing_keys"}) {
        const auto rows = in_transaction(
            [&](Connection& tx) { return tx.query("SELECT * FROM " + std::string(table)); });
        ASSERT_TRUE(rows) << table << ": " << rows.error().message;
        for (const Row& row : *rows) dump += text_of(row);
    }
    ASSERT_NE(dump.find("ada@example.com"), std::string::npos);
    for (const std::string_view secret :
         {std::string_view(kGoodPassword), session.reveal(), key.token.reveal(),
          key.token.reveal().substr(4), invitation.token.reveal()}) {
        EXPECT_EQ(dump.find(secret), std::string::npos);
    }
    EXPECT_EQ(dump.find("PRIVATE KEY"), std::string::npos);
}

INSTANTIATE_ON_BOTH_ENGINES(SessionServiceTest);

}  // namespace
}  // namespace tenon
