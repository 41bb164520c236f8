#include "projects/project_service.h"

#include "projects/project_json.h"
#include "projects/projects_fixture.h"

namespace tenon {
namespace {

class ProjectServiceTest : public ProjectsFixture {
 protected:
    Result<Project> update(ProjectId id, ProjectChange change) {
        return run_task(projects->update_project(actor, id, std::move(change)));
    }
    NewSigningKey given_signing_key(ProjectId project) {
        auto made = run_task(projects->create_signing_key(actor, project));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return *made;
    }
    std::size_t verification_key_count(ProjectId project) {
        return run_task(projects->verification_keys(project))->size();
    }
    Result<EnvironmentSecret> put(ProjectId project, const std::string& name,
                                  const std::string& value) {
        return run_task(projects->put_environment_secret(actor, project, name, Secret(value)));
    }
    std::string opened(ProjectId project, const std::string& name) {
        const auto secrets = run_task(projects->open_environment_secrets(project));
        EXPECT_TRUE(secrets) << (secrets ? "" : secrets.error().message);
        const auto found = secrets->find(name);
        return found == secrets->end() ? "(none)" : std::string(found->second.reveal());
    }
    // Changes something behind the service's back, as another node does.
    void execute(const std::string& sql) {
        const Ok done = in_transaction([&](Connection& tx) -> Ok {
            RETURN_IF_ERROR(tx.execute(sql));
            return {};
        });
        ASSERT_TRUE(done) << done.error().message;
    }
};
INSTANTIATE_ON_BOTH_ENGINES(ProjectServiceTest);

TEST_P(ProjectServiceTest, CreatesAndFindsProjects) {
    const ProjectId id = given_project("Acme \xc3\xa9");
    const auto project = run_task(projects->get_project(id));
    ASSERT_TRUE(project);
    EXPECT_EQ(project->name, "Acme \xc3\xa9");
    EXPECT_TRUE(project->allowed_origins.empty());
    EXPECT_EQ(project->created_at, clock.now());
    clock.advance(Milliseconds(1));
    const ProjectId second = given_project("Second");
    const auto all = run_task(projects->list_projects());
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].id, id);
    EXPECT_EQ((*all)[1].id, second);
    EXPECT_EQ(audited(id), std::vector<std::string>{"project.created"});
}

TEST_P(ProjectServiceTest, AProjectThatIsNotThereIsNotFoundEverywhere) {
    const ProjectId none = ProjectId::random();
    const auto is_not_found = [](const auto& result) {
        return !result && result.error().kind == ErrorKind::not_found;
    };
    EXPECT_TRUE(is_not_found(run_task(projects->get_project(none))));
    EXPECT_TRUE(is_not_found(update(none, {.name = "New"})));
    EXPECT_TRUE(is_not_found(run_task(projects->create_signing_key(actor, none))));
    EXPECT_TRUE(
        is_not_found(run_task(projects->revoke_signing_key(actor, none, SigningKeyId::random()))));
    EXPECT_TRUE(is_not_found(put(none, "NAME", "value")));
    EXPECT_TRUE(is_not_found(run_task(projects->remove_environment_secret(actor, none, "NAME"))));
    EXPECT_EQ(verification_key_count(none), 0U);
    EXPECT_TRUE(run_task(projects->open_environment_secrets(none))->empty());
}

TEST_P(ProjectServiceTest, ChangesOnlyWhatIsNamed) {
    const ProjectId id = given_project();
    clock.advance(Seconds(1));
    ASSERT_TRUE(update(id, {.allowed_origins = {{"https://app.example.com"}}}));
    const auto renamed = update(id, {.name = "New"});
    ASSERT_TRUE(renamed);
    EXPECT_EQ(renamed->name, "New");
    EXPECT_EQ(renamed->allowed_origins, std::vector<std::string>{"https://app.example.com"});
    EXPECT_EQ(renamed->updated_at, clock.now());
    // A change that changes nothing leaves no trace.
    ASSERT_TRUE(update(id, {.name = "New"}));
    const auto page = run_task(projects->list_audit_events(id, std::nullopt, 10));
    ASSERT_EQ(page->entries.size(), 3U);
    EXPECT_EQ(write_json(page->entries[0].event.details), R"({"changed":["name"]})");
    EXPECT_EQ(write_json(page->entries[1].event.details), R"({"changed":["allowedOrigins"]})");
}

