#include "credentials/credential.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(CredentialSecretsTest, SurvivesItsJsonForm) {
    CredentialSecrets secrets;
    secrets.access_token = Secret("a\"\\\n\x7f€");
    secrets.refresh_token = Secret("r");
    secrets.username = Secret("u");
    secrets.password = Secret("p w");
    secrets.api_key = Secret("k");
    secrets.client_id = Secret("i");
    secrets.client_secret = Secret("s");
    secrets.inputs["sub\"domain"] = Secret("acme");
    secrets.token["instance_url"] = Secret("https://x.example");
    secrets.callback["realmId"] = Secret("7");
    const auto back = CredentialSecrets::from_json(secrets.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->access_token.reveal(), secrets.access_token.reveal());
    EXPECT_EQ(back->refresh_token.reveal(), "r");
    EXPECT_EQ(back->username.reveal(), "u");
    EXPECT_EQ(back->password.reveal(), "p w");
    EXPECT_EQ(back->api_key.reveal(), "k");
    EXPECT_EQ(back->client_id.reveal(), "i");
    EXPECT_EQ(back->client_secret.reveal(), "s");
    EXPECT_EQ(back->inputs.at("sub\"domain").reveal(), "acme");
    EXPECT_EQ(back->token.at("instance_url").reveal(), "https://x.example");
    EXPECT_EQ(back->callback.at("realmId").reveal(), "7");
}

TEST(CredentialSecretsTest, OfNothingIsAnEmptyObject) {
    EXPECT_EQ(CredentialSecrets().to_json().reveal(), "{}");
    const auto back = CredentialSecrets::from_json(Secret("{}"));
    ASSERT_TRUE(back);
    EXPECT_TRUE(back->access_token.empty());
}

TEST(CredentialSecretsTest, PassesOverMembersOfANewerVersion) {
    const auto back = CredentialSecrets::from_json(Secret(R"({"accessToken":"a","later":[1]})"));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->access_token.reveal(), "a");
}

TEST(CredentialSecretsTest, RefusesOtherShapes) {
    for (const char* text : {"", "[]", "\"x\"", R"({"inputs":[]})", R"({"inputs":{"a":1}})"}) {
        EXPECT_FALSE(CredentialSecrets::from_json(Secret(text))) << text;
    }
}

}  // namespace
}  // namespace tenon
