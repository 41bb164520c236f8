// The platform API of credentials, as support sees it.
#include "credentials/credential_routes.h"

#include "credentials/testing.h"
#include "platform/http/router_internal.h"

namespace tenon {
namespace {

class CredentialRoutesTest : public CredentialsFixture {
 public:
    void SetUp() override {
        CredentialsFixture::SetUp();
        authorizer.project = ProjectId::random();
        routes.register_on(router);
        ASSERT_EQ(router.problems(), std::vector<std::string>());
    }

    CredentialId connected(UserId user = UserId::random()) {
        NewCredential created;
        created.project_id = authorizer.project;
        created.user_id = user;
        created.integration_id = IntegrationId::random();
        created.secrets = secrets_with_tokens("planted-access", "planted-refresh");
        clock.advance(Seconds(1));
        given_owners(created.project_id, created.user_id, created.integration_id);
        return run_task(service.create(std::move(created), {}))->credential.id;
    }
    Result<http::Response> call(const std::string& operation, http::Request request) {
        const auto match = router.impl().match("GET", "/" + operation);
        return run_task(match.operation->handler(request));
    }
    Result<http::Response> list(std::string query = "") {
        http::Request request;
        request.query = std::move(query);
        return call("listCredentials", std::move(request));
    }
    Result<http::Response> get(std::string id) {
        http::Request request;
        request.path_parameters = {{"credentialId", std::move(id)}};
        return call("getCredential", std::move(request));
    }

    struct OpenDoor final : Authorizer {
        Task<Result<Caller>> authorize(const http::Request&, Permission needed) override {
            asked = needed;
            co_return Caller{project, Role::support, {}};
        }
        ProjectId project;
        std::optional<Permission> asked;
    };

    static Json contract() {
        JsonObject paths;
        for (const char* id : {"listCredentials", "getCredential"}) {
            paths["/" + std::string(id)] = JsonObject{{"get", JsonObject{{"operationId", id}}}};
        }
        return JsonObject{{"openapi", "3.1.0"}, {"paths", std::move(paths)}};
    }

    TestVault vault;
    AuditLog audit{clock};
    RecordingTokenCare token_care;
    CredentialService service{database(), vault, audit, token_care, clock};
    OpenDoor authorizer;
    http::Router router{contract()};
    CredentialRoutes routes{service, authorizer, clock};
};

TEST_P(CredentialRoutesTest, ListsNewestFirstInPagesWithoutSecrets) {
    const auto first = connected();
    const auto second = connected();
    const auto response = list("limit=1");
    ASSERT_TRUE(response);
    EXPECT_EQ(authorizer.asked, Permission::view_users);
    EXPECT_EQ(response->body.find("planted"), std::string::npos);
    const Json page = *parse_json(response->body);
    EXPECT_EQ(find_path(page, "items[0].id")->as_string(), second.str());
    const Json next =
        *parse_json(list("limit=1&cursor=" + string_member(page, "nextCursor"))->body);
    EXPECT_EQ(find_path(next, "items[0].id")->as_string(), first.str());
    EXPECT_TRUE(find_path(next, "nextCursor")->is_null());
}

TEST_P(CredentialRoutesTest, FiltersByUserAndStatus) {
    const auto user = UserId::random();
    const auto mine = connected(user);
    connected();
    const Json of_user = *parse_json(list("userId=" + user.str())->body);
    ASSERT_EQ(find_path(of_user, "items")->as_array().size(), 1U);
    EXPECT_EQ(find_path(of_user, "items[0].id")->as_string(), mine.str());
    const Json invalid = *parse_json(list("status=INVALID")->body);
    EXPECT_TRUE(find_path(invalid, "items")->as_array().empty());
}

TEST_P(CredentialRoutesTest, ShowsOneWithItsConfigurations) {
    const auto response = get(connected().str());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body.find("planted"), std::string::npos);
    const Json shown = *parse_json(response->body);
    EXPECT_EQ(string_member(shown, "status"), "VALID");
    EXPECT_TRUE(find_path(shown, "configurations[0].isDefault")->as_bool());
}

TEST_P(CredentialRoutesTest, AnswersAForeignCredentialAsAMissingOne) {
    const auto id = connected();
    authorizer.project = ProjectId::random();
    EXPECT_EQ(get(id.str()).error().message, get(Uuid::random().str()).error().message);
    EXPECT_EQ(get(id.str()).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(parse_json(list()->body)->at("items").as_array().empty());
}

INSTANTIATE_ON_BOTH_ENGINES(CredentialRoutesTest);

}  // namespace
}  // namespace tenon