TEST_P(ProjectServiceTest, RefusesNamesThatNobodyCouldRead) {
    for (const std::string& name :
         {std::string(), std::string("  \t"), std::string("a\nb"), std::string("a\0b", 3),
          std::string("\xff"), std::string(101, 'x')}) {
        const auto refused = run_task(projects->create_project(actor, name));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().problems.at(0).field, "name");
    }
    std::string longest;
    for (int i = 0; i < 100; ++i) longest += "\xc3\xa9";
    EXPECT_TRUE(run_task(projects->create_project(actor, longest)));
}

TEST_P(ProjectServiceTest, TakesExactOriginsOnly) {
    const ProjectId id = given_project();
    for (const char* good :
         {"https://app.example.com", "https://app.example.com:8443", "http://localhost:3000",
          "http://127.0.0.1:8080", "http://[::1]:5173", "http://shop.localhost"}) {
        const auto changed = update(id, {.allowed_origins = {{good}}});
        EXPECT_TRUE(changed) << good << ": " << (changed ? "" : changed.error().message);
    }
    for (const char* bad :
         {"", "*", "https://*.example.com", "https://app.example.com/", "https://app.example.com/x",
          "https://app.example.com:443", "HTTPS://app.example.com", "https://APP.example.com",
          "http://app.example.com", "http://127.evil.example", "http://localhost.evil.example",
          "null", "javascript:alert(1)", "https://a@b.example", "https://app.example.com?x",
          "https://app.example.com#x", " https://app.example.com", "ftp://app.example.com",
          "https://"}) {
        const auto refused = update(id, {.allowed_origins = {{"https://fine.example", bad}}});
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().problems.at(0).field, "allowedOrigins[1]") << bad;
    }
    EXPECT_FALSE(
        update(id, {.allowed_origins = std::vector<std::string>(51, "https://app.example.com")}));
}

// ---- signing keys ----

TEST_P(ProjectServiceTest, ASigningKeyVerifiesWhatItsPrivateHalfSigns) {
    const ProjectId id = given_project();
    const NewSigningKey made = given_signing_key(id);
    EXPECT_TRUE(made.private_pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----"));
    const auto now = std::chrono::duration_cast<Seconds>(clock.now().time_since_epoch()).count();
    const auto token = sign_jwt_rs256(JsonObject{{"sub", "alice"}, {"iat", now}, {"exp", now + 60}},
                                      made.private_pem);
    ASSERT_TRUE(token) << token.error().message;
    const auto keys = run_task(projects->verification_keys(id));
    EXPECT_TRUE(verify_jwt_rs256(*token, *keys, {}, clock.now()));
    EXPECT_EQ(audited(id), (std::vector<std::string>{"project.created", "signing_key.created"}));
}

TEST_P(ProjectServiceTest, TheStoredKeyHasNoPrivateHalf) {
    const ProjectId id = given_project();
    given_signing_key(id);
    const auto listed = run_task(projects->list_signing_keys(id));
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(write_json(to_json(listed->at(0))).find("PRIVATE"), std::string::npos);
    const auto rows = in_transaction([](Connection& tx) {
        return tx.query("SELECT public_pem FROM signing_keys WHERE public_pem LIKE '%PRIVATE%'");
    });
    EXPECT_TRUE(rows->empty());
}

TEST_P(ProjectServiceTest, SeveralKeysAreActiveUntilOneIsRevoked) {
    const ProjectId id = given_project();
    const ProjectId other = given_project("Other");
    const NewSigningKey first = given_signing_key(id);
    EXPECT_EQ(verification_key_count(id), 1U);
    given_signing_key(id);
    EXPECT_EQ(verification_key_count(id), 2U);
    EXPECT_EQ(verification_key_count(other), 0U);

    const Ok foreign = run_task(projects->revoke_signing_key(actor, other, first.key.id));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().kind, ErrorKind::not_found);
    EXPECT_EQ(verification_key_count(id), 2U);

    ASSERT_TRUE(run_task(projects->revoke_signing_key(actor, id, first.key.id)));
    EXPECT_EQ(verification_key_count(id), 1U);
    ASSERT_TRUE(run_task(projects->revoke_signing_key(actor, id, first.key.id)));
    const auto actions = audited(id);
    EXPECT_EQ(std::count(actions.begin(), actions.end(), "signing_key.revoked"), 1);
    const auto listed = run_task(projects->list_signing_keys(id));
    EXPECT_EQ(std::count_if(listed->begin(), listed->end(),
                            [](const SigningKey& key) { return key.revoked; }),
              1);
}

