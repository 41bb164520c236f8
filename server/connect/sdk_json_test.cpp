// The shapes that the published client reads, as golden files. UPDATE_GOLDEN=1 rewrites them.
#include "connect/sdk_json.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace tenon {
namespace {

const SdkContext kContext{.public_url = "https://tenon.example.com"};

template <class IdType>
IdType id_of(const char* text) {
    return *IdType::parse(text);
}

void expect_golden(const std::string& name, const Json& json) {
    const std::string path = TENON_SOURCE_DIR "/server/connect/golden/" + name;
    const std::string actual = write_json_pretty(json) + "\n";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << actual;
    std::ifstream file(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(actual, expected) << path;
}

SdkIntegration given_integration(AuthMethodKind method, std::vector<InputField> fields) {
    auto integration = std::make_shared<Integration>();
    integration->id = id_of<IntegrationId>("11111111-1111-4111-8111-111111111111");
    integration->project_id = id_of<ProjectId>("22222222-2222-4222-8222-222222222222");
    integration->status = IntegrationStatus::active;
    integration->created_at = integration->updated_at = from_millis(1'767'225'600'000);
    integration->definition.name = "Acme CRM";
    integration->definition.slug = "acmecrm";
    integration->definition.description = "Contacts";
    integration->definition.accent_color = "#2f6f4f";
    integration->definition.overview = "**Syncs** contacts.";
    integration->definition.authentication.method = method;
    integration->definition.authentication.input_fields = fields;
    integration->definition.authentication.client_id = "client-of-tenon";
    integration->sealed_client_secret = "sealed";
    return {.integration = integration, .fields = std::move(fields), .accounts = {}};
}

CredentialWithConfigurations given_account() {
    CredentialWithConfigurations account;
    Credential& credential = account.credential;
    credential.id = id_of<CredentialId>("33333333-3333-4333-8333-333333333333");
    credential.project_id = id_of<ProjectId>("22222222-2222-4222-8222-222222222222");
    credential.integration_id = id_of<IntegrationId>("11111111-1111-4111-8111-111111111111");
    credential.user_id = id_of<UserId>("44444444-4444-4444-8444-444444444444");
    credential.status = CredentialStatus::valid;
    credential.provider_id = "acme-7";
    credential.provider_data = {{"email", "ada@example.com"}};
    credential.sealed_secrets = "sealed";
    credential.expires_at = from_millis(1'767'229'200'000);
    credential.created_at = credential.updated_at = from_millis(1'767'225'600'000);
    Configuration configuration;
    configuration.id = id_of<ConfigurationId>("55555555-5555-4555-8555-555555555555");
    configuration.credential_id = credential.id;
    configuration.project_id = credential.project_id;
    configuration.is_default = true;
    configuration.shared_settings = {{"region", "eu"}};
    configuration.created_at = configuration.updated_at = credential.created_at;
    account.configurations.push_back(configuration);
    return account;
}

ConnectedUser given_user() {
    ConnectedUser user;
    user.id = id_of<UserId>("44444444-4444-4444-8444-444444444444");
    user.project_id = id_of<ProjectId>("22222222-2222-4222-8222-222222222222");
    user.external_id = "alice";
    user.meta = {{"Email", "alice@example.com"}};
    return user;
}

TEST(SdkJson, Metadata) {
    const auto item = given_integration(AuthMethodKind::oauth, {});
    expect_golden("metadata.json", sdk_metadata_json(kContext, *item.integration));
}

TEST(SdkJson, IntegrationWithOauth) {
    const auto item = given_integration(AuthMethodKind::oauth, {{.id = "subdomain",
                                                                 .title = "Subdomain",
                                                                 .subtitle = "Of your account",
                                                                 .placeholder = "acme",
                                                                 .prefix_label = "https://",
                                                                 .suffix_label = ".acme.com"}});
    expect_golden("integration_oauth.json", sdk_integration_json(kContext, item));
}

TEST(SdkJson, IntegrationWithEveryKindOfField) {
    std::vector<InputField> fields;
    for (const auto& [id, type] :
         {std::pair{"username", InputType::text}, std::pair{"password", InputType::password},
          std::pair{"mail", InputType::email}, std::pair{"home", InputType::url},
          std::pair{"count", InputType::number}, std::pair{"note", InputType::textarea}}) {
        fields.push_back({.id = id, .title = id, .type = type, .required = false});
    }
    fields.push_back({.id = "region",
                      .title = "Region",
                      .type = InputType::select,
                      .default_value = "eu",
                      .options = {{"Europe", "eu"}, {"America", "us"}}});
    const auto item = given_integration(AuthMethodKind::ropc_app, fields);
    expect_golden("integration_ropc.json", sdk_integration_json(kContext, item));
}

TEST(SdkJson, Credential) {
    expect_golden("credential.json", sdk_credential_json(given_account()));
}

TEST(SdkJson, TellsThatARefreshRuns) {
    CredentialWithConfigurations account = given_account();
    EXPECT_FALSE(sdk_credential_json(account).at("isRefreshing").as_bool());
    account.is_refreshing = true;
    EXPECT_TRUE(sdk_credential_json(account).at("isRefreshing").as_bool());
}

TEST(SdkJson, UserConnectedAndNot) {
    auto connected = given_integration(AuthMethodKind::basic, {});
    connected.accounts.push_back(given_account());
    expect_golden("user_connected.json", sdk_user_json(given_user(), {connected}));
    expect_golden("user_not_connected.json",
                  sdk_user_json(given_user(), {given_integration(AuthMethodKind::basic, {})}));
}

TEST(SdkJson, AnInvalidCredentialDisables) {
    auto item = given_integration(AuthMethodKind::basic, {});
    item.accounts.push_back(given_account());
    item.accounts[0].credential.status = CredentialStatus::invalid;
    const JsonObject user = sdk_user_json(given_user(), {item});
    const Json& entry = user.at("integrations").at("custom.acmecrm");
    EXPECT_FALSE(entry.at("enabled").as_bool());
    EXPECT_EQ(entry.at("credentialStatus").as_string(), "INVALID");
}

TEST(SdkJson, AccountFormKeepsTokensIn) {
    const auto item = given_integration(AuthMethodKind::oauth, {});
    const JsonObject json = sdk_account_json(kContext, item, given_account());
    EXPECT_EQ(write_json(json.at("accountAuth")), "{}");
    for (const std::string& text :
         {write_json(json), write_json(sdk_credential_json(given_account()))}) {
        EXPECT_EQ(text.find("sealed"), std::string::npos);
        EXPECT_EQ(text.find("client-of-tenon"), std::string::npos);
    }
}

}  // namespace
}  // namespace tenon
