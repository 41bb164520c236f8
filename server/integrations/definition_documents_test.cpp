#include "integrations/definition_documents.h"

#include <gtest/gtest.h>

#include "integrations/integrations_fixture.h"

namespace tenon {
namespace {

const DefinitionReader& reader() {
    static const auto made = DefinitionReader::create(integrations_contract());
    return *made;
}

std::string error_of(std::string_view yaml) {
    const auto documents = reader().read_yaml(yaml);
    return documents ? "none" : documents.error().message;
}

TEST(DefinitionReader, names_field_rule_and_line) {
    EXPECT_EQ(error_of("name: A\n---\nname: B\napi:\n  retriesMax: many\n"),
              "documents[1].api.retriesMax: must be a whole number (line 5)");
    EXPECT_NE(error_of("name: A\nauthentication:\n  method: basic\n  inputFields:\n    - id: a\n")
                  .find("(line 5)"),
              std::string::npos);
    EXPECT_NE(error_of("name: A\nnmae: B\n").find("documents[0].nmae"), std::string::npos);
    EXPECT_NE(error_of("- name: A\n").find("documents[0]"), std::string::npos);
    EXPECT_NE(error_of("# nothing\n").find("no document"), std::string::npos);
    EXPECT_NE(error_of("name: [\n").find("Line 2"), std::string::npos);
}

TEST(DefinitionReader, keeps_text_that_looks_like_a_number) {
    const auto documents = reader().read_yaml(
        "name: 007\nauthentication:\n  method: oauth\n  clientId: 3336676.56\n  scopes: [1, "
        "true]\napi:\n  headers:\n"
        "    X-Version: 2022-11-28\n  retriesMax: 2\n");
    ASSERT_TRUE(documents) << documents.error().message;
    const IntegrationDefinition& definition = documents->drafts.front().definition;
    EXPECT_EQ(definition.name, "007");
    EXPECT_EQ(definition.authentication.client_id, "3336676.56");
    EXPECT_EQ(definition.authentication.scopes, (std::vector<std::string>{"1", "true"}));
    EXPECT_EQ(definition.api.headers.front().value, "2022-11-28");
    EXPECT_EQ(definition.api.retries_max, 2);
}

TEST(DefinitionWriter, writes_no_secret_but_its_reference) {
    Integration integration;
    integration.definition = draft_of(oauth_json()).definition;
    integration.sealed_client_secret = "sealed";
    integration.definition.authentication.has_client_secret = true;
    EXPECT_EQ(write_yaml(integration).find("ecret"), std::string::npos);
    integration.definition.authentication.client_secret_reference = "{{ secrets.ACME }}";
    EXPECT_NE(write_yaml(integration).find("  clientSecret: \"{{ secrets.ACME }}\"\n"),
              std::string::npos);
}

class ApplyTest : public IntegrationsFixture {
 protected:
    Result<std::vector<ApplyOutcome>> apply(std::string_view yaml,
                                            ApplyMode mode = ApplyMode::write) {
        const auto documents = reader().read_yaml(yaml);
        if (!documents) return documents.error();
        auto outcomes = run_task(service->apply(actor, project, documents->drafts, mode));
        if (!outcomes) return documents->with_lines(outcomes.error());
        return outcomes;
    }
    std::vector<ApplyChange> changes(std::string_view yaml, ApplyMode mode = ApplyMode::write) {
        const auto outcomes = apply(yaml, mode);
        EXPECT_TRUE(outcomes) << (outcomes ? "" : outcomes.error().message);
        std::vector<ApplyChange> list;
        if (outcomes) {
            for (const ApplyOutcome& outcome : *outcomes) list.push_back(outcome.change);
        }
        return list;
    }
    std::string exported() {
        return write_yaml(*run_task(service->list_with_status(project, std::nullopt)));
    }
    using Changes = std::vector<ApplyChange>;
};

TEST_P(ApplyTest, creates_then_updates_then_changes_nothing) {
    EXPECT_EQ(changes("name: A\n---\nname: B\n"),
              (Changes{ApplyChange::created, ApplyChange::created}));
    EXPECT_EQ(changes("name: A\n"), Changes{ApplyChange::unchanged});
    const auto outcomes = apply("name: A\ndescription: New\n---\nname: B\n");
    ASSERT_TRUE(outcomes);
    EXPECT_EQ((*outcomes)[0].change, ApplyChange::updated);
    EXPECT_EQ((*outcomes)[0].changed_fields, std::vector<std::string>{"description"});
    EXPECT_EQ((*outcomes)[1].change, ApplyChange::unchanged);
    EXPECT_EQ(run_task(service->list_integrations(project, {}))->integrations.size(), 2U);
}

TEST_P(ApplyTest, is_all_or_nothing_and_lists_every_problem) {
    const auto outcomes =
        apply("name: Good\n---\nname: Bad\napi:\n  baseUrl: file:///x\n---\nname: Good\n");
    ASSERT_FALSE(outcomes);
    EXPECT_NE(outcomes.error().message.find("documents[1].api.baseUrl"), std::string::npos);
    EXPECT_NE(outcomes.error().message.find("(line 5)"), std::string::npos)
        << outcomes.error().message;
    EXPECT_NE(outcomes.error().message.find("documents[2].slug"), std::string::npos);
    EXPECT_TRUE(run_task(service->list_integrations(project, {}))->integrations.empty());
}

TEST_P(ApplyTest, says_what_it_would_do) {
    const auto outcomes = apply("name: A\n", ApplyMode::dry_run);
    ASSERT_TRUE(outcomes);
    EXPECT_EQ(outcomes->front().change, ApplyChange::created);
    EXPECT_TRUE(outcomes->front().id.is_nil());
    EXPECT_TRUE(run_task(service->list_integrations(project, {}))->integrations.empty());
    EXPECT_EQ(changes("name: A\n"), Changes{ApplyChange::created});
    EXPECT_EQ(changes("name: A\ndescription: x\n", ApplyMode::dry_run),
              Changes{ApplyChange::updated});
    EXPECT_EQ(run_task(service->find_by_slug(project, "a"))->value().definition.description, "");
}

TEST_P(ApplyTest, keeps_secret_and_status_that_are_left_out) {
    const Integration made =
        given_active(with(oauth_json(), "authentication.clientSecret", "planted-secret"));
    const std::string yaml = exported();
    EXPECT_EQ(yaml.find("planted"), std::string::npos);
    EXPECT_EQ(changes(yaml), Changes{ApplyChange::unchanged});
    std::string renamed = yaml;
    renamed.replace(renamed.find("status: active\n"), 15, "description: x\n");
    EXPECT_EQ(changes(renamed), Changes{ApplyChange::updated});
    EXPECT_EQ(stored(made).status, IntegrationStatus::active);
    EXPECT_EQ(secret_of(stored(made)), "planted-secret");
}

TEST_P(ApplyTest, limits_the_documents) {
    service = new_service({.apply_documents_max = 1});
    EXPECT_EQ(apply("name: A\n---\nname: B\n").error().problems.front().field, "documents");
}

// The examples are complete, and what is exported of them applies without a change, byte for byte.
TEST_P(ApplyTest, round_trips_every_example) {
    for (const char* name : {"github", "slack", "google", "zendesk", "sendgrid", "billcom"}) {
        const std::string yaml =
            read_source_file(std::string("examples/integrations/") + name + ".yaml");
        EXPECT_EQ(changes(yaml), Changes{ApplyChange::created}) << name;
        const auto integration = run_task(service->find_by_slug(project, name))->value();
        EXPECT_EQ(integration.status, IntegrationStatus::active) << name;
        EXPECT_EQ(changes(yaml), Changes{ApplyChange::unchanged}) << name;
        const std::string first = write_yaml(integration);
        EXPECT_EQ(changes(first), Changes{ApplyChange::unchanged}) << name;
        EXPECT_EQ(write_yaml(stored(integration)), first);
    }
    const std::string all = exported();
    EXPECT_EQ(changes(all), Changes(6, ApplyChange::unchanged));
    project = given_project("Another");
    EXPECT_EQ(changes(all), Changes(6, ApplyChange::created));
    EXPECT_EQ(exported(), all);
}

INSTANTIATE_ON_BOTH_ENGINES(ApplyTest);

}  // namespace
}  // namespace tenon
