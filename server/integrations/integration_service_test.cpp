#include "integrations/integration_service.h"

#include <gtest/gtest.h>

#include "integrations/integrations_fixture.h"

namespace tenon {
namespace {

constexpr const char* kIcon =
    R"(<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/><!-- x --></svg>)";

class IntegrationServiceTest : public IntegrationsFixture {
 protected:
    Result<Integration> set_status(const Integration& integration, IntegrationStatus status) {
        return run_task(service->set_status(actor, project, integration.id, status));
    }
    Ok remove(const Integration& integration, DeleteMode mode = DeleteMode::only_unused) {
        return run_task(service->delete_integration(actor, project, integration.id, mode));
    }
    JsonObject last_audit() {
        const auto page = run_task(projects->list_audit_events(project, std::nullopt, 1));
        return page->entries.front().event.details;
    }
};

TEST_P(IntegrationServiceTest, creates_a_draft_from_a_name) {
    const auto made = create(json_of(R"({"name": "GitHub Enterprise"})"));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->type(), "custom.githubenterprise");
    EXPECT_EQ(made->status, IntegrationStatus::draft);
    EXPECT_EQ(made->revision, 1);
    EXPECT_EQ(stored(*made).definition, made->definition);
    EXPECT_EQ(audited(project).back(), "integration.created");
}

TEST_P(IntegrationServiceTest, stores_nothing_of_a_wrong_definition) {
    const auto made = create(with(oauth_json(), "api.baseUrl", "javascript:alert(1)"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(made.error().problems.front().field, "api.baseUrl");
    EXPECT_TRUE(run_task(service->list_integrations(project, {}))->integrations.empty());
}

TEST_P(IntegrationServiceTest, cleans_the_icon) {
    const Integration made = given_integration(with(oauth_json(), "icon", kIcon));
    EXPECT_EQ(*run_task(service->get_icon(made.id)),
              R"(<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>)");
    EXPECT_EQ(run_task(service->get_icon(IntegrationId::random())).error().kind,
              ErrorKind::not_found);
}

TEST_P(IntegrationServiceTest, fixes_the_slug_at_creation) {
    const Integration made = given_integration(oauth_json());
    EXPECT_EQ(update(made, with(oauth_json(), "name", "Something else"))->definition.slug,
              "acmecrm");
    const auto changed = update(made, with(oauth_json(), "slug", "other"));
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().problems.front().field, "slug");
    EXPECT_EQ(create(with(oauth_json(), "name", "ACME crm!")).error().code,
              "integration.slug_taken");
    EXPECT_EQ(create(json_of(R"({"name": "日本語"})")).error().problems.front().field, "slug");
    EXPECT_TRUE(create(json_of(R"({"name": "日本語", "slug": "nihongo"})")));
}

TEST_P(IntegrationServiceTest, writes_nothing_when_nothing_changes) {
    const Integration made = given_integration(with(oauth_json(), "icon", kIcon));
    clock.advance(Milliseconds(1000));
    const auto same = update(made, with(oauth_json(), "icon", kIcon));
    ASSERT_TRUE(same);
    EXPECT_EQ(same->revision, 1);
    EXPECT_EQ(stored(made).updated_at, made.updated_at);
    EXPECT_EQ(audited(project).back(), "integration.created");
}

TEST_P(IntegrationServiceTest, names_what_changed_in_the_audit_log) {
    const Integration made = given_integration(oauth_json());
    const auto changed =
        update(made, with(with(oauth_json(), "authentication.pkce", false), "description", "New"));
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(changed->revision, 2);
    EXPECT_EQ(write_json(last_audit().at("changedFields")),
              R"(["description","authentication.pkce"])");
}

TEST_P(IntegrationServiceTest, refuses_an_update_of_an_older_revision) {
    const Integration made = given_integration(oauth_json());
    ASSERT_TRUE(update(made, with(oauth_json(), "description", "First"), 1));
    const auto late = update(made, with(oauth_json(), "description", "Second"), 1);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "integration.revision_conflict");
    EXPECT_EQ(stored(made).definition.description, "First");
}

TEST_P(IntegrationServiceTest, activates_only_what_is_complete) {
    const Integration made = given_integration(json_of(R"({"name": "Half"})"));
    const auto refused = set_status(made, IntegrationStatus::active);
    ASSERT_FALSE(refused);
    std::vector<std::string> fields;
    for (const FieldProblem& problem : refused.error().problems) fields.push_back(problem.field);
    EXPECT_EQ(fields, (std::vector<std::string>{"authentication.authorizationUrl",
                                                "authentication.clientId",
                                                "authentication.accessTokenUrl", "api.baseUrl"}));
    ASSERT_TRUE(update(made, with(oauth_json(), "name", "Half")));
    EXPECT_EQ(set_status(made, IntegrationStatus::active)->status, IntegrationStatus::active);
    EXPECT_FALSE(update(made, json_of(R"({"name": "Half"})")))
        << "an active integration stays complete";
    EXPECT_EQ(set_status(made, IntegrationStatus::inactive)->status, IntegrationStatus::inactive);
    EXPECT_FALSE(set_status(made, IntegrationStatus::draft));
    EXPECT_EQ(set_status(made, IntegrationStatus::inactive)->revision, 4) << "nothing changed";
}

TEST_P(IntegrationServiceTest, seals_the_client_secret_and_never_shows_it) {
    const Json json = with(oauth_json(), "authentication.clientSecret", "planted-secret");
    const Integration made = given_integration(json);
    EXPECT_TRUE(made.definition.authentication.has_client_secret);
    EXPECT_EQ(secret_of(made), "planted-secret");
    EXPECT_EQ(made.sealed_client_secret.find("planted"), std::string::npos);
    EXPECT_EQ(write_json(to_json(stored(made).definition, JsonDetail::full)).find("planted"),
              std::string::npos);
    EXPECT_EQ(write_json(last_audit()).find("planted"), std::string::npos);
    // The same secret again is no change; without one it stays; an empty one removes it.
    EXPECT_EQ(update(made, json)->revision, 1);
    EXPECT_EQ(update(made, oauth_json())->revision, 1);
    EXPECT_EQ(secret_of(stored(made)), "planted-secret");
    EXPECT_EQ(update(made, with(oauth_json(), "authentication.clientSecret", "another"))->revision,
              2);
    EXPECT_EQ(write_json(last_audit().at("changedFields")), R"(["authentication.clientSecret"])");
    EXPECT_EQ(secret_of(stored(made)), "another");
    EXPECT_FALSE(update(made, with(oauth_json(), "authentication.clientSecret", ""))
                     ->definition.authentication.has_client_secret);
    EXPECT_EQ(secret_of(stored(made)), "");
}

TEST_P(IntegrationServiceTest, binds_a_sealed_secret_to_its_row) {
    const Integration a =
        given_integration(with(oauth_json(), "authentication.clientSecret", "planted-a"));
    Integration moved = given_integration(with(oauth_json(), "name", "Other"));
    moved.sealed_client_secret = a.sealed_client_secret;
    moved.definition.authentication.has_client_secret = true;
    EXPECT_EQ(secret_of(moved), "error: vault.tampered");
}

TEST_P(IntegrationServiceTest, takes_a_client_secret_from_the_environment) {
    const Json json = with(oauth_json(), "authentication.clientSecret", "{{ secrets.ACME }}");
    const Integration made = given_integration(json);
    EXPECT_TRUE(made.definition.authentication.has_client_secret);
    EXPECT_EQ(secret_of(made), "error: integration.secret_missing");
    ASSERT_TRUE(run_task(
        projects->put_environment_secret(actor, project, "ACME", Secret("from-environment"))));
    EXPECT_EQ(secret_of(made), "from-environment");
    const auto users =
        in_transaction([&](Connection& tx) { return service->secret_usage(tx, project, "ACME"); });
    EXPECT_EQ(*users, std::vector<std::string>{"integration Acme CRM"});
}

TEST_P(IntegrationServiceTest, drops_the_secret_with_the_method_that_has_none) {
    const Integration made =
        given_integration(with(oauth_json(), "authentication.clientSecret", "planted"));
    const auto basic = update(made, with(basic_json(), "name", "Acme CRM"));
    ASSERT_TRUE(basic) << basic.error().message;
    EXPECT_FALSE(basic->definition.authentication.has_client_secret);
    EXPECT_TRUE(basic->sealed_client_secret.empty());
}

TEST_P(IntegrationServiceTest, does_not_delete_what_is_in_use) {
    const Integration made = given_integration(oauth_json());
    service->set_credential_count(
        [](Connection&, ProjectId, IntegrationId) -> Result<std::int64_t> { return 3; });
    const Ok refused = remove(made);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "integration.in_use");
    EXPECT_EQ(refused.error().meta_json, R"({"credentials":3})");
    int removals = 0;
    service->set_credential_removal(
        [&](Connection&, ProjectId in, IntegrationId id) -> Result<std::int64_t> {
            EXPECT_TRUE(in == project && id == made.id);
            ++removals;
            return 3;
        });
    EXPECT_FALSE(remove(made));
    EXPECT_EQ(removals, 0);
    EXPECT_TRUE(remove(made, DeleteMode::with_credentials));
    EXPECT_EQ(removals, 1);
    EXPECT_EQ(int_member(last_audit(), "removedCredentials"), 3);
    EXPECT_EQ(remove(made).error().kind, ErrorKind::not_found);
    EXPECT_EQ(audited(project).back(), "integration.deleted");
}

