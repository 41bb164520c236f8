// The routes of accounts/ as a browser and a server walk through them.
#include "accounts/accounts_fixture.h"

namespace tenon {
namespace {

class AccountRoutesTest : public RoutesFixture {
 protected:
    // Signs in and remembers the cookie.
    Secret sign_in(const std::string& email) {
        TestRequest test("POST");
        const auto response =
            call("signIn", test.json(JsonObject{{"email", email}, {"password", kGoodPassword}}));
        EXPECT_TRUE(response) << (response ? "" : response.error().message);
        return cookie_of(*response);
    }
    static Secret cookie_of(const http::Response& response) {
        const std::string header(response.headers.get("Set-Cookie"));
        const std::size_t begin = header.find('=') + 1;
        return Secret(header.substr(begin, header.find(';') - begin));
    }
    TestRequest as(const Secret& session, ProjectId project) {
        TestRequest test("POST");
        test.signed_in(session).parameter("projectId", project.str());
        return test;
    }
};

TEST_P(AccountRoutesTest, SetsUpAndIsSignedIn) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    TestRequest test("POST");
    test.json(JsonObject{{"token", link.reveal()},
                         {"email", "ada@example.com"},
                         {"password", kGoodPassword},
                         {"projectName", "Acme"}});
    const auto response = call("completeSetup", test);
    const Json made = body_of(response);
    ASSERT_EQ(response->status, 201);
    EXPECT_EQ(find_path(made, "project.name")->as_string(), "Acme");
    EXPECT_EQ(response->body.find(kGoodPassword), std::string::npos);
    const Secret session = cookie_of(*response);
    EXPECT_EQ(response->body.find(session.reveal()), std::string::npos);

