#include "auth_methods/testing.h"
#include "base/url.h"

namespace tenon {
namespace {

class OAuthTest : public MethodFixture {
 public:
    OAuthTest() {
        definition.authentication.method = AuthMethodKind::oauth;
        definition.authentication.authorization_url = "https://provider.example/authorize";
        definition.authentication.scopes = {"read", "write:all"};
    }
    Result<Url> begin(const CredentialSecrets& inputs = {}) {
        const auto request = method().begin(open(), inputs, context);
        if (!request) return request.error();
        return Url::parse(request->authorization_url);
    }
    static std::string value(const Url& url, std::string_view name) {
        return FakeProvider::value_in(url.query, name);
    }
    static AuthorizationAnswer code() { return {Secret("the-code"), {}}; }
    Result<RefreshedTokens> exchange() { return complete({}, code(), context); }

    AuthorizationContext context{"https://tenon.example/oauth/1", "the-state",
                                 "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
};

TEST_F(OAuthTest, BeginsWithStateAndPkce) {
    const auto url = begin();
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "provider.example");
    EXPECT_EQ(value(*url, "response_type"), "code");
    EXPECT_EQ(value(*url, "client_id"), "app id");
    EXPECT_EQ(value(*url, "redirect_uri"), context.redirect_uri);
    EXPECT_EQ(value(*url, "state"), "the-state");
    EXPECT_EQ(value(*url, "scope"), "read write:all");
    // RFC 7636, appendix B.
    EXPECT_EQ(value(*url, "code_challenge"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    EXPECT_EQ(value(*url, "code_challenge_method"), "S256");
    EXPECT_EQ(url->query.find("app%3Asecret"), std::string::npos);
}

TEST_F(OAuthTest, LeavesOutPkceAndScopesWhereThereAreNone) {
    context.code_verifier.clear();
    definition.authentication.scopes.clear();
    const auto url = begin();
    EXPECT_EQ(url->query.find("code_challenge"), std::string::npos);
    EXPECT_EQ(url->query.find("scope"), std::string::npos);
}

TEST_F(OAuthTest, KeepsTheUrlsOwnQueryByteForByteButNotWhatSecurityStandsOn) {
    definition.authentication.authorization_url =
        "https://provider.example/authorize?access_type=offline&x=%2f+a&state=evil&st%61te=evil2"
        "&redirect_uri=https%3A%2F%2Fevil.example&scope=own";
    const auto url = begin();
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->query.starts_with("access_type=offline&x=%2f+a&scope=own&"));
    EXPECT_EQ(url->query.find("evil"), std::string::npos);
    EXPECT_EQ(value(*url, "state"), "the-state");
    EXPECT_EQ(value(*url, "scope"), "own");
}

TEST_F(OAuthTest, AuthorizeParametersComeFirstExceptForTheFlowsOwn) {
    definition.authentication.scope_separator = ",";
    definition.authentication.authorize_parameters = {{"prompt", "consent"},
                                                      {"audience", "{{ inputs.audience }}"},
                                                      {"state", "evil"},
                                                      {"redirect_uri", "https://evil.example"},
                                                      {"response_type", "code token"},
                                                      {"empty", ""}};
    CredentialSecrets inputs;
    inputs.inputs["audience"] = Secret("a&b=c");
    const auto url = begin(inputs);
    ASSERT_TRUE(url);
    EXPECT_EQ(value(*url, "prompt"), "consent");
    EXPECT_EQ(value(*url, "audience"), "a&b=c");
    EXPECT_EQ(value(*url, "state"), "the-state");
    EXPECT_EQ(value(*url, "redirect_uri"), context.redirect_uri);
    EXPECT_EQ(value(*url, "response_type"), "code token");
    EXPECT_EQ(value(*url, "scope"), "read,write:all");
    EXPECT_EQ(url->query.find("empty"), std::string::npos);
}

TEST_F(OAuthTest, RendersInputsInUrlsAndRefusesValuesThatLeaveTheirPlace) {
    definition.authentication.authorization_url =
        "https://{{ inputs.subdomain }}.provider.example/authorize";
    CredentialSecrets inputs;
    inputs.inputs["subdomain"] = Secret("acme");
    EXPECT_EQ(begin(inputs)->host, "acme.provider.example");
    inputs.inputs["subdomain"] = Secret("evil.example/");
    EXPECT_FALSE(begin(inputs));
    EXPECT_EQ(begin().error().code, "template.value_missing");
}

TEST_F(OAuthTest, ExchangesTheCode) {
    provider.will_answer(200, R"({"access_token":"at","refresh_token":"rt","expires_in":3600,
                                  "scope":"read","token_type":"bearer","more":[1]})");
    const auto tokens = exchange();
    ASSERT_TRUE(tokens) << tokens.error().message;
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "at");
    EXPECT_EQ(tokens->secrets.refresh_token.reveal(), "rt");
    EXPECT_EQ(tokens->expires_at, clock.now() + Seconds(3600));
    EXPECT_EQ(tokens->granted_scopes, std::vector<std::string>{"read"});
    ASSERT_EQ(provider.requests.size(), 1U);
    const auto& request = provider.requests[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://provider.example/token");
    EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(request.headers.get("Accept"), "application/json");
    // RFC 6749 §2.3.1: form-encoded before Basic.
    EXPECT_EQ(request.headers.get("Authorization"),
              "Basic " + base64_encode("app+id:app%3Asecret"));
    EXPECT_EQ(provider.form_value("grant_type"), "authorization_code");
    EXPECT_EQ(provider.form_value("code"), "the-code");
    EXPECT_EQ(provider.form_value("redirect_uri"), context.redirect_uri);
    EXPECT_EQ(provider.form_value("code_verifier"), context.code_verifier);
    EXPECT_EQ(provider.form_value("client_id"), "");
    EXPECT_EQ(provider.form_value("client_secret"), "");
    EXPECT_EQ(request.limits.total_timeout, Seconds(60));
}

TEST_F(OAuthTest, RefusesToExchangeNothing) {
    EXPECT_EQ(complete({}, std::nullopt, context).error().code, "connect.code_missing");
    EXPECT_TRUE(provider.requests.empty());
}

TEST_F(OAuthTest, TriesBodyParametersWhenBasicIsRefusedAndRemembers) {
    provider.will_answer(401, R"({"error":"invalid_client"})");
    provider.will_answer(200, R"({"access_token":"at"})");
    ASSERT_TRUE(exchange());
    ASSERT_EQ(provider.requests.size(), 2U);
    EXPECT_TRUE(provider.requests[0].headers.has("Authorization"));
    EXPECT_FALSE(provider.requests[1].headers.has("Authorization"));
    EXPECT_EQ(provider.form_value("client_id"), "app id");
    EXPECT_EQ(provider.form_value("client_secret"), "app:secret");
    EXPECT_EQ(provider.form_value("code"), "the-code");
    provider.will_answer(200, R"({"access_token":"at"})");
    ASSERT_TRUE(exchange());
    ASSERT_EQ(provider.requests.size(), 3U);
    EXPECT_FALSE(provider.requests[2].headers.has("Authorization"));
}

TEST_F(OAuthTest, TriesBodyParametersWhenTheServerMissesThem) {
    provider.will_answer(400, R"({"error":"invalid_request",
        "error_description":"A required parameter \"client_id\" is missing"})");
    provider.will_answer(200, R"({"access_token":"at"})");
    EXPECT_TRUE(exchange());
    EXPECT_EQ(provider.requests.size(), 2U);
}

TEST_F(OAuthTest, DoesNotSendTheCodeTwiceWhenTheGrantItselfIsRefused) {
    provider.will_answer(400,
                         R"({"error":"invalid_grant","error_description":"client_id is fine"})");
    const auto refused = exchange();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unprocessable);
    EXPECT_EQ(refused.error().code, "connect.token_request_failed");
    EXPECT_EQ(provider.requests.size(), 1U);
}