TEST_P(IntegrationServiceTest, answers_for_a_foreign_id_as_for_a_missing_one) {
    const Integration made = given_active(oauth_json());
    const ProjectId other = given_project("Other");
    const auto is_missing = [](const auto& result) {
        return !result && result.error().kind == ErrorKind::not_found &&
               result.error().message == Error::not_found("Integration").message;
    };
    for (const IntegrationId id : {made.id, IntegrationId::random()}) {
        EXPECT_TRUE(is_missing(run_task(service->get_integration(other, id))));
        EXPECT_TRUE(is_missing(run_task(service->get_cached(other, id))));
        EXPECT_TRUE(is_missing(
            run_task(service->update_integration(actor, other, id, draft_of(oauth_json())))));
        EXPECT_TRUE(
            is_missing(run_task(service->set_status(actor, other, id, IntegrationStatus::active))));
        EXPECT_TRUE(is_missing(
            run_task(service->delete_integration(actor, other, id, DeleteMode::with_credentials))));
    }
    EXPECT_TRUE(is_missing(run_task(service->get_cached_by_slug(other, "acmecrm"))));
    EXPECT_EQ(stored(made).revision, 1);
}

TEST_P(IntegrationServiceTest, is_limited) {
    service = new_service({.integrations_per_project_max = 1});
    given_integration(oauth_json());
    EXPECT_EQ(create(basic_json()).error().code, "integration.limit_reached");
}