    TestRequest who("GET");
    const Json me = body_of(call("getSession", who.cookie(session)));
    EXPECT_EQ(find_path(me, "account.email")->as_string(), "ada@example.com");
    EXPECT_EQ(string_member(me, "csrfToken"), string_member(made, "csrfToken"));
    EXPECT_EQ(string_member(me, "csrfToken"), BrowserSession::csrf_token_of(session));
}

TEST_P(AccountRoutesTest, ForeignPagesOpenNoSession) {
    const Secret link = **run_task(accounts.ensure_setup_link());
    for (const auto& [operation, body] :
         {std::pair{"signIn", JsonObject{{"email", "a@b.c"}, {"password", kGoodPassword}}},
          std::pair{"completeSetup",
                    JsonObject{
                        {"token", link.reveal()}, {"email", "a@b.c"}, {"password", kGoodPassword}}},
          std::pair{"acceptInvitation", JsonObject{{"token", "x"}, {"password", kGoodPassword}}}}) {
        TestRequest test("POST");
        test.json(body).header("Origin", "https://evil.example");
        const auto response = call(operation, test);
        ASSERT_FALSE(response) << operation;
        EXPECT_EQ(response.error().code, "auth.csrf");
    }
}

TEST_P(AccountRoutesTest, SignsOut) {
    set_up();
    const Secret session = sign_in("ada@example.com");
    TestRequest without_token("DELETE");
    EXPECT_EQ(call("signOut", without_token.cookie(session)).error().code, "auth.csrf");
    TestRequest test("DELETE");
    const auto response = call("signOut", test.signed_in(session));
    ASSERT_TRUE(response);
    EXPECT_NE(std::string(response->headers.get("Set-Cookie")).find("Max-Age=0"),
              std::string::npos);
    TestRequest who("GET");
    EXPECT_EQ(call("getSession", who.cookie(session)).error().code, "auth.required");
}

TEST_P(AccountRoutesTest, ListsSessionsWithoutTheirSecrets) {
    set_up();
    const Secret first = sign_in("ada@example.com");
    const Secret second = sign_in("ada@example.com");
    TestRequest list("GET");
    const auto response = call("listSessions", list.cookie(first));
    const Json sessions_list = body_of(response);
    ASSERT_EQ(sessions_list.at("items").as_array().size(), 2U);
    EXPECT_TRUE(sessions_list.at("nextCursor").is_null());
    EXPECT_EQ(response->body.find(second.reveal()), std::string::npos);
    const std::string id = run_task(sessions.find(second))->session.id.str();
    TestRequest revoke("DELETE");
    ASSERT_TRUE(call("revokeSession", revoke.signed_in(first).parameter("sessionId", id)));
    EXPECT_FALSE(run_task(sessions.find(second)));
}

TEST_P(AccountRoutesTest, ApiKeysAreShownOnce) {
    const NewAdmin admin = set_up();
    const Secret session = sign_in("ada@example.com");
    TestRequest create = as(session, admin.project.id);
    const Json made = body_of(call("createApiKey", create.json(JsonObject{{"name", "server"}})));
    const std::string key = string_member(made, "key");
    EXPECT_TRUE(key.starts_with("tnk_"));
    EXPECT_EQ(string_member(made, "suffix"), key.substr(key.size() - 4));

    TestRequest list = as(session, admin.project.id);
    const auto listed = call("listApiKeys", list);
    EXPECT_EQ(body_of(listed).at("items").as_array().size(), 1U);
    EXPECT_EQ(listed->body.find(key), std::string::npos);

    TestRequest own("GET");
    const Json projects_list = body_of(call("listProjects", own.key(Secret(key))));
    EXPECT_EQ(find_path(projects_list, "items[0].id")->as_string(), admin.project.id.str());

    TestRequest revoke = as(session, admin.project.id);
    ASSERT_TRUE(call("revokeApiKey", revoke.parameter("apiKeyId", string_member(made, "id"))));
    TestRequest again("GET");
    EXPECT_EQ(call("listProjects", again.key(Secret(key))).error().code, "auth.invalid_key");
}

TEST_P(AccountRoutesTest, ACallerCannotGiveItselfARoleOrAProject) {  // reliability row 79
    const NewAdmin admin = set_up();
    const Account bob = join(admin.project.id, "bob@example.com", Role::member);
    const Secret session = sign_in("bob@example.com");
    for (const char* operation : {"changeMember", "removeMember", "createInvitation",
                                  "listInvitations", "createApiKey", "listApiKeys"}) {
        TestRequest test = as(session, admin.project.id);
        test.parameter("accountId", bob.id.str());
        test.json(JsonObject{{"role", "admin"}, {"email", "x@example.com"}, {"name", "x"}});
        const auto response = call(operation, test);
        ASSERT_FALSE(response) << operation;
        EXPECT_EQ(response.error().code, "auth.forbidden") << operation;
    }
    TestRequest create("POST");
    create.signed_in(session).json(JsonObject{
        {"name", "Mine"}, {"id", admin.project.id.str()}, {"projectId", admin.project.id.str()}});
    const Json made = body_of(call("createProject", create));
    EXPECT_NE(string_member(made, "id"), admin.project.id.str());
}

TEST_P(AccountRoutesTest, InvitesAndWelcomes) {
    const NewAdmin admin = set_up();
    const Secret session = sign_in("ada@example.com");
    TestRequest invite = as(session, admin.project.id);
    invite.json(JsonObject{{"email", "bob@example.com"}, {"role", "support"}});
    const Json invited = body_of(call("createInvitation", invite));
    const std::string token = string_member(invited, "token");
    TestRequest list = as(session, admin.project.id);
    EXPECT_EQ(call("listInvitations", list)->body.find(token), std::string::npos);

    TestRequest inspect("POST");
    const Json view =
        body_of(call("inspectInvitation", inspect.json(JsonObject{{"token", token}})));
    EXPECT_EQ(string_member(view, "projectName"), "First");
    TestRequest accept("POST");
    const auto accepted = call(
        "acceptInvitation", accept.json(JsonObject{{"token", token}, {"password", kGoodPassword}}));
    ASSERT_TRUE(accepted) << accepted.error().message;
    TestRequest members_list("GET");
    members_list.cookie(cookie_of(*accepted)).parameter("projectId", admin.project.id.str());
    const Json listed = body_of(call("listMembers", members_list));
    EXPECT_EQ(find_path(listed, "items[1].email")->as_string(), "bob@example.com");
    EXPECT_EQ(find_path(listed, "items[1].role")->as_string(), "support");
}

TEST_P(AccountRoutesTest, LooksAfterConnectedUsers) {
    const NewAdmin admin = set_up();
    const Secret session = sign_in("ada@example.com");
    const std::string id = run_task(users.ensure(admin.project.id, "alice"))->id.str();
    TestRequest change = as(session, admin.project.id);
    change.parameter("userId", id);
    change.json(*parse_json(R"({"meta":{"email":"a@example.com"},"disabled":true})"));
    const Json changed = body_of(call("changeUser", change));
    EXPECT_TRUE(bool_member(changed, "disabled"));
    EXPECT_EQ(find_path(changed, "meta.Email")->as_string(), "a@example.com");

    TestRequest list("GET");
    list.cookie(session).parameter("projectId", admin.project.id.str());
    list.request.query = "search=A%40EXAMPLE&limit=1";
    const Json listed = body_of(call("listUsers", list));
    EXPECT_EQ(find_path(listed, "items[0].externalId")->as_string(), "alice");
    EXPECT_TRUE(listed.at("nextCursor").is_null());

    TestRequest remove = as(session, admin.project.id);
    ASSERT_TRUE(call("removeUser", remove.parameter("userId", id)));
    TestRequest get = as(session, admin.project.id);
    EXPECT_EQ(call("getUser", get.parameter("userId", id)).error().kind, ErrorKind::not_found);
}

TEST_P(AccountRoutesTest, MintsTryOutTokensThatTheProjectAccepts) {
    const NewAdmin admin = set_up();
    const Secret session = sign_in("ada@example.com");
    const auto mint = [&] {
        TestRequest test = as(session, admin.project.id);
        const auto response = call("createTryOutToken", test.json(JsonObject{{"userId", "alice"}}));
        return string_member(body_of(response), "token");
    };
    const auto verify = [&](const std::string& token) {
        return verify_jwt_rs256(token, *run_task(projects->verification_keys(admin.project.id)),
                                {.audiences = {"tenon/" + admin.project.id.str()}}, clock.now());
    };
    const std::string first = mint();
    const auto claims = verify(first);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ(string_member(*claims, "sub"), "alice");
    (void)mint();
    const auto keys = *run_task(projects->list_signing_keys(admin.project.id));
    ASSERT_EQ(keys.size(), 1U);  // made once, used again

    ASSERT_TRUE(run_task(projects->revoke_signing_key(actor, admin.project.id, keys[0].id)));
    EXPECT_FALSE(verify(first));
    EXPECT_TRUE(verify(mint()));  // with a new key

    TestRequest wrong = as(session, admin.project.id);
    EXPECT_EQ(call("createTryOutToken", wrong.json(JsonObject{{"userId", "a\nb"}})).error().kind,
              ErrorKind::invalid_input);
}

INSTANTIATE_ON_BOTH_ENGINES(AccountRoutesTest);

}  // namespace
}  // namespace tenon
