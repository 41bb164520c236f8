#include "integrations/integration_store.h"

#include <gtest/gtest.h>

#include "integrations/integrations_fixture.h"

namespace tenon {
namespace {

class IntegrationStoreTest : public IntegrationsFixture {
 protected:
    Integration integration_named(const std::string& name, const std::string& slug) {
        Integration integration;
        integration.id = IntegrationId::random();
        integration.project_id = project;
        integration.definition = draft_of(oauth_json()).definition;
        integration.definition.name = name;
        integration.definition.slug = slug;
        integration.created_at = integration.updated_at = clock.now();
        return integration;
    }
    Integration inserted(const std::string& name, const std::string& slug) {
        const Integration integration = integration_named(name, slug);
        EXPECT_TRUE(in_transaction([&](Connection& tx) { return store.insert(tx, integration); }));
        return integration;
    }
    std::optional<Integration> find(IntegrationId id) {
        return *in_transaction([&](Connection& tx) { return store.find(tx, project, id); });
    }
    std::vector<std::string> slugs(const IntegrationQuery& query) {
        const auto page =
            in_transaction([&](Connection& tx) { return store.list(tx, project, query); });
        std::vector<std::string> list;
        for (const Integration& integration : page->integrations)
            list.push_back(integration.definition.slug);
        if (page->next_cursor) list.push_back("…");
        return list;
    }
    using Slugs = std::vector<std::string>;

    IntegrationStore store;
};

TEST_P(IntegrationStoreTest, gives_back_every_column) {
    Integration integration = integration_named("Acme", "acme");
    integration.status = IntegrationStatus::inactive;
    integration.revision = 7;
    integration.definition.icon_svg = "<svg/>";
    integration.sealed_client_secret = std::string("\x01\x00\xff", 3);
    ASSERT_TRUE(in_transaction([&](Connection& tx) { return store.insert(tx, integration); }));
    const auto found = find(integration.id);
    ASSERT_TRUE(found);
    integration.definition.authentication.has_client_secret = true;
    EXPECT_EQ(found->definition, integration.definition);
    EXPECT_EQ(found->status, integration.status);
    EXPECT_EQ(found->revision, 7);
    EXPECT_EQ(found->sealed_client_secret, integration.sealed_client_secret);
    EXPECT_EQ(found->project_id, project);
    EXPECT_EQ(found->created_at, clock.now());
}

TEST_P(IntegrationStoreTest, keeps_slugs_unique_in_a_project) {
    inserted("Acme", "acme");
    const Ok again = in_transaction(
        [&](Connection& tx) { return store.insert(tx, integration_named("Other", "acme")); });
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "integration.slug_taken");
    Integration elsewhere = integration_named("Acme", "acme");
    elsewhere.project_id = given_project("Other");
    EXPECT_TRUE(in_transaction([&](Connection& tx) { return store.insert(tx, elsewhere); }));
}

TEST_P(IntegrationStoreTest, writes_over_the_revision_before_only) {
    Integration integration = inserted("Acme", "acme");
    integration.revision = 2;
    integration.definition.name = "Renamed";
    const auto write = [&] {
        return *in_transaction([&](Connection& tx) { return store.update(tx, integration); });
    };
    EXPECT_TRUE(write());
    EXPECT_FALSE(write());
    EXPECT_EQ(find(integration.id)->definition.name, "Renamed");
    EXPECT_EQ(find(integration.id)->revision, 2);
}

TEST_P(IntegrationStoreTest, shows_nothing_of_another_project) {
    const Integration integration = inserted("Acme", "acme");
    const ProjectId other = given_project("Other");
    EXPECT_TRUE(in_transaction([&](Connection& tx) -> Ok {
        EXPECT_FALSE(*store.find(tx, other, integration.id));
        EXPECT_FALSE(*store.find_by_slug(tx, other, "acme"));
        EXPECT_FALSE(*store.find_revision(tx, other, integration.id));
        EXPECT_FALSE(*store.remove(tx, other, integration.id));
        EXPECT_EQ(*store.count(tx, other), 0);
        EXPECT_TRUE(store.list(tx, other, {})->integrations.empty());
        EXPECT_TRUE(store.names_using(tx, other, "secrets.X")->empty());
        return {};
    }));
    EXPECT_TRUE(find(integration.id));
}

TEST_P(IntegrationStoreTest, lists_page_by_page) {
    for (const char* slug : {"d", "a", "c", "b1"}) inserted(slug, slug);
    EXPECT_EQ(slugs({}), (Slugs{"a", "b1", "c", "d"}));
    IntegrationQuery query;
    query.limit = 2;
    EXPECT_EQ(slugs(query), (Slugs{"a", "b1", "…"}));
    query.cursor =
        in_transaction([&](Connection& tx) { return store.list(tx, project, query); })->next_cursor;
    EXPECT_EQ(slugs(query), (Slugs{"c", "d"}));
    query.cursor = "!";
    const auto broken =
        in_transaction([&](Connection& tx) { return store.list(tx, project, query); });
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().problems.front().field, "cursor");
}

TEST_P(IntegrationStoreTest, searches_names_and_slugs) {
    inserted("GitHub Enterprise", "githubenterprise");
    inserted("100% Acme_CRM", "acmecrm");
    IntegrationQuery query;
    query.search = "hub ENT";
    EXPECT_EQ(slugs(query), Slugs{"githubenterprise"});
    query.search = "mecrm";
    EXPECT_EQ(slugs(query), Slugs{"acmecrm"});
    query.search = "0%";
    EXPECT_EQ(slugs(query), Slugs{"acmecrm"});
    query.search = "b_e";
    EXPECT_EQ(slugs(query), Slugs{});
    query.search = "'; DROP TABLE integrations; --!";
    EXPECT_EQ(slugs(query), Slugs{});
    query.search = "";
    query.status = IntegrationStatus::active;
    EXPECT_EQ(slugs(query), Slugs{});
}

TEST_P(IntegrationStoreTest, tells_who_uses_a_secret) {
    Integration integration = integration_named("Acme", "acme");
    integration.definition.api.headers = {{"X-Key", "{{ secrets.ACME_KEY }}"}};
    ASSERT_TRUE(in_transaction([&](Connection& tx) { return store.insert(tx, integration); }));
    const auto users = [&](std::string_view name) {
        return *in_transaction(
            [&](Connection& tx) { return store.names_using(tx, project, name); });
    };
    EXPECT_EQ(users("secrets.ACME_KEY"), std::vector<std::string>{"Acme"});
    for (const char* other :
         {"secrets.ACME", "secrets.ACME_KEY_2", "secrets.CME_KEY", "secrets.ACMEXKEY"}) {
        EXPECT_TRUE(users(other).empty()) << other;
    }
}

TEST_P(IntegrationStoreTest, goes_with_its_project) {
    const Integration integration = inserted("Acme", "acme");
    EXPECT_TRUE(
        *in_transaction([&](Connection& tx) { return store.remove(tx, project, integration.id); }));
    EXPECT_FALSE(find(integration.id));
    EXPECT_FALSE(
        *in_transaction([&](Connection& tx) { return store.remove(tx, project, integration.id); }));
}

INSTANTIATE_ON_BOTH_ENGINES(IntegrationStoreTest);

}  // namespace
}  // namespace tenon
