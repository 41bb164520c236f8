#include "connect/account_verifier.h"

#include <gtest/gtest.h>

#include "connect/testing.h"

namespace tenon {
namespace {

class AccountVerifierTest : public ::testing::Test {
 protected:
    Result<VerifiedAccount> verify() {
        auto integration = std::make_shared<Integration>();
        integration->definition = definition;
        auto open = std::make_shared<OpenIntegration>();
        open->integration = integration;
        CredentialSecrets secrets;
        secrets.access_token = token;
        return run_task(AccountVerifier(provider).verify(open, secrets));
    }
    static bool is_integration_error(const Error& error) {
        return error.meta_json.find("\"isIntegrationError\":true") != std::string::npos;
    }

    IntegrationDefinition definition = oauth_definition();
    Secret token{"token-1"};
    ScriptedProvider provider;
};

TEST_F(AccountVerifierTest, CallsTheTestEndpointThenReadsTheProfile) {
    provider.answers_to("/ping", 204, "");
    provider.answers_to("/me", 200,
                        R"({"id":7,"email":"a@b.c","admin":true,"teams":[1],"x":{"y":1}})");
    const auto account = verify();
    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(account->provider_id, "7");
    EXPECT_EQ(write_json(account->provider_data), R"({"id":7,"email":"a@b.c","admin":true})");
    ASSERT_EQ(provider.requests.size(), 2u);
    EXPECT_EQ(provider.requests[0].url, "https://api.acme.example.com/ping");
    EXPECT_EQ(provider.requests[0].headers.get("Authorization"), "Bearer token-1");
    EXPECT_EQ(provider.requests[1].headers.get("Authorization"), "Bearer token-1");
}

TEST_F(AccountVerifierTest, RefusedByTheTestEndpointIs7003WithTheProvidersWords) {
    provider.answers_to("/ping", 401, R"({"error":{"message":"Bad key token-1"}})");
    const auto account = verify();
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code, "7003");
    EXPECT_EQ(account.error().kind, ErrorKind::invalid_input);
    EXPECT_TRUE(is_integration_error(account.error()));
    EXPECT_NE(account.error().message.find("Bad key [hidden]"), std::string::npos);
    EXPECT_EQ(provider.count("/me"), 0);
}

TEST_F(AccountVerifierTest, NoAnswerIsTheProvidersFault) {
    provider.fails_at("/ping", {ErrorKind::provider_timed_out, "upstream.timeout", "too slow"});
    EXPECT_EQ(verify().error().kind, ErrorKind::provider_timed_out);
    EXPECT_EQ(verify().error().code, "7003");
    provider.answers_to("/ping", 503, "busy");
    EXPECT_EQ(verify().error().kind, ErrorKind::provider_failed);
    // A refused address is told, but never as a 403: that would log the client out.
    provider.fails_at("/ping", {ErrorKind::forbidden, "egress.denied", "not allowed"});
    EXPECT_EQ(verify().error().kind, ErrorKind::unprocessable);
}

TEST_F(AccountVerifierTest, ARequiredProfileThatFailsIs0704) {
    definition.api.test_endpoint.reset();
    provider.answers_to("/me", 403, "{}");
    EXPECT_EQ(verify().error().code, "0704");
    provider.answers_to("/me", 200, "not json");
    EXPECT_EQ(verify().error().code, "0704");
    definition.api.user_profile->require_success = false;
    const auto account = verify();
    ASSERT_TRUE(account);
    EXPECT_TRUE(account->provider_data.empty());
}

TEST_F(AccountVerifierTest, ReadsAProfileFromTheTokensClaims) {
    definition.api.test_endpoint.reset();
    definition.api.user_profile = UserProfile{.strategy = UserProfileStrategy::jwt,
                                              .fields = {{"org", "org.id"}},
                                              .provider_id_path = "sub"};
    token = Secret("eyJhbGciOiJub25lIn0." +
                   base64url_encode(R"({"sub":"u-1","org":{"id":"o-2"}})") + ".c2ln");
    const auto account = verify();
    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(account->provider_id, "u-1");
    EXPECT_EQ(write_json(account->provider_data), R"({"org":"o-2"})");
    EXPECT_TRUE(provider.requests.empty());
    token = Secret("opaque");
    EXPECT_EQ(verify().error().code, "0704");
}

TEST_F(AccountVerifierTest, SendsAProfileBodyWithValuesEscaped) {
    definition.api.test_endpoint.reset();
    definition.api.user_profile =
        UserProfile{.method = "POST",
                    .url = "/graphql",
                    .headers = {{"X-Mode", "profile"}},
                    .body = R"({"token":"{{ credential.access_token }}"})",
                    .fields = {{"name", "data.viewer.name"}}};
    token = Secret("a\"b");
    definition.api.authorization.type = ApiAuthorizationType::none;
    provider.answers_to("/graphql", 200, R"({"data":{"viewer":{"name":"Ada"}}})");
    const auto account = verify();
    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(provider.requests[0].body, R"({"token":"a\"b"})");
    EXPECT_EQ(provider.requests[0].headers.get("Content-Type"), "application/json");
    EXPECT_EQ(provider.requests[0].headers.get("X-Mode"), "profile");
    EXPECT_EQ(write_json(account->provider_data), R"({"name":"Ada"})");
}