TEST_F(OAuthTest, KeepsToTheDefinitionsClientAuthentication) {
    definition.authentication.client_authentication = ClientAuthentication::body;
    provider.will_answer(401, R"({"error":"invalid_client"})");
    EXPECT_FALSE(exchange());
    EXPECT_EQ(provider.requests.size(), 1U);
    EXPECT_EQ(provider.form_value("client_secret"), "app:secret");
    definition.authentication.client_authentication = ClientAuthentication::basic;
    provider.will_answer(401, R"({"error":"invalid_client"})");
    EXPECT_FALSE(exchange());
    EXPECT_EQ(provider.requests.size(), 2U);
    EXPECT_EQ(provider.form_value("client_secret"), "");
}

TEST_F(OAuthTest, APublicClientSendsItsIdAlone) {
    auto integration = open();
    integration.client_secret = {};
    provider.will_answer(200, R"({"access_token":"at"})");
    ASSERT_TRUE(run_task(method().complete(integration, {}, code(), context)));
    EXPECT_FALSE(provider.requests[0].headers.has("Authorization"));
    EXPECT_EQ(provider.form_value("client_id"), "app id");
    EXPECT_EQ(provider.form_value("client_secret"), "");
}

TEST_F(OAuthTest, SendsJsonExtraParametersAndHeaders) {
    definition.authentication.token_request_body = TokenRequestBody::json;
    definition.authentication.client_authentication = ClientAuthentication::body;
    definition.authentication.token_parameters = {{"realm", "{{ callback.realmId }}"},
                                                  {"env", "{{ secrets.ENV }}"},
                                                  {"optional", "{{ inputs.none ?? \"\" }}"}};
    definition.authentication.token_headers = {{"X-Version", "2"}};
    provider.will_answer(200, R"({"access_token":"at"})");
    AuthorizationAnswer answer = code();
    answer.callback["realmId"] = Secret("quote \" it");
    const auto tokens = complete({}, std::move(answer), context);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.callback.at("realmId").reveal(), "quote \" it");
    const auto body = parse_json(provider.requests[0].body);
    ASSERT_TRUE(body);
    EXPECT_EQ(string_member(*body, "grant_type"), "authorization_code");
    EXPECT_EQ(string_member(*body, "realm"), "quote \" it");
    EXPECT_EQ(string_member(*body, "env"), "from-env");
    EXPECT_EQ(string_member(*body, "client_secret"), "app:secret");
    EXPECT_EQ(find_member(*body, "optional"), nullptr);
    EXPECT_EQ(provider.requests[0].headers.get("Content-Type"), "application/json");
    EXPECT_EQ(provider.requests[0].headers.get("X-Version"), "2");
}