TEST_P(ProjectServiceTest, SeesWhatAnotherNodeRevokedAfterHalfAMinute) {
    const ProjectId id = given_project();
    given_signing_key(id);
    EXPECT_EQ(verification_key_count(id), 1U);
    execute("UPDATE signing_keys SET revoked_at = 1");
    clock.advance(Seconds(29));
    EXPECT_EQ(verification_key_count(id), 1U);
    clock.advance(Seconds(1));
    EXPECT_EQ(verification_key_count(id), 0U);
}

TEST_P(ProjectServiceTest, LimitsActiveSigningKeys) {
    limits.active_signing_keys_max = 1;
    open_services(master_keys);
    const ProjectId id = given_project();
    const NewSigningKey first = given_signing_key(id);
    const auto refused = run_task(projects->create_signing_key(actor, id));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "signing_key.limit");
    ASSERT_TRUE(run_task(projects->revoke_signing_key(actor, id, first.key.id)));
    given_signing_key(id);
}

// ---- environment secrets ----

TEST_P(ProjectServiceTest, OpensSecretsForTemplatesAndShowsThemToNobody) {
    const ProjectId id = given_project();
    const auto made = put(id, "API_TOKEN", "planted-value");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(opened(id, "API_TOKEN"), "planted-value");
    const auto listed = run_task(projects->list_environment_secrets(id));
    ASSERT_EQ(listed->size(), 1U);
    const auto page = run_task(projects->list_audit_events(id, std::nullopt, 10));
    std::string shown = write_json(to_json(listed->at(0)));
    for (const AuditEntry& entry : page->entries) shown += write_json(to_json(entry));
    EXPECT_EQ(shown.find("planted-value"), std::string::npos);
    const auto rows = in_transaction(
        [](Connection& tx) { return tx.query("SELECT sealed_value FROM environment_secrets"); });
    EXPECT_EQ(rows->at(0).bytes(0).find("planted-value"), std::string::npos);
    EXPECT_EQ(audited(id).back(), "secret.created");
}

TEST_P(ProjectServiceTest, ReplacesASecretUnderItsName) {
    const ProjectId id = given_project();
    const auto first = put(id, "API_TOKEN", "one");
    EXPECT_EQ(opened(id, "API_TOKEN"), "one");
    clock.advance(Seconds(1));
    const auto second = put(id, "API_TOKEN", "two");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->id, first->id);
    EXPECT_EQ(second->created_at, first->created_at);
    EXPECT_EQ(second->updated_at, clock.now());
    EXPECT_NE(second->fingerprint, first->fingerprint);
    EXPECT_EQ(opened(id, "API_TOKEN"), "two");
    EXPECT_EQ(put(id, "API_TOKEN", "one")->fingerprint, first->fingerprint);
    EXPECT_EQ(audited(id).back(), "secret.replaced");
}

TEST_P(ProjectServiceTest, KeepsTheSecretsOfProjectsApart) {
    const ProjectId id = given_project();
    const ProjectId other = given_project("Other");
    ASSERT_TRUE(put(id, "API_TOKEN", "mine"));
    ASSERT_TRUE(put(other, "API_TOKEN", "theirs"));
    EXPECT_EQ(opened(id, "API_TOKEN"), "mine");
    EXPECT_EQ(opened(other, "API_TOKEN"), "theirs");
}