TEST_F(AccountVerifierTest, SendsATestRequestWithHeadersAndABody) {
    definition.api.user_profile.reset();
    definition.api.test_endpoint =
        TestEndpoint{.method = "POST",
                     .path = "/ping",
                     .headers = {{"X-Mode", "test"}},
                     .body = R"({"token":"{{ credential.access_token }}"})"};
    token = Secret("a\"b");
    definition.api.authorization.type = ApiAuthorizationType::none;
    provider.answers_to("/ping", 200, "{}");
    ASSERT_TRUE(verify());
    EXPECT_EQ(provider.requests[0].method, "POST");
    EXPECT_EQ(provider.requests[0].body, R"({"token":"a\"b"})");
    EXPECT_EQ(provider.requests[0].headers.get("Content-Type"), "application/json");
    EXPECT_EQ(provider.requests[0].headers.get("X-Mode"), "test");
}

TEST_F(AccountVerifierTest, BoundsTheProfile) {
    definition.api.test_endpoint.reset();
    JsonObject big;
    for (int i = 0; i < 300; ++i) big["k" + std::to_string(i)] = i;
    big["id"] = "1";
    provider.answers_to("/me", 200, write_json(big));
    EXPECT_EQ(verify()->provider_data.size(), 100u);
    provider.answers_to("/me", 200, R"({"id":"1","bio":")" + std::string(5'000, 'x') + "\"}");
    EXPECT_FALSE(verify()->provider_data.contains("bio"));
}

TEST_F(AccountVerifierTest, ShowsTheProvidersWordsWithoutSecretsInManyShapes) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"error":"invalid_grant","error_description":"Nope"})", ": Nope"},
        {R"({"errors":[{"message":"First"}]})", ": First"},
        {R"({"error":"just_a_code"})", ": just_a_code"},
        {R"({"title":"Forbidden by policy"})", ": Forbidden by policy"},
        {R"({"message":"token-1 is wrong, token-1"})", ": [hidden] is wrong, [hidden]"},
        {R"({"message":"a\nb"})", ": a b"},
        {"<html>oops</html>", "with status 403."}};
    for (const auto& [body, words] : cases) {
        provider.answers_to("/ping", 403, body);
        const auto refused = verify();
        ASSERT_FALSE(refused) << body;
        EXPECT_TRUE(refused.error().message.ends_with(words)) << refused.error().message;
        EXPECT_EQ(refused.error().message.find("token-1"), std::string::npos);
    }
}

}  // namespace
}  // namespace tenon