TEST_F(OAuthTest, ReadsNestedPathsAndCapturesValues) {
    definition.authentication.token_response.access_token = "authed_user.access_token";
    definition.authentication.captured_from_token = {{"team", "team.id"}, {"none", "no.such"}};
    provider.will_answer(200, R"({"ok":true,"access_token":"bot",
        "authed_user":{"access_token":"user"},"team":{"id":7}})");
    const auto tokens = exchange();
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "user");
    EXPECT_EQ(tokens->secrets.token.at("team").reveal(), "7");
    EXPECT_FALSE(tokens->secrets.token.contains("none"));
    EXPECT_EQ(tokens->granted_scopes, definition.authentication.scopes);
}

TEST_F(OAuthTest, TellsTheProvidersWordsWithoutSecretsOrMarkup) {
    provider.will_answer(400, R"({"error":"invalid_grant",
        "error_description":"<script>alert(1)</script>\u0007 code the-code is used"})");
    const auto refused = exchange();
    ASSERT_FALSE(refused);
    const std::string& message = refused.error().message;
    EXPECT_NE(message.find("invalid_grant"), std::string::npos);
    EXPECT_EQ(message.find('<'), std::string::npos);
    EXPECT_EQ(message.find('\a'), std::string::npos);
    EXPECT_EQ(message.find("the-code"), std::string::npos);
}

TEST_F(OAuthTest, RefreshKeepsWhatTheAnswerDoesNotBring) {
    CredentialSecrets secrets;
    secrets.access_token = Secret("old access");
    secrets.refresh_token = Secret("old refresh");
    secrets.inputs["x"] = Secret("y");
    secrets.token["team"] = Secret("7");
    definition.authentication.refresh_parameters = {{"extra", "1"}};
    provider.will_answer(200, R"({"access_token":"new access","expires_in":"60"})");
    const auto tokens = refresh(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "new access");
    EXPECT_EQ(tokens->secrets.refresh_token.reveal(), "old refresh");
    EXPECT_EQ(tokens->secrets.inputs.at("x").reveal(), "y");
    EXPECT_EQ(tokens->secrets.token.at("team").reveal(), "7");
    EXPECT_EQ(tokens->expires_at, clock.now() + Seconds(60));
    EXPECT_FALSE(tokens->granted_scopes);
    EXPECT_EQ(provider.form_value("grant_type"), "refresh_token");
    EXPECT_EQ(provider.form_value("refresh_token"), "old refresh");
    EXPECT_EQ(provider.form_value("extra"), "1");
    EXPECT_EQ(provider.form_value("scope"), "");
}

TEST_F(OAuthTest, RefreshGoesToItsOwnUrlAndTakesANewRefreshToken) {
    definition.authentication.refresh_url = "https://provider.example/refresh";
    definition.authentication.token_response.access_token = "data.token";
    CredentialSecrets secrets;
    secrets.refresh_token = Secret("old");
    provider.will_answer(200, R"({"access_token":"plain","refresh_token":"new"})");
    const auto tokens = refresh(secrets);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(provider.requests[0].url, "https://provider.example/refresh");
    EXPECT_EQ(tokens->secrets.access_token.reveal(), "plain");
    EXPECT_EQ(tokens->secrets.refresh_token.reveal(), "new");
}

TEST_F(OAuthTest, CanRefreshWithARefreshTokenOnly) {
    CredentialSecrets secrets;
    EXPECT_FALSE(method().can_refresh(*open().integration, secrets));
    secrets.refresh_token = Secret("r");
    EXPECT_TRUE(method().can_refresh(*open().integration, secrets));
}

TEST_F(OAuthTest, RevokesBothTokensWhereThereIsAUrl) {
    CredentialSecrets secrets;
    secrets.access_token = Secret("a");
    secrets.refresh_token = Secret("r");
    EXPECT_TRUE(revoke(secrets));
    EXPECT_TRUE(provider.requests.empty());
    definition.authentication.revocation_url = "https://provider.example/revoke";
    provider.will_answer(200, "");
    provider.will_answer(200, "");
    EXPECT_TRUE(revoke(secrets));
    ASSERT_EQ(provider.requests.size(), 2U);
    EXPECT_EQ(FakeProvider::value_in(provider.requests[0].body, "token"), "r");
    EXPECT_EQ(FakeProvider::value_in(provider.requests[0].body, "token_type_hint"),
              "refresh_token");
    EXPECT_EQ(FakeProvider::value_in(provider.requests[1].body, "token"), "a");
    EXPECT_TRUE(provider.requests[0].headers.has("Authorization"));
    provider.will_answer(503, "");
    EXPECT_EQ(revoke(secrets).error().code, "connect.revocation_failed");
}

}  // namespace
}  // namespace tenon