TEST_P(ProjectServiceTest, RefusesAValueMovedToAnotherSecret) {
    const ProjectId id = given_project();
    ASSERT_TRUE(put(id, "ONE", "one"));
    ASSERT_TRUE(put(id, "TWO", "two"));
    execute(
        "UPDATE environment_secrets SET sealed_value ="
        " (SELECT sealed_value FROM environment_secrets WHERE name = 'ONE') WHERE name = 'TWO'");
    const auto secrets = run_task(projects->open_environment_secrets(id));
    ASSERT_FALSE(secrets);
    EXPECT_EQ(secrets.error().code, "vault.tampered");
}

TEST_P(ProjectServiceTest, RefusesWrongNamesAndValues) {
    const ProjectId id = given_project();
    for (const std::string& name :
         {std::string(), std::string("lower"), std::string("1ST"), std::string("_X"),
          std::string("A B"), std::string("A-B"), std::string(65, 'A'), std::string("A\xc3\x84")}) {
        const auto refused = put(id, name, "value");
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().problems.at(0).field, "name");
    }
    EXPECT_TRUE(put(id, std::string(64, 'A'), "value"));
    EXPECT_EQ(put(id, "NAME", "").error().problems.at(0).field, "value");
    const auto too_long = put(id, "NAME", std::string(65'537, 'x'));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().problems.at(0).field, "value");
    EXPECT_TRUE(put(id, "NAME", std::string(65'536, 'x')));
}

TEST_P(ProjectServiceTest, RemovesASecretThatNothingUses) {
    const ProjectId id = given_project();
    ASSERT_TRUE(put(id, "API_TOKEN", "one"));
    std::vector<std::string> users{"integration Acme", "integration Zen"};
    projects->set_secret_usage([&](Connection&, ProjectId project,
                                   const std::string& name) -> Result<std::vector<std::string>> {
        EXPECT_EQ(project, id);
        EXPECT_EQ(name, "API_TOKEN");
        return users;
    });
    EXPECT_EQ(run_task(projects->list_environment_secrets(id))->at(0).used_by, users);
    const Ok refused = run_task(projects->remove_environment_secret(actor, id, "API_TOKEN"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "secret.in_use");
    EXPECT_EQ(refused.error().message, "API_TOKEN is used by integration Acme, integration Zen.");
    EXPECT_EQ(opened(id, "API_TOKEN"), "one");

    users.clear();
    ASSERT_TRUE(run_task(projects->remove_environment_secret(actor, id, "API_TOKEN")));
    EXPECT_EQ(opened(id, "API_TOKEN"), "(none)");
    EXPECT_EQ(audited(id).back(), "secret.removed");
    EXPECT_EQ(run_task(projects->remove_environment_secret(actor, id, "API_TOKEN")).error().kind,
              ErrorKind::not_found);
}

TEST_P(ProjectServiceTest, LimitsTheNumberOfSecrets) {
    limits.environment_secrets_max = 2;
    open_services(master_keys);
    const ProjectId id = given_project();
    ASSERT_TRUE(put(id, "ONE", "x"));
    ASSERT_TRUE(put(id, "TWO", "x"));
    EXPECT_EQ(put(id, "THREE", "x").error().code, "secret.limit");
    EXPECT_TRUE(put(id, "TWO", "y"));
}

TEST_P(ProjectServiceTest, TwoNodesThatMakeTheSameSecretLeaveOneThatOpens) {
    const ProjectId id = given_project();
    const auto other_vault = make_vault(database(), master_keys, clock);
    ProjectService other_node(database(), *other_vault, audit, clock);
    for (int round = 0; round < 5; ++round) {
        const std::string name = "NAME_" + std::to_string(round);
        std::thread other([&] {
            EXPECT_TRUE(
                run_task(other_node.put_environment_secret(actor, id, name, Secret("theirs"))));
        });
        const auto ours = put(id, name, "ours");
        EXPECT_TRUE(ours) << (ours ? "" : ours.error().message);
        other.join();
        open_services(master_keys);
        EXPECT_NE(opened(id, name), "(none)");
    }
}

}  // namespace
}  // namespace tenon