TEST_P(IntegrationServiceTest, serves_from_memory_until_a_change) {
    const Integration made = given_active(oauth_json());
    EXPECT_EQ(service->cached(project, made.id), nullptr);
    const auto entry = *run_task(service->get_cached(project, made.id));
    EXPECT_EQ(service->cached(project, made.id), entry);
    EXPECT_EQ(service->cached_by_slug(project, "acmecrm"), entry);
    EXPECT_EQ(service->cached(given_project("Other"), made.id), nullptr);
    ASSERT_TRUE(update(made, with(oauth_json(), "description", "New")));
    EXPECT_EQ(service->cached(project, made.id), nullptr);
    EXPECT_EQ((*run_task(service->get_cached_by_slug(project, "acmecrm")))->revision, 2);
    ASSERT_TRUE(remove(made));
    EXPECT_EQ(service->cached(project, made.id), nullptr);
    EXPECT_FALSE(run_task(service->get_cached(project, made.id)));
}

TEST_P(IntegrationServiceTest, sees_changes_of_other_nodes_after_a_while) {
    const Integration made = given_active(oauth_json());
    ASSERT_TRUE(run_task(service->get_cached(project, made.id)));
    const auto node = new_service();
    ASSERT_TRUE(run_task(node->update_integration(
        actor, project, made.id, draft_of(with(oauth_json(), "description", "New")))));
    EXPECT_EQ(service->cached(project, made.id)->revision, 1);
    clock.advance(Milliseconds(5'000));
    EXPECT_EQ((*run_task(service->get_cached(project, made.id)))->revision, 2);
    ASSERT_TRUE(
        run_task(node->delete_integration(actor, project, made.id, DeleteMode::only_unused)));
    clock.advance(Milliseconds(10'000));
    EXPECT_EQ(service->cached(project, made.id), nullptr);
    EXPECT_FALSE(run_task(service->get_cached(project, made.id)));
}

INSTANTIATE_ON_BOTH_ENGINES(IntegrationServiceTest);

}  // namespace
}  // namespace tenon
