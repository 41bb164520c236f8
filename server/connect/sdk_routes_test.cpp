#include "connect/sdk_routes.h"

#include <gtest/gtest.h>

#include "connect/route_testing.h"

namespace tenon {
namespace {

class SdkRoutesTest : public RouteFixture {
 protected:
    void SetUp() override {
        RouteFixture::SetUp();
        keys = given_integration(api_key_definition());
        given_token_of("alice");
    }
    std::string connect_body() const {
        return R"({"integrationId":")" + keys.id.str() +
               R"(","config":{},"payload":{"account":"acme","api_key":"k-1",)"
               R"("skipPostOAuthInputs":true}})";
    }
    Json connected() {
        const auto answer = send("POST", sdk("/credentials"), bearer("alice"), connect_body());
        EXPECT_EQ(answer.status, 201) << answer.body;
        return json_of(answer);
    }
    std::string id_of(const Json& credential) { return string_member(credential, "id"); }

    Integration keys;
};
INSTANTIATE_TEST_SUITE_P(Engines, SdkRoutesTest, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(SdkRoutesTest, EveryRouteNeedsTheUserTokenInItsHeader) {
    const std::string id = CredentialId::random().str();
    const std::pair<const char*, std::string> routes[] = {
        {"GET", "/metadata"},
        {"GET", "/me"},
        {"GET", "/integrations"},
        {"DELETE", "/integrations/" + keys.id.str()},
        {"GET", "/credentials"},
        {"GET", "/credentials/" + id},
        {"DELETE", "/credentials/" + id + "/configurations"},
        {"GET", "/actions/session-id/abc"}};
    for (const auto& [method, path] : routes) {
        EXPECT_EQ(send(method, sdk(path)).status, 401) << path;
        EXPECT_EQ(send(method, sdk(path) + "?userToken=alice-token").status, 401) << path;
        EXPECT_EQ(
            send(method, "/projects/" + ProjectId::random().str() + "/sdk" + path, bearer("alice"))
                .status,
            401)
            << path;
    }
}

TEST_P(SdkRoutesTest, ConnectsByFieldsAndShowsTheState) {
    const Json before = json_of(send("GET", sdk("/me"), bearer("alice")));
    EXPECT_FALSE(before.at("integrations").at("custom.keys").at("enabled").as_bool());
    const Json credential = connected();
    const Json after = json_of(send("GET", sdk("/me"), bearer("alice")));
    const Json& entry = after.at("integrations").at("custom.keys");
    EXPECT_TRUE(entry.at("enabled").as_bool());
    EXPECT_EQ(string_member(entry, "credentialId"), id_of(credential));
    EXPECT_EQ(entry.at("allCredentials").as_array().size(), 1u);

    const Json list = json_of(send("GET", sdk("/credentials"), bearer("alice")));
    EXPECT_EQ(list.as_array().size(), 1u);
    const Json account =
        json_of(send("GET", sdk("/credentials?integration=custom.keys"), bearer("alice")));
    EXPECT_EQ(string_member(account, "type"), "custom.keys");
    EXPECT_EQ(string_member(account, "providerId"), "acme-7");
    EXPECT_EQ(send("GET", sdk("/credentials/" + id_of(credential)), bearer("alice")).status, 200);
}

TEST_P(SdkRoutesTest, ARefusedAccountAnswersACodeThatDoesNotLogOut) {
    provider.answers_to("/ping", 401, "{}");
    const auto answer = send("POST", sdk("/credentials"), bearer("alice"), connect_body());
    EXPECT_EQ(answer.status, 400);
    const Json error = json_of(answer);
    EXPECT_EQ(string_member(error, "code"), "7003");
    EXPECT_TRUE(error.at("meta").at("isIntegrationError").as_bool());
    EXPECT_EQ(answer.body.find("k-1"), std::string::npos);
}

TEST_P(SdkRoutesTest, NoErrorAfterAuthenticationIs401Or403) {
    EXPECT_EQ(for_client(Error{ErrorKind::forbidden, "egress.denied", ""}).kind,
              ErrorKind::unprocessable);
    EXPECT_EQ(for_client(Error{ErrorKind::unauthenticated, "x", ""}).kind,
              ErrorKind::unprocessable);
    for (const char* code : {"7210", "7003", "0704"}) {
        EXPECT_EQ(for_client(Error{ErrorKind::forbidden, code, ""}).kind, ErrorKind::forbidden);
    }
}

TEST_P(SdkRoutesTest, AForeignCredentialAnswersAsAMissingOne) {
    const std::string id = id_of(connected());
    given_token_of("mallory");
    const auto foreign = send("GET", sdk("/credentials/" + id), bearer("mallory"));
    const auto missing =
        send("GET", sdk("/credentials/" + CredentialId::random().str()), bearer("mallory"));
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(foreign.body, missing.body);
    EXPECT_EQ(
        send("PATCH", sdk("/credentials/" + id), bearer("mallory"), R"({"config":{}})").status,
        404);
    auto headers = bearer("mallory");
    headers.emplace_back("X-Paragon-Credential", id);
    EXPECT_EQ(send("DELETE", sdk("/integrations/" + keys.id.str()), headers).status, 404);
    EXPECT_EQ(
        send("POST", sdk("/credentials/" + id + "/configurations"), bearer("mallory"), "{}").status,
        404);
    EXPECT_EQ(send("GET", sdk("/credentials/" + id), bearer("alice")).status, 200);
}

TEST_P(SdkRoutesTest, SettingsReplaceOneMapAndKeepTheOther) {
    const std::string path = sdk("/credentials/" + id_of(connected()));
    send("PATCH", path, bearer("alice"), R"({"config":{"sharedSettings":{"a":1}}})");
    const Json answer = json_of(send("PATCH", path, bearer("alice"),
                                     R"({"config":{"workflowSettings":{"w":{"enabled":true}}}})"));
    const Json& configuration = answer.at("configurations").at(0);
    EXPECT_EQ(write_json(configuration.at("sharedSettings")), R"({"a":1})");
    EXPECT_EQ(write_json(configuration.at("workflowSettings")), R"({"w":{"enabled":true}})");
    EXPECT_EQ(string_member(answer.at("credential"), "id"), string_member(answer, "id"));
    EXPECT_TRUE(answer.at("errors").as_array().empty());
}

TEST_P(SdkRoutesTest, ConfigurationsAreMadeChangedAndRemoved) {
    const std::string path = sdk("/credentials/" + id_of(connected()) + "/configurations");
    const auto made = send("POST", path, bearer("alice"), R"({"externalId":"team-a"})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(json_of(made).at("configurations").as_array().size(), 2u);
    auto headers = bearer("alice");
    headers.emplace_back("X-Paragon-Configuration-Id", "ext:team-a");
    const auto changed = send("PATCH", path, headers, R"({"meta":{"x":1}})");
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(send("DELETE", path, headers).status, 204);
    EXPECT_EQ(send("DELETE", path, bearer("alice")).status, 409) << "the default one stays";
    EXPECT_EQ(send("POST", path, bearer("alice"), R"({"externalId":" "})").status, 400);
}

TEST_P(SdkRoutesTest, UninstallDisconnectsTheNamedAccount) {
    connected();
    const auto second = send("POST", sdk("/credentials"), bearer("alice"),
                             R"({"integrationId":")" + keys.id.str() +
                                 R"(","payload":{"account":"acme","api_key":"k"},)"
                                 R"("installOptions":{"externalId":"two"}})");
    ASSERT_EQ(second.status, 201) << second.body;
    auto headers = bearer("alice");
    headers.emplace_back("X-Paragon-Credential", "ext:two");
    EXPECT_EQ(send("DELETE", sdk("/integrations/" + keys.id.str()), headers).status, 204);
    const Json left = json_of(send("GET", sdk("/credentials"), bearer("alice")));
    ASSERT_EQ(left.as_array().size(), 1u);
    EXPECT_TRUE(left.at(0).at("externalId").is_null());
}

TEST_P(SdkRoutesTest, MetadataIsMergedAlsoFromTheOldHeader) {
    const auto answer =
        send("PATCH", sdk("/me"), bearer("alice"), R"({"meta":{"email":"a@b.c","plan":"pro"}})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(string_member(json_of(answer).at("meta"), "Email"), "a@b.c");
    auto headers = bearer("alice");
    headers.emplace_back("X-Paragon-User-Metadata", R"({"name":"Alice"})");
    EXPECT_EQ(string_member(json_of(send("GET", sdk("/me"), headers)).at("meta"), "Name"), "Alice");
}

TEST_P(SdkRoutesTest, PermissionsDecideWhatIsSeenAndDone) {
    const std::string id = id_of(connected());
    given_integration(oauth_definition());
    given_token_of("alice", R"({"integration:custom.keys":{"credential:*":["proxy"]}})");
    const Json me = json_of(send("GET", sdk("/me"), bearer("alice")));
    EXPECT_TRUE(me.at("integrations").as_object().contains("custom.keys"));
    EXPECT_FALSE(me.at("integrations").as_object().contains("custom.acme"));
    EXPECT_EQ(json_of(send("GET", sdk("/integrations"), bearer("alice"))).as_array().size(), 1u);
    EXPECT_EQ(json_of(send("GET", sdk("/metadata"), bearer("alice"))).as_array().size(), 1u);

    const auto expect_7210 = [&](const http::Response& answer) {
        EXPECT_EQ(answer.status, 403) << answer.body;
        EXPECT_EQ(string_member(json_of(answer), "code"), "7210");
    };
    expect_7210(send("POST", sdk("/credentials"), bearer("alice"), connect_body()));
    expect_7210(send("PATCH", sdk("/credentials/" + id), bearer("alice"), R"({"config":{}})"));
    expect_7210(send("POST", sdk("/credentials/" + id + "/configurations"), bearer("alice"), "{}"));
    expect_7210(send("DELETE", sdk("/integrations/" + keys.id.str()), bearer("alice")));
    expect_7210(send("PATCH", sdk("/me"), bearer("alice"), R"({"meta":{"a":1}})"));

    const std::string other = CredentialId::random().str();
    given_token_of("alice", R"({"integration:custom.keys":{"credential:)" + other + R"(":true}})");
    EXPECT_EQ(send("GET", sdk("/credentials/" + id), bearer("alice")).status, 404);
    EXPECT_TRUE(json_of(send("GET", sdk("/credentials"), bearer("alice"))).as_array().empty());
}

TEST_P(SdkRoutesTest, OnlyActiveIntegrationsStandInTheMetadata) {
    ASSERT_TRUE(run_task(
        integrations->set_status(developer, project, keys.id, IntegrationStatus::inactive)));
    EXPECT_TRUE(json_of(send("GET", sdk("/metadata"), bearer("alice"))).as_array().empty());
    const Json list = json_of(send("GET", sdk("/integrations"), bearer("alice")));
    ASSERT_EQ(list.as_array().size(), 1u);
    EXPECT_FALSE(list.at(0).at("isActive").as_bool());
    EXPECT_EQ(send("POST", sdk("/credentials"), bearer("alice"), connect_body()).status, 404);
}

TEST_P(SdkRoutesTest, UnknownMembersAreNeverRefused) {
    const auto answer = send("POST", sdk("/credentials"), bearer("alice"),
                             R"({"integrationId":")" + keys.id.str() +
                                 R"(","future":true,"payload":{"account":"acme","api_key":"k",)"
                                 R"("other":{"x":1}},"installOptions":{"somethingNew":[1]}})");
    EXPECT_EQ(answer.status, 201) << answer.body;
}

}  // namespace
}  // namespace tenon
