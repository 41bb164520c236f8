#include "auth_methods/api_request.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tenon {
namespace {

class ApiRequestTest : public ::testing::Test {
 public:
    ApiRequestTest() {
        definition.api.base_url = "https://{{ inputs.subdomain }}.provider.example/api/v2/";
        secrets.inputs["subdomain"] = Secret("acme");
        secrets.inputs["key"] = Secret("k y&=");
        secrets.access_token = Secret("at");
        secrets.username = Secret("ada");
        secrets.password = Secret("pw");
        profile["account"] = 42;
        profile["name"] = "Ada";
    }
    TemplateValues values() {
        auto built = std::make_shared<Integration>();
        built->definition = definition;
        integration = {std::move(built), Secret("app secret"), {{"ENV", Secret("env")}}};
        return {&integration, &secrets, &profile};
    }
    Result<PreparedCall> prepare() { return prepare_call(values()); }
    std::string header(const PreparedCall& call, std::string_view name) {
        std::string found;
        int count = 0;
        for (const auto& h : call.headers) {
            if (equals_ignoring_case(h.name, name)) found = std::string(h.value.reveal()), ++count;
        }
        return count > 1 ? "twice" : found;
    }
    Result<std::string> target(std::string_view path) {
        ASSIGN_OR_RETURN(const auto call, prepare());
        ASSIGN_OR_RETURN(const auto url, resolve_target(call, path, values()));
        return url.str();
    }

    IntegrationDefinition definition;
    OpenIntegration integration;
    CredentialSecrets secrets;
    JsonObject profile;
};

TEST_F(ApiRequestTest, InjectsABearerTokenByDefault) {
    const auto call = prepare();
    ASSERT_TRUE(call) << call.error().message;
    EXPECT_EQ(call->base_url.str(), "https://acme.provider.example/api/v2/");
    EXPECT_EQ(header(*call, "authorization"), "Bearer at");
    EXPECT_TRUE(call->query.empty());
}

TEST_F(ApiRequestTest, KnowsEveryKindOfAuthorization) {
    auto& a = definition.api.authorization;
    a.type = ApiAuthorizationType::basic;
    a.username = "{{ credential.username }}/token";
    a.password = "{{ credential.password }}";
    EXPECT_EQ(header(*prepare(), "Authorization"), "Basic " + base64_encode("ada/token:pw"));
    a.type = ApiAuthorizationType::query_params;
    a.params = {{"api key", "{{ inputs.key }}"}, {"v", "2"}};
    EXPECT_EQ(prepare()->query.reveal(), "api%20key=k%20y%26%3D&v=2");
    EXPECT_TRUE(prepare()->headers.empty());
    a.type = ApiAuthorizationType::auth_header;
    a.headers = {{"X-Auth-Token", "{{ credential.access_token }}"},
                 {"X-Account", "{{ profile.account }}"}};
    EXPECT_EQ(header(*prepare(), "x-auth-token"), "at");
    EXPECT_EQ(header(*prepare(), "x-account"), "42");
    a.type = ApiAuthorizationType::none;
    EXPECT_TRUE(prepare()->headers.empty());
}

TEST_F(ApiRequestTest, AuthorizationReplacesAStaticHeaderOfThatName) {
    definition.api.headers = {
        {"authorization", "static"}, {"Accept", "text/csv"}, {"X-Env", "{{ secrets.ENV }}"}};
    const auto call = prepare();
    ASSERT_TRUE(call);
    EXPECT_EQ(header(*call, "Authorization"), "Bearer at");
    EXPECT_EQ(header(*call, "X-Env"), "env");
    const auto request = make_api_request(*call, "GET", call->base_url);
    EXPECT_EQ(request.headers.get("Accept"), "text/csv");
}

TEST_F(ApiRequestTest, AMissingTokenIsAnErrorThatNamesTheVariable) {
    secrets.access_token = {};
    const auto refused = prepare();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "template.value_missing");
    EXPECT_NE(refused.error().message.find("access_token"), std::string::npos);
}

TEST_F(ApiRequestTest, RefusesHeaderValuesWithLineEnds) {
    secrets.access_token = Secret("a\r\nX-Evil: 1");
    const auto refused = prepare();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("Evil"), std::string::npos);
}

TEST_F(ApiRequestTest, ResolvesTargetsBelowTheBaseUrlOrAnywhere) {
    EXPECT_EQ(*target("/users/me?x=%2F&y=1"),
              "https://acme.provider.example/api/v2/users/me?x=%2F&y=1");
    EXPECT_EQ(*target("users"), "https://acme.provider.example/api/v2/users");
    EXPECT_EQ(*target(""), "https://acme.provider.example/api/v2/");
    EXPECT_EQ(*target("https://other.example/me"), "https://other.example/me");
    EXPECT_EQ(*target("/u/{{ profile.name }}"), "https://acme.provider.example/api/v2/u/Ada");
    definition.api.base_url = "https://provider.example?tenant=1";
    EXPECT_EQ(*target("/me?a=b"), "https://provider.example/me?tenant=1&a=b");
}

TEST_F(ApiRequestTest, BuildsARequestWithHeadersAndQuery) {
    definition.api.authorization.type = ApiAuthorizationType::query_params;
    definition.api.authorization.params = {{"key", "{{ inputs.key }}"}};
    const auto call = prepare();
    auto url = resolve_target(*call, "/me?a=b", values());
    const auto request = make_api_request(*call, "POST", *url);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://acme.provider.example/api/v2/me?a=b&key=k%20y%26%3D");
    EXPECT_EQ(request.headers.get("User-Agent"), "Tenon");
}

TEST_F(ApiRequestTest, TheClientsIdAndSecretAreTheUsersOrTheApps) {
    definition.authentication.client_id = "{{ inputs.subdomain }}-app";
    definition.api.authorization.type = ApiAuthorizationType::auth_header;
    definition.api.authorization.headers = {{"X-Id", "{{ credential.client_id }}"},
                                            {"X-Secret", "{{ credential.client_secret }}"}};
    EXPECT_EQ(header(*prepare(), "X-Id"), "acme-app");
    EXPECT_EQ(header(*prepare(), "X-Secret"), "app secret");
    secrets.client_id = Secret("own");
    secrets.client_secret = Secret("own secret");
    EXPECT_EQ(header(*prepare(), "X-Id"), "own");
    EXPECT_EQ(header(*prepare(), "X-Secret"), "own secret");
}

TEST_F(ApiRequestTest, AnIdThatNamesItselfIsMissingAndNotALoop) {
    definition.authentication.client_id = "{{ credential.client_id }}";
    definition.api.headers = {{"X-Id", "{{ credential.client_id }}"}};
    EXPECT_EQ(prepare().error().code, "template.value_missing");
}

}  // namespace
}  // namespace tenon
