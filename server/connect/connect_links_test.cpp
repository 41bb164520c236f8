#include "connect/connect_links.h"

#include <gtest/gtest.h>

#include "connect/testing.h"

namespace tenon {
namespace {

class ConnectLinksTest : public ConnectFixture {
 protected:
    void SetUp() override {
        ConnectFixture::SetUp();
        crm = given_integration(oauth_definition());
        keys = given_integration(api_key_definition());
    }
    // The token of a new link.
    std::string given_link(const Integration& integration, InstallOptions options = {}) {
        const auto made =
            run_task(links->create_link(developer, {.project_id = project,
                                                    .user_external_id = "alice",
                                                    .integration_id = integration.id,
                                                    .install_options = std::move(options)}));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        if (!made) return {};
        EXPECT_TRUE(made->url.starts_with("https://tenon.example.com/connect/"));
        return made->url.substr(made->url.rfind('/') + 1);
    }
    static SubmittedFields key_fields() {
        SubmittedFields fields;
        fields["account"] = Secret("acme");
        fields["api_key"] = Secret("k-1");
        return fields;
    }
    std::string code_of(const std::string& token, const std::string& browser) {
        const auto opened = run_task(links->open_link(token, browser));
        return opened ? "" : opened.error().code;
    }

    Integration crm;
    Integration keys;
};
INSTANTIATE_ON_BOTH_ENGINES(ConnectLinksTest);

TEST_P(ConnectLinksTest, LeadsThroughTheProvidersPageAndIsUsedUp) {
    const std::string token = given_link(crm);
    const auto opened = run_task(links->open_link(token, ""));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->project_name, "Acme product");
    EXPECT_EQ(opened->user_external_id, "alice");

    const auto url = run_task(links->begin(token, "mine", {}));
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->find(token), std::string::npos);
    const auto end = come_back(crm.id, query_value(*url, "state"), "mine");
    EXPECT_EQ(end.kind, AuthorizationEnd::Kind::connected);
    EXPECT_EQ(end.link_token.reveal(), token) << "back to the page";
    EXPECT_TRUE(end.handle.empty());

    const auto after = run_task(links->open_link(token, "mine"));
    ASSERT_TRUE(after);
    ASSERT_TRUE(after->link.credential_id);
    EXPECT_EQ(after->account->credential.provider_id, "acme-7");
    EXPECT_EQ(run_task(links->begin(token, "mine", {})).error().code, "connect.link_used");
    EXPECT_EQ(code_of(token, "other"), "connect.link_used");
    EXPECT_EQ(code_of(token, ""), "connect.link_used");
}

TEST_P(ConnectLinksTest, BelongsToTheBrowserThatUsedItFirst) {
    const std::string token = given_link(crm);
    EXPECT_EQ(code_of(token, "scanner"), "") << "looking does not take the link";
    const auto url = run_task(links->begin(token, "mine", {}));
    ASSERT_TRUE(url);
    EXPECT_EQ(code_of(token, "other"), "connect.link_other_browser");
    EXPECT_EQ(run_task(links->begin(token, "other", {})).error().code,
              "connect.link_other_browser");
    EXPECT_EQ(run_task(links->begin(token, "", {})).error().code, "connect.browser_unknown");
    // The provider's answer in another browser connects nothing.
    EXPECT_EQ(come_back(crm.id, query_value(*url, "state"), "other").kind,
              AuthorizationEnd::Kind::refused);
    EXPECT_TRUE(provider.requests.empty());
}

TEST_P(ConnectLinksTest, TellsOnItsPageWhyTheProviderSaidNo) {
    const std::string token = given_link(crm);
    auto url = run_task(links->begin(token, "mine", {}));
    const auto end = come_back(crm.id, query_value(*url, "state"), "mine", "&error=access_denied");
    EXPECT_EQ(end.link_token.reveal(), token);
    const auto opened = run_task(links->open_link(token, "mine"));
    EXPECT_EQ(opened->link.last_error_code, "connect.access_denied");
    url = run_task(links->begin(token, "mine", {}));
    ASSERT_TRUE(url) << "another try is free";
    EXPECT_EQ(run_task(links->open_link(token, "mine"))->link.last_error_code, "");
}

TEST_P(ConnectLinksTest, ConnectsByFieldsReconnectsAndDisconnects) {
    const std::string token = given_link(keys);
    EXPECT_EQ(run_task(links->connect_with_fields(token, "mine", {})).error().code,
              "validation_failed");
    ASSERT_TRUE(run_task(links->connect_with_fields(token, "mine", key_fields())));
    EXPECT_EQ(run_task(links->disconnect(token, "mine")).error().code, "connect.link_used");

    const std::string second = given_link(keys);
    const auto opened = run_task(links->open_link(second, ""));
    ASSERT_TRUE(opened->account) << "it would replace this one";
    EXPECT_FALSE(
        run_task(links->open_link(given_link(keys, {.allow_multiple_credentials = true}), ""))
            ->account);
    ASSERT_TRUE(run_task(links->disconnect(second, "mine")));
    EXPECT_FALSE(run_task(links->open_link(second, "mine"))->account);
    EXPECT_TRUE(run_task(links->connect_with_fields(second, "mine", key_fields())))
        << "disconnecting does not use the link up";
}

TEST_P(ConnectLinksTest, ExpiresAndIsUnknownElsewhere) {
    const std::string token = given_link(crm);
    EXPECT_EQ(code_of(make_flow_token(project), "b"), "connect.link_unknown");
    EXPECT_EQ(code_of("nonsense", "b"), "connect.link_unknown");
    EXPECT_EQ(code_of(make_flow_token(ProjectId::random()).substr(0, 22) + token.substr(22), "b"),
              "connect.link_unknown");
    clock.advance(Seconds(86'400));
    EXPECT_EQ(code_of(token, "b"), "connect.link_expired");
}

TEST_P(ConnectLinksTest, RefusesWrongDraftsAndWritesAnAuditEntry) {
    ConnectLinkDraft draft{
        .project_id = project, .user_external_id = "alice", .integration_id = crm.id};
    draft.life = Seconds(59);
    EXPECT_EQ(run_task(links->create_link(developer, draft)).error().problems.at(0).field,
              "expiresIn");
    draft.life.reset();
    draft.user_external_id = "";
    EXPECT_EQ(run_task(links->create_link(developer, draft)).error().kind,
              ErrorKind::invalid_input);
    draft.user_external_id = "alice";
    draft.integration_id = IntegrationId::random();
    EXPECT_EQ(run_task(links->create_link(developer, draft)).error().kind, ErrorKind::not_found);
    given_link(crm);
    const auto page = run_task(projects->list_audit_events(project, std::nullopt, 10));
    EXPECT_EQ(page->entries.at(0).event.action, "connect_link.created");
    EXPECT_EQ(page->entries.at(0).event.actor.label, "dev@example.com");
}

TEST_P(ConnectLinksTest, StoresNoTokenInTheClear) {
    const std::string token = given_link(crm);
    const auto rows = in_transaction(
        [](Connection& tx) { return tx.query("SELECT token_hash FROM connect_links"); });
    EXPECT_EQ(rows->front().text(0), hash_of_token(token));
}

TEST_P(ConnectLinksTest, EndsWithItsUser) {
    const std::string token = given_link(crm);
    const auto user = run_task(users->find_by_external_id(project, "alice"));
    ASSERT_TRUE(
        run_task(users->change(developer, project, (*user)->id, {.access = UserAccess::disabled})));
    EXPECT_EQ(code_of(token, "b"), "connect.link_disabled");
}

}  // namespace
}  // namespace tenon
