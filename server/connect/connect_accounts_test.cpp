// Connecting by fields, which account a connection becomes, permissions, and disconnecting.
#include <gtest/gtest.h>

#include "connect/connect_service.h"
#include "connect/testing.h"

namespace tenon {
namespace {

class ConnectAccountsTest : public ConnectFixture {
 protected:
    void SetUp() override {
        ConnectFixture::SetUp();
        keys = given_integration(api_key_definition());
        alice = given_user("alice");
    }
    static SubmittedFields fields(const char* account = "acme", const char* key = "k-1") {
        SubmittedFields submitted;
        submitted["account"] = Secret(account);
        submitted["api_key"] = Secret(key);
        return submitted;
    }
    Result<CredentialWithConfigurations> submit(const ConnectParty& party, SubmittedFields values,
                                                InstallOptions options = {}) {
        return run_task(
            connect->connect_with_fields(party, keys.id, std::move(values), std::move(options)));
    }

    Integration keys;
    ConnectParty alice;
};
INSTANTIATE_ON_BOTH_ENGINES(ConnectAccountsTest);

TEST_P(ConnectAccountsTest, FieldsAreCheckedProvedAndSealed) {
    const auto account = submit(alice, fields("acme.acme.com"));
    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(provider.requests.at(0).headers.get("Authorization"), "Bearer k-1");
    const auto secrets = run_task(credentials->open_secrets(account->credential));
    EXPECT_EQ(secrets->inputs.at("account").reveal(), "acme");
    EXPECT_EQ(account->credential.sealed_secrets.find("k-1"), std::string::npos);
}

TEST_P(ConnectAccountsTest, AWrongFieldIsNamedAndNothingIsSent) {
    const auto account = submit(alice, fields("NOT GOOD"));
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code, "validation_failed");
    EXPECT_EQ(account.error().problems.at(0).field, "account");
    EXPECT_EQ(account.error().message.find("k-1"), std::string::npos);
    EXPECT_TRUE(provider.requests.empty());
}

TEST_P(ConnectAccountsTest, ARefusedKeyIsNotStored) {
    provider.answers_to("/ping", 401, R"({"message":"k-1 is not valid"})");
    const auto account = submit(alice, fields("acme", "k-12345"));
    EXPECT_EQ(account.error().code, "7003");
    EXPECT_TRUE(accounts_of(alice).empty());
}

TEST_P(ConnectAccountsTest, AnotherConnectionTakesThePlaceOfTheFirst) {
    const auto first = submit(alice, fields());
    const auto second = submit(alice, fields("acme", "k-2"));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->credential.id, first->credential.id);
    EXPECT_EQ(accounts_of(alice).size(), 1u);
    const auto third = submit(alice, fields(), {.allow_multiple_credentials = true});
    ASSERT_TRUE(third);
    EXPECT_NE(third->credential.id, first->credential.id);
    EXPECT_EQ(accounts_of(alice).size(), 2u);
}

TEST_P(ConnectAccountsTest, AnExternalIdNamesOneAccount) {
    const auto eu = submit(alice, fields(), {.external_id = "eu"});
    const auto us = submit(alice, fields(), {.external_id = "us"});
    const auto eu_again = submit(alice, fields("acme", "k-2"), {.external_id = "eu"});
    ASSERT_TRUE(eu && us && eu_again);
    EXPECT_NE(eu->credential.id, us->credential.id);
    EXPECT_EQ(eu->credential.id, eu_again->credential.id);
    EXPECT_EQ(eu_again->credential.external_id, "eu");
}

TEST_P(ConnectAccountsTest, APickedAccountIsReconnectedAndMustBeTheUsers) {
    const auto mine = submit(alice, fields());
    ASSERT_TRUE(run_task(
        credentials->mark_invalid(project, mine->credential.id, "invalid_grant", "It ended.")));
    const InstallOptions pick{.selected_credential = mine->credential.id.str()};
    const auto renewed = submit(alice, fields("acme", "k-3"), pick);
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->credential.id, mine->credential.id);
    EXPECT_EQ(renewed->credential.status, CredentialStatus::valid);

    const ConnectParty mallory = given_user("mallory");
    const auto calls = provider.requests.size();
    EXPECT_EQ(submit(mallory, fields(), pick).error().kind, ErrorKind::not_found);
    EXPECT_EQ(provider.requests.size(), calls) << "refused before anything was sent";
}

TEST_P(ConnectAccountsTest, TheMethodDecidesHowItIsConnected) {
    EXPECT_EQ(run_task(connect->begin_authorization(alice, start_of(keys))).error().code,
              "connect.wrong_method");
    const Integration crm = given_integration(oauth_definition());
    EXPECT_EQ(run_task(connect->connect_with_fields(alice, crm.id, {}, {})).error().code,
              "connect.wrong_method");
}

TEST_P(ConnectAccountsTest, ATokenWithoutPermissionConnectsNothing) {
    const auto rules = parse_json(R"({"integration:custom.keys":["proxy"]})");
    alice.permissions = *TokenPermissions::parse(*rules);
    const auto account = submit(alice, fields());
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code, "7210");
    EXPECT_EQ(account.error().kind, ErrorKind::forbidden);
    EXPECT_TRUE(provider.requests.empty());
    const auto allowed = parse_json(R"({"integration:custom.keys":["credential:write"]})");
    alice.permissions = *TokenPermissions::parse(*allowed);
    EXPECT_TRUE(submit(alice, fields()));
}

TEST_P(ConnectAccountsTest, DisconnectRevokesThenForgets) {
    const Integration crm = given_integration(oauth_definition());
    bind(alice, "b");
    come_back(crm.id, query_value(begin(alice, start_of(crm)), "state"), "b");
    ASSERT_EQ(accounts_of(alice).size(), 1u);
    const CredentialId id = accounts_of(alice)[0].credential.id;

    const ConnectParty mallory = given_user("mallory");
    EXPECT_EQ(
        run_task(connect->disconnect(project, mallory.user_id, id, mallory.actor)).error().kind,
        ErrorKind::not_found);
    EXPECT_EQ(provider.count("/revoke"), 0);

    ASSERT_TRUE(run_task(connect->disconnect(project, alice.user_id, id, alice.actor)));
    EXPECT_GE(provider.count("/revoke"), 1);
    EXPECT_TRUE(accounts_of(alice).empty());
    ASSERT_FALSE(token_care.forgotten.empty());
    EXPECT_EQ(token_care.forgotten.back(), id);
}

TEST_P(ConnectAccountsTest, DisconnectForgetsThoughTheProviderIsAway) {
    const Integration crm = given_integration(oauth_definition());
    bind(alice, "b");
    come_back(crm.id, query_value(begin(alice, start_of(crm)), "state"), "b");
    provider.fails_at("/revoke", {ErrorKind::provider_timed_out, "upstream.timeout", "slow"});
    const CredentialId id = accounts_of(alice).at(0).credential.id;
    EXPECT_TRUE(run_task(connect->disconnect(project, alice.user_id, id, alice.actor)));
    EXPECT_TRUE(accounts_of(alice).empty());
}

}  // namespace
}  // namespace tenon
