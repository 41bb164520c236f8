#include "integrations/definition_json.h"

#include <gtest/gtest.h>
#include <set>

#include "integrations/testing.h"
#include "platform/http/json_schema.h"

namespace tenon {
namespace {

Json full_json(const Json& json) { return to_json(parse_definition(json), JsonDetail::full); }
Json brief_json(const Json& json) { return to_json(parse_definition(json), JsonDetail::brief); }

std::set<std::string> member_names(const Json& object) {
    std::set<std::string> names;
    for (const auto& member : object.as_object()) names.emplace(member.key());
    return names;
}

// Everything that a definition can hold, for each method.
Json rich_oauth() {
    Json json = with(oauth_json(), "slug", "acmecrm");
    json = with(std::move(json), "icon", "<svg/>");
    json = with(
        std::move(json), "authentication.inputFields[0]",
        json_of(R"({"id":"subdomain","title":"T","subtitle":"S","placeholder":"P","prefixLabel":"a",
                            "suffixLabel":"b","type":"select","required":false,
                            "pattern":"x+","defaultValue":"v",
                            "options":[{"label":"L","value":"v"}]})"));
    json = with(std::move(json), "authentication.clientSecret", "{{ secrets.ACME }}");
    json = with(std::move(json), "authentication.pkce", false);
    json = with(std::move(json), "authentication.tokenResponse.accessToken",
                "authed_user.access_token");
    json = with(std::move(json), "authentication.captureFromToken.z", "z");
    json = with(std::move(json), "authentication.captureFromToken.a", "a[0].b");
    json = with(std::move(json), "authentication.captureFromCallback", json_of(R"(["realmId"])"));
    json = with(std::move(json), "authentication.tokenHeaders.Zeta", "1");
    json = with(std::move(json), "authentication.tokenHeaders.Alpha", "2");
    json = with(std::move(json), "authentication.clientPrivateKey", "{{ secrets.KEY }}");
    json = with(std::move(json), "authentication.clientCertificate", "{{ secrets.CERT }}");
    json = with(std::move(json), "authentication.clientAuthentication", "private_key_jwt");
    json = with(std::move(json), "authentication.clientAssertion",
                json_of(R"({"audience":"https://a.example","keyId":"k",
                            "certificateThumbprint":"t","lifetimeSeconds":60})"));
    json = with(std::move(json), "authentication.clientIdParameter", "client_key");
    json = with(std::move(json), "authentication.clientSecretParameter", "client_pass");
    json = with(std::move(json), "authentication.refreshHeaders.X-R", "1");
    json = with(std::move(json), "authentication.tokenRequestMethod", "GET");
    json = with(std::move(json), "authentication.tokenRequestBody", "query");
    json = with(std::move(json), "authentication.tokenResponse.expiryUnit", "milliseconds");
    json = with(std::move(json), "authentication.tokenLifetimeSeconds", 3600);
    json = with(std::move(json), "authentication.tokenTimeoutMs", 5000);
    json = with(std::move(json), "authentication.revocationUrl", "https://a.example/revoke");
    json = with(std::move(json), "authentication.revocationRequest",
                json_of(R"({"method":"DELETE","headers":{"X":"1"},"bodyType":"form",
                            "body":{"t":"1"},"authenticatesClient":true})"));
    json = with(std::move(json), "api.retry",
                json_of(R"({"statuses":[409],"afterHeader":"X-After","resetHeader":"X-Reset"})"));
    json = with(std::move(json), "api.authorization",
                json_of(R"({"type":"query_params","params":{"k":"v"}})"));
    json = with(std::move(json), "api.testEndpoint",
                json_of(R"({"method":"POST","path":"/me","headers":{"X":"1"},"body":"{}"})"));
    json = with(std::move(json), "api.userProfile",
                json_of(
                    R"({"strategy":"jwt","fields":{"sub":"sub"},
                     "providerIdPath":"sub","requireSuccess":false})"));
    json = with(std::move(json), "api.timeouts", json_of(R"({"connectMs":1000,"totalMs":9000})"));
    json = with(std::move(json), "api.retriesMax", 2);
    return with(std::move(json), "api.rateLimitPerMinute", 60);
}

TEST(DefinitionJson, gives_back_what_was_read_in_both_forms) {
    for (const Json& json :
         {rich_oauth(), oauth_json(), basic_json(), client_credential_json(), ropc_json()}) {
        const IntegrationDefinition definition = parse_definition(json);
        EXPECT_EQ(parse_definition(full_json(json)), definition) << write_json(json);
        EXPECT_EQ(parse_definition(brief_json(json)), definition) << write_json(json);
        EXPECT_EQ(write_json(full_json(full_json(json))), write_json(full_json(json)));
    }
}

TEST(DefinitionJson, keeps_the_order_of_maps) {
    const IntegrationDefinition definition = parse_definition(rich_oauth());
    const std::vector<NamedTemplate> expected = {{"Zeta", "1"}, {"Alpha", "2"}};
    EXPECT_EQ(definition.authentication.token_headers, expected);
    EXPECT_NE(write_json(full_json(rich_oauth())).find(R"({"Zeta":"1","Alpha":"2"})"),
              std::string::npos);
}

TEST(DefinitionJson, leaves_defaults_out_of_the_brief_form) {
    EXPECT_EQ(write_json(brief_json(ropc_json())),
              R"({"name":"Legacy","slug":"","authentication":{"method":"ropc_app",)"
              R"("accessTokenUrl":"https://legacy.example/token"},)"
              R"("api":{"baseUrl":"https://legacy.example/api"}})");
}

TEST(DefinitionJson, has_exactly_the_members_of_the_method_in_its_full_form) {
    const Json& schemas = *find_path(integrations_contract(), "components.schemas");
    const std::pair<Json, std::string_view> cases[] = {
        {oauth_json(), "OauthAuthentication"},
        {basic_json(), "BasicAuthentication"},
        {client_credential_json(), "ClientCredentialAuthentication"},
        {ropc_json(), "RopcAuthentication"}};
    for (const auto& [json, schema] : cases) {
        auto names = member_names(schemas.at(schema).at("properties"));
        // Written only when they say something.
        for (const char* name :
             {"clientSecret", "clientPrivateKey", "clientCertificate", "tokenRequest",
              "revocationRequest", "tokenLifetimeSeconds", "tokenTimeoutMs"}) {
            names.erase(name);
        }
        EXPECT_EQ(member_names(full_json(json).at("authentication")), names) << schema;
    }
}

TEST(DefinitionJson, keeps_its_own_schema) {
    const auto schema = http::JsonSchema::compile(integrations_contract(),
                                                  "#/components/schemas/IntegrationDefinition");
    ASSERT_TRUE(schema) << schema.error().message;
    for (const Json& json :
         {rich_oauth(), oauth_json(), basic_json(), client_credential_json(), ropc_json()}) {
        IntegrationDefinition definition = parse_definition(json);
        definition.slug = "acme";
        for (const auto detail : {JsonDetail::full, JsonDetail::brief}) {
            for (const auto& problem : schema->check(to_json(definition, detail))) {
                ADD_FAILURE() << problem.field << " " << problem.rule;
            }
        }
    }
}

TEST(DefinitionJson, never_writes_a_literal_secret) {
    Json json = with(oauth_json(), "authentication.clientSecret", "hunter2-planted");
    json = with(std::move(json), "authentication.clientPrivateKey", "hunter2-key");
    json = with(std::move(json), "authentication.clientCertificate", "hunter2-certificate");
    const IntegrationDraft draft = draft_of(json);
    EXPECT_EQ(draft.client_secret->reveal(), "hunter2-planted");
    EXPECT_EQ(draft.client_private_key->reveal(), "hunter2-key");
    EXPECT_EQ(draft.client_certificate->reveal(), "hunter2-certificate");
    EXPECT_EQ(write_json(to_json(draft.definition, JsonDetail::full)).find("hunter2"),
              std::string::npos);
    EXPECT_FALSE(draft.definition.authentication.has_client_secret);
}

TEST(DefinitionJson, tells_absent_secrets_and_states_from_empty_ones) {
    EXPECT_FALSE(draft_of(oauth_json()).client_secret);
    EXPECT_FALSE(draft_of(oauth_json()).status);
    EXPECT_TRUE(
        draft_of(with(oauth_json(), "authentication.clientSecret", "")).client_secret->empty());
    EXPECT_EQ(draft_of(with(oauth_json(), "status", "inactive")).status,
              IntegrationStatus::inactive);
}

TEST(DefinitionJson, lists_what_changed) {
    const IntegrationDefinition before = parse_definition(oauth_json());
    const auto changes = [&before](const Json& json) {
        return changed_fields(before, parse_definition(json));
    };
    EXPECT_TRUE(changes(oauth_json()).empty());
    using Fields = std::vector<std::string>;
    EXPECT_EQ(changes(with(oauth_json(), "name", "Other")), Fields{"name"});
    EXPECT_EQ(changes(with(with(oauth_json(), "api.retriesMax", 1), "authentication.pkce", false)),
              (Fields{"authentication.pkce", "api.retriesMax"}));
    // The order of a map's members is part of the definition.
    const IntegrationDefinition rich = parse_definition(rich_oauth());
    IntegrationDefinition turned = rich;
    std::swap(turned.authentication.token_headers[0], turned.authentication.token_headers[1]);
    EXPECT_EQ(changed_fields(rich, turned), Fields{"authentication.tokenHeaders"});
}

}  // namespace
}  // namespace tenon
