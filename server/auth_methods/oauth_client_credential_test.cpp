#include "auth_methods/testing.h"

namespace tenon {
namespace {

class ClientCredentialTest : public MethodFixture {
 public:
    ClientCredentialTest() {
        definition.authentication.method = AuthMethodKind::oauth_client_credential;
        definition.authentication.access_token_url = "https://{{ inputs.host }}/token";
        definition.authentication.client_id.clear();
        definition.authentication.scopes = {"a", "b"};
        definition.authentication.token_parameters = {{"audience", "https://api.example"}};
        secrets.client_id = Secret("user's id");
        secrets.client_secret = Secret("user's secret");
        secrets.inputs["host"] = Secret("acme.example");
    }
    CredentialSecrets secrets;
};

TEST_F(ClientCredentialTest, AsksTheEndUserForIdAndSecret) {
    const auto fields = method().own_fields(definition);
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[0].id, "clientId");
    EXPECT_EQ(fields[1].id, "clientSecret");
    EXPECT_EQ(fields[1].type, InputType::password);
}

TEST_F(ClientCredentialTest, RequestsATokenWithTheEndUsersClient) {
    provider.will_answer(200, R"({"access_token":"at","expires_in":3600})");
    const auto tokens = complete(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "at");
    EXPECT_EQ(tokens->secrets.client_secret.reveal(), "user's secret");
    EXPECT_EQ(provider.requests[0].url, "https://acme.example/token");
    EXPECT_EQ(
        provider.requests[0].headers.get("Authorization"),
        "Basic " + base64_encode(form_encode("user's id") + ":" + form_encode("user's secret")));
    EXPECT_EQ(provider.form_value("grant_type"), "client_credentials");
    EXPECT_EQ(provider.form_value("scope"), "a b");
    EXPECT_EQ(provider.form_value("audience"), "https://api.example");
}

TEST_F(ClientCredentialTest, ANewTokenIsTheSameRequestAgain) {
    EXPECT_TRUE(method().can_refresh(*open().integration, secrets));
    provider.will_answer(200, R"({"access_token":"at 2"})");
    const auto tokens = refresh(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(provider.form_value("grant_type"), "client_credentials");
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "at 2");
}

TEST_F(ClientCredentialTest, AWrongSecretIsRefusedInTheProvidersWords) {
    provider.will_answer(401,
                         R"({"error":"invalid_client","error_description":"Unknown client."})");
    provider.will_answer(401,
                         R"({"error":"invalid_client","error_description":"Unknown client."})");
    const auto refused = complete(secrets);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("Unknown client."), std::string::npos);
    EXPECT_EQ(refused.error().message.find("user's secret"), std::string::npos);
}

TEST_F(ClientCredentialTest, RevokesAsTheEndUsersClient) {
    definition.authentication.revocation_url = "https://provider.example/revoke";
    secrets.access_token = Secret("at");
    provider.will_answer(200, "");
    EXPECT_TRUE(revoke(secrets));
    EXPECT_EQ(
        provider.requests[0].headers.get("Authorization"),
        "Basic " + base64_encode(form_encode("user's id") + ":" + form_encode("user's secret")));
}

}  // namespace
}  // namespace tenon
