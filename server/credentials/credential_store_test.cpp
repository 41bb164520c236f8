#include "credentials/credential_store.h"

#include "credentials/configuration_store.h"
#include "credentials/testing.h"

namespace tenon {
namespace {

class CredentialStoreTest : public CredentialsFixture {
 protected:
    Credential given(std::string slot = "single") {
        Credential credential = given_credential(vault, clock, secrets_with_tokens("a", "r"));
        return inserted(std::move(credential), std::move(slot));
    }
    Credential inserted(Credential credential, std::string slot) {
        const Ok done = stored_with_owners(credential, slot);
        EXPECT_TRUE(done) << done.error().message;
        return credential;
    }
    std::optional<Credential> find(const Credential& c) {
        return *in_transaction(
            [&](Connection& tx) { return credentials.find(tx, c.project_id, c.id); });
    }

    TestVault vault;
    CredentialStore credentials;
    ConfigurationStore configurations;
};

TEST_P(CredentialStoreTest, ReadsBackWhatWasWritten) {
    Credential c = given_credential(vault, clock, secrets_with_tokens("a", "r"));
    c.external_id = "team";
    c.provider_id = "acct_1";
    c.provider_data = {{"name", "Ada"}, {"big", std::int64_t{9007199254740993}}};
    c.granted_scopes = {"read", "write"};
    c.expires_at = clock.now() + Seconds(60);
    c.is_preview = true;
    inserted(c, "single");
    const auto found = find(c);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, c.id);
    EXPECT_EQ(found->user_id, c.user_id);
    EXPECT_EQ(found->integration_id, c.integration_id);
    EXPECT_EQ(found->status, CredentialStatus::valid);
    EXPECT_EQ(found->external_id, "team");
    EXPECT_EQ(found->provider_id, "acct_1");
    EXPECT_EQ(found->provider_data, c.provider_data);
    EXPECT_EQ(found->granted_scopes, c.granted_scopes);
    EXPECT_EQ(found->expires_at, c.expires_at);
    EXPECT_EQ(found->refreshed_at, c.refreshed_at);
    EXPECT_EQ(found->sealed_secrets, c.sealed_secrets);
    EXPECT_EQ(found->version, 1);
    EXPECT_TRUE(found->is_preview);
    EXPECT_TRUE(found->has_refresh_token);
    EXPECT_EQ(found->created_at, c.created_at);
}

TEST_P(CredentialStoreTest, RefusesASecondAccountInTheSameSlotAndASecondExternalId) {
    Credential first = given_credential(vault, clock, {});
    first.external_id = "team";
    inserted(first, "single");
    Credential second = first;
    second.id = CredentialId::random();
    second.external_id = "other";
    auto refused =
        in_transaction([&](Connection& tx) { return credentials.insert(tx, second, "single"); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "storage.unique");
    second.external_id = "team";
    refused = in_transaction(
        [&](Connection& tx) { return credentials.insert(tx, second, second.id.str()); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "storage.unique");
    second.external_id = "";
    inserted(second, second.id.str());
}

TEST_P(CredentialStoreTest, DoesNotFindWhatIsAnothersProject) {
    const auto c = given();
    EXPECT_FALSE(*in_transaction(
        [&](Connection& tx) { return credentials.find(tx, ProjectId::random(), c.id); }));
    EXPECT_FALSE(*in_transaction(
        [&](Connection& tx) { return credentials.remove(tx, ProjectId::random(), c.id); }));
    EXPECT_TRUE(find(c));
}

TEST_P(CredentialStoreTest, ListsOfAUserOldestFirst) {
    const auto first = given();
    clock.advance(Seconds(1));
    Credential second = first;
    second.id = CredentialId::random();
    second.created_at = clock.now();
    inserted(second, second.id.str());
    Credential elsewhere = second;
    elsewhere.id = CredentialId::random();
    elsewhere.integration_id = IntegrationId::random();
    inserted(elsewhere, "single");
    given();
    const auto all = *in_transaction([&](Connection& tx) {
        return credentials.find_for_user(tx, first.project_id, first.user_id, std::nullopt);
    });
    EXPECT_EQ(all.size(), 3U);
    const auto of_integration = *in_transaction([&](Connection& tx) {
        return credentials.find_for_user(tx, first.project_id, first.user_id, first.integration_id);
    });
    ASSERT_EQ(of_integration.size(), 2U);
    EXPECT_EQ(of_integration[0].id, first.id);
    EXPECT_EQ(of_integration[1].id, second.id);
    EXPECT_EQ(*in_transaction([&](Connection& tx) {
        return credentials.count_for_integration(tx, first.project_id, first.integration_id);
    }),
              2);
}

TEST_P(CredentialStoreTest, PagesNewestFirst) {
    const ProjectId project = ProjectId::random();
    std::vector<CredentialId> newest_first;
    for (int i = 0; i < 5; ++i) {
        Credential c = given_credential(vault, clock, {});
        c.project_id = project;
        inserted(c, "single");
        newest_first.insert(newest_first.begin(), c.id);
        clock.advance(Seconds(1));
    }
    given();
    std::vector<CredentialId> seen;
    std::optional<std::string> cursor;
    do {
        const auto page = *in_transaction(
            [&](Connection& tx) { return credentials.list(tx, project, {}, cursor, 2); });
        EXPECT_LE(page.credentials.size(), 2U);
        for (const auto& c : page.credentials) seen.push_back(c.id);
        cursor = page.next_cursor;
    } while (cursor);
    EXPECT_EQ(seen, newest_first);
}

TEST_P(CredentialStoreTest, FiltersTheList) {
    const auto c = given();
    const auto count = [&](CredentialFilter filter) {
        return (*in_transaction([&](Connection& tx) {
                   return credentials.list(tx, c.project_id, filter, std::nullopt, 10);
               }))
            .credentials.size();
    };
    EXPECT_EQ(count({.user_id = c.user_id}), 1U);
    EXPECT_EQ(count({.user_id = UserId::random()}), 0U);
    EXPECT_EQ(count({.integration_id = c.integration_id}), 1U);
    EXPECT_EQ(count({.integration_id = IntegrationId::random()}), 0U);
    EXPECT_EQ(count({.status = CredentialStatus::valid}), 1U);
    EXPECT_EQ(count({.status = CredentialStatus::invalid}), 0U);
}

TEST_P(CredentialStoreTest, RefusesBrokenCursors) {
    for (const char* cursor : {"", "x", "!!!", "MTIz", "LTEgeA"}) {
        const auto page = in_transaction([&](Connection& tx) {
            return credentials.list(tx, ProjectId::random(), {}, cursor, 10);
        });
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().kind, ErrorKind::invalid_input);
    }
}

TEST_P(CredentialStoreTest, RemovesACredentialWithItsConfigurations) {
    const auto c = given();
    Configuration configuration;
    configuration.id = ConfigurationId::random();
    configuration.credential_id = c.id;
    configuration.project_id = c.project_id;
    configuration.is_default = true;
    configuration.shared_settings = {{"x", 1}};
    ASSERT_TRUE(
        in_transaction([&](Connection& tx) { return configurations.insert(tx, configuration); }));
    const auto found = *in_transaction(
        [&](Connection& tx) { return configurations.find_for_credential(tx, c.project_id, c.id); });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].shared_settings, configuration.shared_settings);
    EXPECT_TRUE(*in_transaction(
        [&](Connection& tx) { return credentials.remove(tx, c.project_id, c.id); }));
    EXPECT_FALSE(find(c));
    EXPECT_TRUE((*in_transaction([&](Connection& tx) {
                    return configurations.find_for_credential(tx, c.project_id, c.id);
                })).empty());
}

TEST_P(CredentialStoreTest, RemovesEverythingOfAUserOrAnIntegration) {
    const auto a = given();
    const auto b = given();
    EXPECT_EQ(*in_transaction([&](Connection& tx) {
        return credentials.remove_for_user(tx, a.project_id, a.user_id);
    }),
              1);
    EXPECT_FALSE(find(a));
    EXPECT_EQ(*in_transaction([&](Connection& tx) {
        return credentials.remove_for_integration(tx, b.project_id, b.integration_id);
    }),
              1);
    EXPECT_FALSE(find(b));
}

INSTANTIATE_ON_BOTH_ENGINES(CredentialStoreTest);

}  // namespace
}  // namespace tenon
