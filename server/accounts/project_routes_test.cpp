// The routes of projects/ as an administrator and a member walk through them.
#include "accounts/project_routes.h"

#include "accounts/accounts_fixture.h"

namespace tenon {
namespace {

class ProjectRoutesTest : public AccountsFixture {
 protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        routes_ = std::make_unique<ProjectRoutes>(*projects, *authorizer);
        routes_->register_on(router_);
        ASSERT_EQ(router_.problems(), std::vector<std::string>{});
        const NewAdmin made = set_up();
        project = made.project.id;
        admin = session_of(made.account);
    }

    Result<http::Response> call(const std::string& operation, TestRequest test) {
        const auto match = router_.impl().match("POST", "/" + operation);
        return run_task(match.operation->handler(test.request));
    }
    TestRequest as(const Secret& session) {
        TestRequest test("POST");
        test.signed_in(session).parameter("projectId", project.str());
        return test;
    }
    Json body_of(const Result<http::Response>& response) {
        EXPECT_TRUE(response) << (response ? "" : response.error().message);
        return response && !response->body.empty() ? *parse_json(response->body) : Json(nullptr);
    }

    ProjectId project;
    Secret admin;

 private:
    static Json contract() {
        JsonObject paths;
        for (const char* id :
             {"getProject", "updateProject", "listSigningKeys", "createSigningKey",
              "revokeSigningKey", "listSecrets", "putSecret", "removeSecret", "listAuditEvents"}) {
            paths["/" + std::string(id)] = JsonObject{{"post", JsonObject{{"operationId", id}}}};
        }
        return JsonObject{{"openapi", "3.1.0"}, {"paths", std::move(paths)}};
    }

    http::Router router_{contract()};
    std::unique_ptr<ProjectRoutes> routes_;
};
INSTANTIATE_ON_BOTH_ENGINES(ProjectRoutesTest);

TEST_P(ProjectRoutesTest, ShowsAndChangesTheProject) {
    const Json shown = body_of(call("getProject", as(admin)));
    EXPECT_EQ(string_member(shown, "id"), project.str());
    EXPECT_EQ(string_member(shown, "name"), "First");
    const Json changed = body_of(
        call("updateProject",
             as(admin).json(JsonObject{{"allowedOrigins", JsonArray{"https://app.example.com"}}})));
    EXPECT_EQ(string_member(changed, "name"), "First");
    EXPECT_EQ(find_path(changed, "allowedOrigins[0]")->as_string(), "https://app.example.com");
    const auto refused =
        call("updateProject",
             as(admin).json(JsonObject{{"allowedOrigins", JsonArray{"http://evil.example"}}}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problems.at(0).field, "allowedOrigins[0]");
}

TEST_P(ProjectRoutesTest, ShowsAPrivateKeyOnce) {
    const auto response = call("createSigningKey", as(admin));
    const Json made = body_of(response);
    ASSERT_EQ(response->status, 201);
    EXPECT_EQ(response->headers.get("Cache-Control"), "no-store");
    EXPECT_TRUE(string_member(made, "privateKey").starts_with("-----BEGIN PRIVATE KEY-----"));
    const auto listed = call("listSigningKeys", as(admin));
    EXPECT_EQ(listed->body.find("PRIVATE"), std::string::npos);
    EXPECT_EQ(find_path(body_of(listed), "items[0].id")->as_string(), string_member(made, "id"));

    const auto revoked =
        call("revokeSigningKey", as(admin).parameter("signingKeyId", string_member(made, "id")));
    EXPECT_EQ(revoked->status, 204);
    EXPECT_TRUE(
        find_path(body_of(call("listSigningKeys", as(admin))), "items[0].revoked")->as_bool());
    const auto unknown =
        call("revokeSigningKey", as(admin).parameter("signingKeyId", Uuid::random().str()));
    EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
}

TEST_P(ProjectRoutesTest, TakesSecretsAndNeverGivesThemBack) {
    const auto put = call("putSecret", as(admin)
                                           .parameter("secretName", "API_TOKEN")
                                           .json(JsonObject{{"value", "planted-value"}}));
    EXPECT_EQ(string_member(body_of(put), "name"), "API_TOKEN");
    const auto listed = call("listSecrets", as(admin));
    const auto log = call("listAuditEvents", as(admin));
    for (const auto& response : {put, listed, log}) {
        EXPECT_EQ(response->body.find("planted-value"), std::string::npos);
    }
    EXPECT_EQ(find_path(body_of(log), "items[0].action")->as_string(), "secret.created");
    EXPECT_EQ(find_path(body_of(log), "items[0].actor.label")->as_string(), "ada@example.com");

    EXPECT_EQ(call("removeSecret", as(admin).parameter("secretName", "API_TOKEN"))->status, 204);
    EXPECT_EQ(call("removeSecret", as(admin).parameter("secretName", "API_TOKEN")).error().kind,
              ErrorKind::not_found);
}

TEST_P(ProjectRoutesTest, PagesTheAuditLog) {
    for (const char* name : {"ONE", "TWO", "THREE"}) {
        ASSERT_TRUE(call("putSecret",
                         as(admin).parameter("secretName", name).json(JsonObject{{"value", "x"}})));
    }
    TestRequest first = as(admin);
    first.request.query = "limit=2";
    const Json page = body_of(call("listAuditEvents", first));
    EXPECT_EQ(page.at("items").as_array().size(), 2U);
    EXPECT_EQ(find_path(page, "items[0].targetId")->as_string(), "THREE");
    TestRequest second = as(admin);
    second.request.query = "limit=2&cursor=" + string_member(page, "nextCursor");
    const Json rest = body_of(call("listAuditEvents", second));
    EXPECT_EQ(find_path(rest, "items[0].targetId")->as_string(), "ONE");
}

TEST_P(ProjectRoutesTest, MembersSeeTheProjectAndCannotChangeIt) {
    const Secret member = session_of(join(project, "mia@example.com", Role::member));
    EXPECT_TRUE(call("getProject", as(member)));
    for (const char* operation : {"updateProject", "listSigningKeys", "createSigningKey",
                                  "revokeSigningKey", "listAuditEvents"}) {
        const auto refused = call(operation, as(member).json(JsonObject{{"name", "x"}}));
        ASSERT_FALSE(refused) << operation;
        EXPECT_EQ(refused.error().kind, ErrorKind::forbidden) << operation;
    }
}

TEST_P(ProjectRoutesTest, StrangersFindNothing) {
    const ProjectId other = run_task(projects->create_project(actor, "Other"))->id;
    for (const char* operation :
         {"getProject", "updateProject", "listSigningKeys", "createSigningKey", "revokeSigningKey",
          "listSecrets", "putSecret", "removeSecret", "listAuditEvents"}) {
        for (const std::string& foreign : {other.str(), Uuid::random().str()}) {
            TestRequest test("POST");
            test.signed_in(admin).parameter("projectId", foreign).json(JsonObject{});
            const auto refused = call(operation, test);
            ASSERT_FALSE(refused) << operation;
            EXPECT_EQ(refused.error().kind, ErrorKind::not_found) << operation;
            EXPECT_EQ(refused.error().message, "Project not found.") << operation;
        }
    }
}

}  // namespace
}  // namespace tenon
