// What odd providers need from a token endpoint, knob by knob: where parameters stand, what they
// are called, how the client shows who it is, what an expiry means, how a grant is revoked.
#include "auth_methods/testing.h"
#include "base/url.h"
#include "platform/crypto/jwt.h"

namespace tenon {
namespace {

constexpr std::string_view kAnswer = R"({"access_token":"at","refresh_token":"rt"})";

class ProviderKnobsTest : public MethodFixture {
 public:
    ProviderKnobsTest() {
        a().method = AuthMethodKind::oauth;
        a().authorization_url = "https://provider.example/authorize";
        a().client_authentication = ClientAuthentication::body;
    }
    Authentication& a() { return definition.authentication; }
    Result<RefreshedTokens> connect(std::string answer = std::string(kAnswer)) {
        provider.will_answer(200, std::move(answer));
        return complete({}, AuthorizationAnswer{Secret("the-code"), {}},
                        {"https://tenon.example/oauth/1", "state", ""});
    }
    const http::ClientRequest& sent() const { return provider.requests.back(); }
    std::string in_query(std::string_view name) const {
        return FakeProvider::value_in(Url::parse(sent().url)->query, name);
    }
    static CredentialSecrets connected() {
        CredentialSecrets secrets;
        secrets.access_token = Secret("old-at");
        secrets.refresh_token = Secret("old-rt");
        secrets.token["account"] = Secret("acct/1");
        return secrets;
    }
};

TEST_F(ProviderKnobsTest, ParametersStandInTheQueryWhereThatIsAskedFor) {
    a().token_request_body = TokenRequestBody::query;
    a().access_token_url = "https://provider.example/token?v=2";
    ASSERT_TRUE(connect());
    EXPECT_EQ(sent().method, "POST");
    EXPECT_EQ(sent().body, "");
    EXPECT_FALSE(sent().headers.has("Content-Type"));
    EXPECT_TRUE(sent().url.starts_with("https://provider.example/token?v=2&"));
    EXPECT_EQ(in_query("code"), "the-code");
    EXPECT_EQ(in_query("client_secret"), "app:secret");

    a().token_request_method = TokenRequestMethod::get;
    ASSERT_TRUE(connect());
    EXPECT_EQ(sent().method, "GET");
    EXPECT_EQ(in_query("grant_type"), "authorization_code");
}

TEST_F(ProviderKnobsTest, ClientIdAndSecretMayHaveOtherNames) {
    a().client_id_parameter = "client_key";
    a().client_secret_parameter = "client_pass";
    ASSERT_TRUE(connect());
    EXPECT_EQ(provider.form_value("client_key"), "app id");
    EXPECT_EQ(provider.form_value("client_pass"), "app:secret");
    EXPECT_EQ(provider.form_value("client_id"), "");
    EXPECT_EQ(provider.form_value("client_secret"), "");
    const auto begun = method().begin(open(), {}, {"https://tenon.example/oauth/1", "s", ""});
    const std::string query = Url::parse(begun->authorization_url)->query;
    EXPECT_EQ(FakeProvider::value_in(query, "client_key"), "app id");
    EXPECT_EQ(FakeProvider::value_in(query, "client_id"), "");
}

TEST_F(ProviderKnobsTest, RefreshHasHeadersOfItsOwnOverThoseOfTheTokenRequest) {
    a().token_headers = {{"X-Version", "1"}, {"X-Both", "token"}};
    a().refresh_headers = {{"X-Both", "{{ token.account }}"}};
    provider.will_answer(200, std::string(kAnswer));
    ASSERT_TRUE(refresh(connected()));
    EXPECT_EQ(sent().headers.get("X-Version"), "1");
    EXPECT_EQ(sent().headers.get("X-Both"), "acct/1");
    ASSERT_TRUE(connect());
    EXPECT_EQ(sent().headers.get("X-Both"), "token");
}

TEST_F(ProviderKnobsTest, RefreshAndRevocationKnowTheAccountsProfile) {
    a().refresh_url = "https://provider.example/{{ profile.org }}/refresh";
    a().refresh_parameters = {{"org", "{{ profile.org }}"}};
    a().revocation_url = "https://provider.example/{{ profile.org }}/revoke";
    auto integration = open();
    integration.profile = {{"org", "o-1"}};
    provider.will_answer(200, std::string(kAnswer));
    ASSERT_TRUE(run_task(method().refresh(integration, connected())));
    EXPECT_EQ(sent().url, "https://provider.example/o-1/refresh");
    EXPECT_EQ(provider.form_value("org"), "o-1");
    provider.will_answer(200, "");
    provider.will_answer(200, "");
    ASSERT_TRUE(run_task(method().revoke(integration, connected())));
    EXPECT_EQ(sent().url, "https://provider.example/o-1/revoke");
    // Where it is not known, nothing is sent.
    const std::size_t seen = provider.requests.size();
    EXPECT_EQ(refresh(connected()).error().code, "own: template.value_missing");
    EXPECT_EQ(provider.requests.size(), seen);
}

TEST_F(ProviderKnobsTest, AnExpiryMayBeASpanInOtherUnitsOrAMoment) {
    const auto lifetime = [this](ExpiryUnit unit, const std::string& value) {
        a().token_response.expiry_unit = unit;
        const auto tokens = connect(R"({"access_token":"at","expires_in":)" + value + "}");
        if (!tokens || !tokens->expires_at) return Seconds(-1);
        return std::chrono::duration_cast<Seconds>(*tokens->expires_at - clock.now());
    };
    const std::int64_t now = to_millis(clock.now()) / 1000;
    EXPECT_EQ(lifetime(ExpiryUnit::seconds, "3600"), Seconds(3600));
    EXPECT_EQ(lifetime(ExpiryUnit::milliseconds, "3600000"), Seconds(3600));
    EXPECT_EQ(lifetime(ExpiryUnit::milliseconds, "7776000000"), Seconds(7'776'000));
    EXPECT_EQ(lifetime(ExpiryUnit::minutes, "60"), Seconds(3600));
    EXPECT_EQ(lifetime(ExpiryUnit::seconds, std::to_string(now + 60)), Seconds(60));
    EXPECT_EQ(lifetime(ExpiryUnit::milliseconds, std::to_string((now + 60) * 1000)), Seconds(60));
    EXPECT_EQ(lifetime(ExpiryUnit::seconds, "0"), Seconds(-1));
    a().token_lifetime_seconds = 1200;
    EXPECT_EQ(lifetime(ExpiryUnit::seconds, "0"), Seconds(1200));
    EXPECT_EQ(lifetime(ExpiryUnit::seconds, "60"), Seconds(60));
}

TEST_F(ProviderKnobsTest, ATimeLimitOfTheDefinitionOnlyShortensTheServers) {
    a().token_timeout = Milliseconds(5'000);
    ASSERT_TRUE(connect());
    EXPECT_EQ(sent().limits.total_timeout, Milliseconds(5'000));
    a().token_timeout = Milliseconds(3'600'000);
    ASSERT_TRUE(connect());
    EXPECT_EQ(sent().limits.total_timeout, Seconds(60));
}

TEST_F(ProviderKnobsTest, ARevocationMayBeSpelledOut) {
    a().revocation_url = "https://provider.example/grants/{{ credential.refresh_token }}";
    a().revocation_request = CustomTokenRequest{};
    a().revocation_request->method = "DELETE";
    a().revocation_request->headers = {{"Authorization", "Bearer {{ credential.access_token }}"}};
    provider.will_answer(204, "");
    ASSERT_TRUE(revoke(connected()));
    ASSERT_EQ(provider.requests.size(), 1U);
    EXPECT_EQ(sent().method, "DELETE");
    EXPECT_EQ(sent().url, "https://provider.example/grants/old-rt");
    EXPECT_EQ(sent().headers.get("Authorization"), "Bearer old-at");
    EXPECT_EQ(sent().body, "");
    EXPECT_FALSE(sent().headers.has("Content-Type"));

    a().client_authentication = ClientAuthentication::basic;
    a().revocation_request = CustomTokenRequest{};
    a().revocation_request->body = {{"account", "{{ token.account }}"}};
    a().revocation_request->authenticates_client = true;
    provider.will_answer(500, "{}");
    const auto failed = revoke(connected());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, "connect.revocation_failed");
    EXPECT_EQ(sent().body, R"({"account":"acct/1"})");
    EXPECT_TRUE(sent().headers.get("Authorization").starts_with("Basic "));
}

TEST_F(ProviderKnobsTest, MutualTlsSendsTheClientIdAlone) {
    a().client_authentication = ClientAuthentication::tls_client_auth;
    ASSERT_TRUE(connect());
    EXPECT_EQ(provider.form_value("client_id"), "app id");
    EXPECT_EQ(provider.form_value("client_secret"), "");
    EXPECT_FALSE(sent().headers.has("Authorization"));
}

// ---- private_key_jwt ----

class AssertionTest : public ProviderKnobsTest {
 public:
    AssertionTest() {
        a().client_authentication = ClientAuthentication::private_key_jwt;
        a().client_assertion.key_id = "key-1";
    }
    static const RsaKeyPair& pair() {
        static const RsaKeyPair made = *generate_rsa_key();
        return made;
    }
    OpenIntegration open_signing(const Secret& key = pair().private_pem) {
        auto integration = open();
        integration.client_private_key = key;
        return integration;
    }
    Result<RefreshedTokens> connect_signing(const Secret& key = pair().private_pem) {
        provider.will_answer(200, std::string(kAnswer));
        const auto integration = open_signing(key);
        return run_task(method().complete(integration, {},
                                          AuthorizationAnswer{Secret("the-code"), {}},
                                          {"https://tenon.example/oauth/1", "state", ""}));
    }
    // The claims of what was sent, verified.
    Json claims() {
        const auto key = RsaPublicKey::from_pem(pair().public_pem);
        const JwtRules rules{
            .audiences = {"https://provider.example/token", "https://provider.example/refresh",
                          "https://provider.example/revoke", "https://from-env.example"}};
        const auto verified =
            verify_jwt_rs256(provider.form_value("client_assertion"), {*key}, rules, clock.now());
        EXPECT_TRUE(verified) << (verified ? "" : verified.error().message);
        return verified ? *verified : Json();
    }
};

TEST_F(AssertionTest, ProvesTheClientByATokenForThisRequest) {
    ASSERT_TRUE(connect_signing());
    EXPECT_EQ(provider.form_value("client_assertion_type"),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    EXPECT_EQ(provider.form_value("client_id"), "app id");
    EXPECT_EQ(provider.form_value("client_secret"), "");
    EXPECT_FALSE(sent().headers.has("Authorization"));
    const Json first = claims();
    EXPECT_EQ(string_member(first, "iss"), "app id");
    EXPECT_EQ(string_member(first, "sub"), "app id");
    EXPECT_EQ(string_member(first, "aud"), "https://provider.example/token");
    const std::int64_t now = to_millis(clock.now()) / 1000;
    EXPECT_EQ(first.at("exp").as_int64(), now + 120);
    ASSERT_TRUE(connect_signing());
    EXPECT_NE(string_member(claims(), "jti"), string_member(first, "jti"));
}

TEST_F(AssertionTest, AudienceKeyIdThumbprintAndLifetimeAreTheDefinitions) {
    a().client_assertion.audience = "https://{{ secrets.ENV }}.example";
    a().client_assertion.certificate_thumbprint = "thumb";
    a().client_assertion.lifetime_seconds = 60;
    ASSERT_TRUE(connect_signing());
    EXPECT_EQ(string_member(claims(), "aud"), "https://from-env.example");
    const std::string token = provider.form_value("client_assertion");
    const Json header = *parse_json(*base64url_decode(token.substr(0, token.find('.'))));
    EXPECT_EQ(string_member(header, "kid"), "key-1");
    EXPECT_EQ(string_member(header, "x5t#S256"), "thumb");
    EXPECT_EQ(string_member(header, "alg"), "RS256");
    const Json said = claims();
    EXPECT_EQ(said.at("exp").as_int64() - said.at("iat").as_int64(), 60);
}

TEST_F(AssertionTest, RefreshAndRevocationSignForTheirOwnUrls) {
    a().refresh_url = "https://provider.example/refresh";
    a().revocation_url = "https://provider.example/revoke";
    const auto integration = open_signing();
    provider.will_answer(200, std::string(kAnswer));
    ASSERT_TRUE(run_task(method().refresh(integration, connected())));
    EXPECT_EQ(string_member(claims(), "aud"), "https://provider.example/refresh");
    provider.will_answer(200, "");
    provider.will_answer(200, "");
    ASSERT_TRUE(run_task(method().revoke(integration, connected())));
    EXPECT_EQ(string_member(claims(), "aud"), "https://provider.example/revoke");
}

TEST_F(AssertionTest, AKeyThatCannotSignSendsNothingAndIsNotShown) {
    const auto failed = connect_signing(Secret("planted-key-text"));
    ASSERT_FALSE(failed);
    EXPECT_TRUE(provider.requests.empty());
    EXPECT_EQ(failed.error().message.find("planted"), std::string::npos);
    EXPECT_NE(failed.error().message.find("PEM"), std::string::npos);
}

TEST_F(AssertionTest, WithClientCredentialsTheEndUserBringsTheKey) {
    a().method = AuthMethodKind::oauth_client_credential;
    const auto fields = method().own_fields(definition);
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_EQ(fields[1].id, "clientSecret");
    EXPECT_EQ(fields[1].type, InputType::textarea);
    CredentialSecrets inputs;
    inputs.client_id = Secret("service-app");
    inputs.client_secret = pair().private_pem;
    provider.will_answer(200, R"({"access_token":"at"})");
    ASSERT_TRUE(complete(std::move(inputs)));
    EXPECT_EQ(string_member(claims(), "iss"), "service-app");
    EXPECT_EQ(provider.form_value("client_secret"), "");
    EXPECT_EQ(sent().body.find("PRIVATE"), std::string::npos);
}

}  // namespace
}  // namespace tenon
