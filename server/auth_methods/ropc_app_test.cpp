#include "auth_methods/testing.h"

namespace tenon {
namespace {

class RopcTest : public MethodFixture {
 public:
    RopcTest() {
        definition.authentication.method = AuthMethodKind::ropc_app;
        secrets.username = Secret("ada");
        secrets.password = Secret("pass word");
        secrets.api_key = Secret("dev-key");
        secrets.inputs["organization_id"] = Secret("org 1");
    }
    // bill.com's login: JSON, no client, the session id as token.
    void with_custom_request() {
        auto& a = definition.authentication;
        a.client_id.clear();
        a.custom_token_request =
            CustomTokenRequest{.headers = {{"X-Dev", "{{ credential.api_key }}"}},
                               .body_type = TokenRequestBody::json,
                               .body = {{"username", "{{ credential.username }}"},
                                        {"password", "{{ credential.password }}"},
                                        {"organizationId", "{{ inputs.organization_id }}"}}};
        a.token_response.access_token = "response_data.sessionId";
        a.captured_from_token = {{"user_id", "response_data.usersId"}};
    }
    CredentialSecrets secrets;
};

TEST_F(RopcTest, AsksForAnApiKeyUnlessTheDefinitionSaysNo) {
    EXPECT_EQ(method().own_fields(definition).size(), 3U);
    definition.authentication.asks_api_key = false;
    EXPECT_EQ(method().own_fields(definition).size(), 2U);
}

TEST_F(RopcTest, LogsInWithThePasswordGrant) {
    definition.authentication.scopes = {"all"};
    provider.will_answer(200, R"({"access_token":"at","refresh_token":"rt","expires_in":60})");
    const auto tokens = complete(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(provider.form_value("grant_type"), "password");
    EXPECT_EQ(provider.form_value("username"), "ada");
    EXPECT_EQ(provider.form_value("password"), "pass word");
    EXPECT_EQ(provider.form_value("scope"), "all");
    EXPECT_TRUE(provider.requests[0].headers.has("Authorization"));
    EXPECT_EQ(tokens->secrets.password.reveal(), "pass word");
}

TEST_F(RopcTest, AWrongPasswordIsRefusedWithoutEchoingIt) {
    provider.will_answer(400, R"({"error":"invalid_grant",
        "error_description":"Wrong password 'pass word' for ada."})");
    const auto refused = complete(secrets);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unprocessable);
    EXPECT_EQ(refused.error().message.find("pass word"), std::string::npos);
}

TEST_F(RopcTest, SendsACustomRequestAndKeepsWhatTheDefinitionNames) {
    with_custom_request();
    provider.will_answer(200, R"({"response_data":{"sessionId":"s1","usersId":"u1"}})");
    const auto tokens = complete(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "s1");
    EXPECT_EQ(tokens->secrets.token.at("user_id").reveal(), "u1");
    const auto& request = provider.requests[0];
    EXPECT_EQ(request.body,
              R"({"username":"ada","password":"pass word","organizationId":"org 1"})");
    EXPECT_EQ(request.headers.get("X-Dev"), "dev-key");
    EXPECT_FALSE(request.headers.has("Authorization"));
}

TEST_F(RopcTest, ACustomGetPutsItsParametersIntoTheQuery) {
    with_custom_request();
    definition.authentication.custom_token_request->method = "GET";
    provider.will_answer(200, R"({"response_data":{"sessionId":"s1"}})");
    ASSERT_TRUE(complete(secrets));
    EXPECT_EQ(
        provider.requests[0].url,
        "https://provider.example/token?username=ada&password=pass+word&organizationId=org+1");
    EXPECT_EQ(provider.requests[0].body, "");
}

TEST_F(RopcTest, WithoutARefreshTokenItLogsInAgain) {
    with_custom_request();
    EXPECT_TRUE(method().can_refresh(*open().integration, secrets));
    provider.will_answer(200, R"({"response_data":{"sessionId":"s2"}})");
    const auto tokens = refresh(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "s2");
}

TEST_F(RopcTest, UsesARefreshTokenAndLogsInAgainWhenItIsDead) {
    secrets.refresh_token = Secret("rt");
    provider.will_answer(200, R"({"access_token":"at 2"})");
    ASSERT_TRUE(refresh(secrets));
    EXPECT_EQ(provider.form_value("grant_type"), "refresh_token");
    provider.will_answer(400, R"({"error":"invalid_grant"})");
    provider.will_answer(200, R"({"access_token":"at 3"})");
    const auto tokens = refresh(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(provider.form_value("grant_type"), "password");
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "at 3");
}

TEST_F(RopcTest, APlain401OfALoginEndpointIsFinal) {
    with_custom_request();
    provider.will_answer(401, R"({"message":"Login failed"})");
    const auto failed = refresh(secrets);
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().permanent);
    provider.will_answer(503, "");
    EXPECT_FALSE(refresh(secrets).error().permanent);
}

}  // namespace
}  // namespace tenon
