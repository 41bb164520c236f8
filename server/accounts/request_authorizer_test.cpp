// Who may call: sessions with CSRF defence, API keys, roles, and projects of others that are not
// there.
#include "accounts/request_authorizer.h"

#include "accounts/accounts_fixture.h"

namespace tenon {
namespace {

class RequestAuthorizerTest : public AccountsFixture {
 protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        const NewAdmin admin = set_up();
        admin_ = admin.account;
        project_ = admin.project.id;
        session_ = session_of(admin_);
    }
    TestRequest request(const std::string& method = "GET") {
        return std::move(TestRequest(method).parameter("projectId", project_.str()));
    }
    Result<Caller> authorize(TestRequest& test, Permission needed = Permission::view_project) {
        return run_task(authorizer->authorize(test.request, needed));
    }
    void expect_code(TestRequest& test, std::string_view code,
                     Permission needed = Permission::view_project) {
        const auto caller = authorize(test, needed);
        ASSERT_FALSE(caller) << "expected " << code;
        EXPECT_EQ(caller.error().code, code);
    }

    Account admin_;
    ProjectId project_;
    Secret session_;
};

TEST_P(RequestAuthorizerTest, KnowsASignedInPerson) {
    TestRequest test = request();
    const auto caller = authorize(test.cookie(session_), Permission::manage_members);
    ASSERT_TRUE(caller) << caller.error().message;
    EXPECT_EQ(caller->project_id, project_);
    EXPECT_EQ(caller->role, Role::admin);
    EXPECT_EQ(caller->actor.kind, "account");
    EXPECT_EQ(caller->actor.label, "ada@example.com");
    EXPECT_EQ(caller->actor.address, "10.0.0.7");
}

TEST_P(RequestAuthorizerTest, KnowsAnApiKeyAsAMember) {
    const NewApiKey key = *run_task(api_keys.create(actor, project_, "server"));
    TestRequest test = request("POST");
    test.key(key.token);
    const auto caller = authorize(test, Permission::edit_integrations);
    ASSERT_TRUE(caller) << caller.error().message;
    EXPECT_EQ(caller->role, Role::member);
    EXPECT_EQ(caller->actor.kind, "api_key");
    EXPECT_EQ(caller->actor.id, key.key.id.str());
    expect_code(test, "auth.forbidden", Permission::manage_api_keys);
    ASSERT_TRUE(run_task(api_keys.revoke(actor, project_, key.key.id)));
    expect_code(test, "auth.invalid_key");
}

TEST_P(RequestAuthorizerTest, RefusesNobodyAndNonsense) {
    TestRequest nobody = request();
    expect_code(nobody, "auth.required");
    TestRequest stale = request();
    expect_code(stale.cookie(Secret("AAAA")), "auth.required");
    for (const char* header : {"Bearer", "Bearer ", "Bearer x", "Bearer tnk_", "Bearer tnk_x",
                               "Basic dXNlcjpwYXNz", "tnk_x", ""}) {
        TestRequest test = request();
        // A wrong key is never made up for by a cookie.
        test.cookie(session_).header("Authorization", header);
        expect_code(test, "auth.invalid_key");
    }
}

TEST_P(RequestAuthorizerTest, AProjectOfOthersIsNotThere) {
    const Account bob = join(project_, "bob@example.com", Role::admin);
    const Project theirs = *run_task(accounts.create_project(actor, bob.id, "Theirs"));
    const NewApiKey key = *run_task(api_keys.create(actor, project_, "server"));
    const auto ask = [&](const std::string& project, bool with_key) {
        TestRequest test("GET");
        test.parameter("projectId", project);
        if (with_key)
            test.key(key.token);
        else
            test.cookie(session_);
        return authorize(test);
    };
    for (const bool with_key : {true, false}) {
        const auto missing = ask(ProjectId::random().str(), with_key);
        for (const std::string& project : {theirs.id.str(), std::string("nonsense")}) {
            const auto foreign = ask(project, with_key);
            ASSERT_FALSE(foreign);
            EXPECT_EQ(foreign.error().kind, ErrorKind::not_found);
            EXPECT_EQ(foreign.error().message, missing.error().message);
        }
    }
}

TEST_P(RequestAuthorizerTest, RolesBoundWhatAPersonMayDo) {
    const Account bob = join(project_, "bob@example.com", Role::support);
    const Secret session = session_of(bob);
    TestRequest test = request();
    test.cookie(session);
    EXPECT_TRUE(authorize(test, Permission::view_users));
    const auto refused = authorize(test, Permission::edit_integrations);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    EXPECT_EQ(refused.error().code, "auth.forbidden");
    EXPECT_NE(refused.error().message.find("edit_integrations"), std::string::npos);
    // A change of role holds at once.
    ASSERT_TRUE(run_task(members.change_role(actor, project_, bob.id, Role::member)));
    EXPECT_TRUE(authorize(test, Permission::edit_integrations));
    ASSERT_TRUE(run_task(members.remove(actor, project_, bob.id)));
    expect_code(test, "not_found");
}

TEST_P(RequestAuthorizerTest, ChangesNeedOurOriginAndTheToken) {  // reliability row 88
    const std::string token = BrowserSession::csrf_token_of(session_);
    struct Case {
        const char* what;
        std::map<std::string, std::string> headers;
        bool allowed;
    };
    const std::vector<Case> cases = {
        {"our page", {{"Origin", kOrigin}, {"X-Tenon-CSRF", token}}, true},
        {"our page, by its browser's word",
         {{"Sec-Fetch-Site", "same-origin"}, {"X-Tenon-CSRF", token}},
         true},
        {"no origin", {{"X-Tenon-CSRF", token}}, false},
        {"no token", {{"Origin", kOrigin}}, false},
        {"empty token", {{"Origin", kOrigin}, {"X-Tenon-CSRF", ""}}, false},
        {"another token", {{"Origin", kOrigin}, {"X-Tenon-CSRF", token + "x"}}, false},
        {"the cookie as token",
         {{"Origin", kOrigin}, {"X-Tenon-CSRF", std::string(session_.reveal())}},
         false},
        {"another site", {{"Origin", "https://evil.example"}, {"X-Tenon-CSRF", token}}, false},
        {"another port", {{"Origin", "http://127.0.0.1:9999"}, {"X-Tenon-CSRF", token}}, false},
        {"another scheme", {{"Origin", "https://127.0.0.1:8080"}, {"X-Tenon-CSRF", token}}, false},
        {"a longer host", {{"Origin", kOrigin + ".evil.example"}, {"X-Tenon-CSRF", token}}, false},
        {"a sandbox", {{"Origin", "null"}, {"X-Tenon-CSRF", token}}, false},
        {"a neighbouring host",
         {{"Origin", kOrigin}, {"Sec-Fetch-Site", "same-site"}, {"X-Tenon-CSRF", token}},
         false},
        {"a typed address",
         {{"Origin", kOrigin}, {"Sec-Fetch-Site", "none"}, {"X-Tenon-CSRF", token}},
         false},
    };
    for (const std::string& method : {"POST", "PUT", "PATCH", "DELETE", "post", "ANY"}) {
        for (const Case& c : cases) {
            TestRequest test = request(method);
            test.cookie(session_);
            for (const auto& [name, value] : c.headers) test.header(name, value);
            const auto caller = authorize(test);
            EXPECT_EQ(caller.has_value(), c.allowed) << method << " " << c.what;
            if (!caller) {
                EXPECT_EQ(caller.error().kind, ErrorKind::forbidden) << c.what;
                EXPECT_EQ(caller.error().code, "auth.csrf") << c.what;
            }
        }
    }
}

TEST_P(RequestAuthorizerTest, ReadingNeedsNoToken) {
    TestRequest test = request();
    EXPECT_TRUE(authorize(test.cookie(session_)));
    TestRequest head = request("HEAD");
    EXPECT_TRUE(authorize(head.cookie(session_)));
}

TEST_P(RequestAuthorizerTest, OverTlsOnlyTheHostCookieCounts) {
    TestRequest test = request();
    test.request.is_tls = true;
    expect_code(test.cookie(session_), "auth.required");
    test.header("Cookie", "__Host-tenon_session=" + std::string(session_.reveal()));
    EXPECT_TRUE(authorize(test));

    http::Response response;
    browser.set_cookie(response, test.request, session_);
    const std::string cookie(response.headers.get("Set-Cookie"));
    EXPECT_TRUE(cookie.starts_with("__Host-tenon_session="));
    for (const char* attribute : {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}) {
        EXPECT_NE(cookie.find(attribute), std::string::npos) << attribute;
    }
    EXPECT_EQ(cookie.find("Domain"), std::string::npos);

    const BrowserSession published{sessions, {.public_origin = "https://tenon.example.com/"}};
    http::Response behind_proxy;
    published.set_cookie(behind_proxy, TestRequest("GET").request, session_);
    EXPECT_TRUE(
        std::string(behind_proxy.headers.get("Set-Cookie")).starts_with("__Host-tenon_session="));
}

TEST_P(RequestAuthorizerTest, AKeysUseIsWrittenOnceAMinute) {
    const NewApiKey key = *run_task(api_keys.create(actor, project_, "server"));
    const auto last_used = [&] { return run_task(api_keys.list(project_))->front().last_used_at; };
    EXPECT_FALSE(last_used());
    TestRequest test = request();
    test.key(key.token);
    ASSERT_TRUE(authorize(test));
    const Timestamp first = clock.now();
    EXPECT_EQ(last_used(), first);
    clock.advance(std::chrono::seconds(59));
    ASSERT_TRUE(authorize(test));
    EXPECT_EQ(last_used(), first);
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(authorize(test));
    EXPECT_EQ(last_used(), clock.now());
}

INSTANTIATE_ON_BOTH_ENGINES(RequestAuthorizerTest);

}  // namespace
}  // namespace tenon
