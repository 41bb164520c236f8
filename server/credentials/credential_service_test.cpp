#include "credentials/credential_service.h"

#include "credentials/credential_json.h"
#include "credentials/refresh_lease.h"
#include "credentials/testing.h"

namespace tenon {
namespace {

class CredentialServiceTest : public CredentialsFixture {
 public:
    NewCredential connection(std::string access_token = "access") {
        NewCredential created;
        created.project_id = project;
        created.user_id = user;
        created.integration_id = integration;
        created.secrets = secrets_with_tokens(std::move(access_token), "refresh");
        created.provider_id = "acct";
        created.provider_data = {{"name", "Ada"}};
        created.granted_scopes = {"read"};
        return created;
    }
    NewCredential additional(std::string external_id = "") {
        NewCredential created = connection();
        created.account_rule = AccountRule::add_account;
        created.external_id = std::move(external_id);
        return created;
    }
    Result<CredentialWithConfigurations> create(NewCredential created) {
        clock.advance(Seconds(1));
        given_owners(created.project_id, created.user_id, created.integration_id);
        return run_task(service.create(std::move(created), actor));
    }
    std::string access_token_of(const CredentialWithConfigurations& account) {
        const auto secrets = run_task(service.open_secrets(account.credential));
        return secrets ? std::string(secrets->access_token.reveal()) : secrets.error().code;
    }
    std::vector<std::string> audited() {
        const auto page = *in_transaction(
            [&](Connection& tx) { return audit.list(tx, project, std::nullopt, 100); });
        std::vector<std::string> actions;
        for (const auto& entry : page.entries) actions.insert(actions.begin(), entry.event.action);
        return actions;
    }

    // As the service of the owner deletes it.
    Ok deleted_from(const std::string& table, const std::string& id) {
        return in_transaction([&](Connection& tx) -> Ok {
            RETURN_IF_ERROR(
                tx.execute("DELETE FROM " + table + " WHERE project_id = $1 AND id = $2",
                           {project.str(), id}));
            return {};
        });
    }
    std::int64_t rows_in(const std::string& table) {
        const auto row = in_transaction(
            [&](Connection& tx) { return tx.find_row("SELECT COUNT(*) FROM " + table, {}); });
        return row && *row ? (**row).integer(0) : -1;
    }

    const ProjectId project = ProjectId::random();
    const UserId user = UserId::random();
    const IntegrationId integration = IntegrationId::random();
    const Actor actor{"connected_user", user.str(), "alice", "127.0.0.1"};
    TestVault vault;
    AuditLog audit{clock};
    RecordingTokenCare token_care;
    CredentialService service{database(),
                              vault,
                              audit,
                              token_care,
                              clock,
                              {.accounts_per_user_and_integration_max = 3,
                               .configurations_per_credential_max = 3,
                               .settings_bytes_max = 200}};
};

TEST_P(CredentialServiceTest, AConnectionHasOneDefaultConfiguration) {
    const auto created = create(connection());
    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->credential.status, CredentialStatus::valid);
    ASSERT_EQ(created->configurations.size(), 1U);
    EXPECT_TRUE(created->default_configuration().is_default);
    EXPECT_EQ(created->default_configuration().credential_id, created->credential.id);
    const auto got = run_task(service.get(project, user, created->credential.id));
    ASSERT_TRUE(got);
    EXPECT_EQ(access_token_of(*got), "access");
    EXPECT_EQ(audited(), std::vector<std::string>{"credential.connected"});
}

TEST_P(CredentialServiceTest, NeverShowsOrStoresASecretInTheClear) {
    const auto created = create(connection("planted-secret"));
    const std::string json = write_json(to_json(*created, clock.now()));
    EXPECT_EQ(json.find("planted-secret"), std::string::npos);
    EXPECT_EQ(json.find("refresh\""), std::string::npos);
    EXPECT_EQ(created->credential.sealed_secrets.find("planted-secret"), std::string::npos);
}

TEST_P(CredentialServiceTest, ASecondConnectionReplacesTheFirstInPlace) {
    const auto first = create(connection());
    SettingsUpdate settings;
    settings.shared_settings = JsonObject{{"channel", "#a"}};
    ASSERT_TRUE(run_task(
        service.update_settings(project, user, first->credential.id, "", settings, actor)));
    const auto second = create(connection("second"));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->credential.id, first->credential.id);
    EXPECT_EQ(second->default_configuration().id, first->default_configuration().id);
    EXPECT_EQ(second->default_configuration().shared_settings, *settings.shared_settings);
    EXPECT_EQ(second->credential.created_at, first->credential.created_at);
    EXPECT_GT(second->credential.version, first->credential.version);
    EXPECT_EQ(access_token_of(*second), "second");
    EXPECT_EQ(run_task(service.find_for_user(project, user))->size(), 1U);
    EXPECT_EQ(token_care.forgotten.back(), first->credential.id);
}

TEST_P(CredentialServiceTest, SeveralAccountsStandBesideEachOtherWhenAllowed) {
    const auto a = create(connection());
    const auto b = create(additional("team-b"));
    const auto c = create(additional());
    ASSERT_TRUE(a && b && c);
    const auto all = *run_task(service.find_for_user(project, user, integration));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].credential.id, a->credential.id);
    EXPECT_EQ(all[1].credential.id, b->credential.id);
    EXPECT_EQ(all[2].configurations.size(), 1U);
    EXPECT_EQ(create(additional()).error().code, "credential.limit_reached");
    EXPECT_EQ(*run_task(service.count_for_integration(project, integration)), 3);
}

TEST_P(CredentialServiceTest, AnExternalIdNamesOneAccountOfAUser) {
    ASSERT_TRUE(create(additional("team")));
    const auto refused = create(additional("team"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_EQ(refused.error().code, "credential.external_id_taken");
    EXPECT_EQ(create(additional("  ")).error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(create(additional(std::string(257, 'x'))).error().kind, ErrorKind::invalid_input);
    auto of_other_user = additional("team");
    of_other_user.user_id = UserId::random();
    EXPECT_TRUE(create(of_other_user));
    // A replaced account keeps its name, and may be given the same again.
    auto replacing = connection();
    EXPECT_EQ(create(replacing)->credential.external_id, "team");
    replacing.external_id = "team";
    EXPECT_TRUE(create(replacing));
}

TEST_P(CredentialServiceTest, FirstConnectionsAtTheSameMomentMakeOneAccount) {
    given_owners(project, user, integration);
    std::atomic<int> connected = 0;
    struct Caller {
        static Task<void> connect(CredentialServiceTest& test, std::atomic<int>& connected) {
            const auto created = co_await test.service.create(test.connection(), test.actor);
            if (created) ++connected;
        }
    };
    run_on_many_loops(2, 2, [&] { return Caller::connect(*this, connected); });
    EXPECT_EQ(connected, 2);
    EXPECT_EQ(run_task(service.find_for_user(project, user))->size(), 1U);
}

TEST_P(CredentialServiceTest, AReconnectionKeepsEverythingButTheSecretsAndClearsInvalid) {
    const auto created = create(additional("team"));
    ASSERT_TRUE(run_task(
        service.create_configuration(project, user, created->credential.id, "second", actor)));
    const RefreshLeaseStore leases;
    ASSERT_TRUE(in_transaction([&](Connection& tx) {
        return leases.mark_invalid(tx, project, created->credential.id, "invalid_grant", "Why.",
                                   clock.now());
    }));
    ReconnectedCredential renewed;
    renewed.secrets = secrets_with_tokens("renewed", "r");
    const auto again = run_task(
        service.reconnect(project, user, created->credential.id, std::move(renewed), actor));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->credential.status, CredentialStatus::valid);
    EXPECT_EQ(again->credential.invalid_code, "");
    EXPECT_EQ(again->credential.external_id, "team");
    EXPECT_EQ(again->configurations.size(), 2U);
    EXPECT_EQ(access_token_of(*again), "renewed");
}

TEST_P(CredentialServiceTest, AForeignCredentialAnswersAsAMissingOne) {
    const auto id = create(connection())->credential.id;
    const auto other = UserId::random();
    const std::string missing =
        run_task(service.get(project, user, CredentialId::random())).error().message;
    EXPECT_EQ(run_task(service.get(project, other, id)).error().message, missing);
    EXPECT_EQ(run_task(service.get(ProjectId::random(), user, id)).error().message, missing);
    EXPECT_EQ(run_task(service.reconnect(project, other, id, {}, actor)).error().message, missing);
    EXPECT_EQ(run_task(service.disconnect(project, other, id, actor)).error().message, missing);
    EXPECT_EQ(run_task(service.update_settings(project, other, id, "", {}, actor)).error().message,
              missing);
    EXPECT_EQ(run_task(service.get_for_project(ProjectId::random(), id)).error().message, missing);
    const auto of_other_integration =
        run_task(service.resolve_selector(project, user, IntegrationId::random(), id.str()));
    EXPECT_EQ(of_other_integration.error().message, missing);
    EXPECT_TRUE(run_task(service.get_for_project(project, id)));
}

TEST_P(CredentialServiceTest, SelectorsNameAccountsAndAreRemembered) {
    const auto first = create(connection());
    const auto second = create(additional("team"));
    const auto resolve = [&](std::string selector) {
        const auto found =
            run_task(service.resolve_selector(project, user, integration, std::move(selector)));
        return found ? found->id : CredentialId();
    };
    EXPECT_FALSE(service.cached_selection(project, user, integration, "team"));
    EXPECT_EQ(resolve(""), first->credential.id);
    EXPECT_EQ(resolve("team"), second->credential.id);
    EXPECT_EQ(resolve("ext:team"), second->credential.id);
    EXPECT_EQ(resolve(second->credential.id.str()), second->credential.id);
    EXPECT_TRUE(resolve("nobody").is_nil());
    EXPECT_EQ(service.cached_selection(project, user, integration, "team"), second->credential.id);
    EXPECT_EQ(run_task(service.default_for(project, user, integration))->id, first->credential.id);
    ASSERT_TRUE(run_task(service.disconnect(project, user, second->credential.id, actor)));
    EXPECT_FALSE(service.cached_selection(project, user, integration, "team"));
}

TEST_P(CredentialServiceTest, SettingsAreReplacedMapByMap) {
    const auto id = create(connection())->credential.id;
    const auto update = [&](SettingsUpdate settings) {
        return run_task(service.update_settings(project, user, id, "", std::move(settings), actor));
    };
    ASSERT_TRUE(update({JsonObject{{"wf", JsonObject{{"enabled", true}}}}, JsonObject{{"a", 1}}}));
    const auto changed = update({std::nullopt, JsonObject{{"b", 2}}});
    ASSERT_TRUE(changed);
    const auto& configuration = changed->default_configuration();
    EXPECT_EQ(configuration.shared_settings, (JsonObject{{"b", 2}}));
    EXPECT_TRUE(configuration.workflow_settings.contains("wf"));
    const auto refused = update({JsonObject{{"x", std::string(300, 'x')}}, std::nullopt});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problems.at(0).field, "config.workflowSettings");
}

TEST_P(CredentialServiceTest, ConfigurationsHaveTheirOwnNamesAndMeta) {
    const auto id = create(connection())->credential.id;
    const auto add = [&](std::optional<std::string> external_id) {
        return run_task(service.create_configuration(project, user, id, external_id, actor));
    };
    clock.advance(Seconds(1));
    const auto added = add("Team A");
    ASSERT_TRUE(added);
    ASSERT_EQ(added->configurations.size(), 2U);
    EXPECT_FALSE(added->configurations[1].is_default);
    EXPECT_EQ(add("Team A").error().code, "configuration.external_id_taken");
    EXPECT_EQ(add(" ").error().kind, ErrorKind::invalid_input);
    EXPECT_TRUE(add(std::nullopt));
    EXPECT_EQ(add(std::nullopt).error().code, "configuration.limit_reached");
    const auto with_meta = run_task(service.update_configuration_meta(
        project, user, id, "ext:Team A", JsonObject{{"k", "v"}}, actor));
    ASSERT_TRUE(with_meta);
    EXPECT_EQ(CredentialService::select_configuration(*with_meta, "Team A")->meta,
              (JsonObject{{"k", "v"}}));
    EXPECT_EQ(run_task(service.delete_configuration(project, user, id, "", actor)).error().code,
              "configuration.is_default");
    EXPECT_TRUE(run_task(service.delete_configuration(project, user, id, "Team A", actor)));
    EXPECT_EQ(
        run_task(service.delete_configuration(project, user, id, "Team A", actor)).error().code,
        "not_found");
}

TEST_P(CredentialServiceTest, ADisconnectionRemovesTheRowAndForgetsTheSecrets) {
    const auto id = create(connection())->credential.id;
    ASSERT_TRUE(run_task(service.disconnect(project, user, id, actor)));
    EXPECT_EQ(token_care.forgotten.back(), id);
    EXPECT_EQ(run_task(service.get(project, user, id)).error().code, "not_found");
    EXPECT_EQ(run_task(service.disconnect(project, user, id, actor)).error().code, "not_found");
    EXPECT_EQ(audited(),
              (std::vector<std::string>{"credential.connected", "credential.disconnected"}));
}

TEST_P(CredentialServiceTest, ACiphertextMovedToAnotherRowIsRefused) {
    auto mine = create(connection())->credential;
    auto other = create(additional())->credential;
    std::swap(mine.sealed_secrets, other.sealed_secrets);
    EXPECT_EQ(run_task(service.open_secrets(mine)).error().code, "vault.tampered");
}

TEST_P(CredentialServiceTest, ACredentialIsRefreshingAsLongAsALeaseStands) {
    const Credential made = create(connection())->credential;
    const auto is_refreshing = [&] {
        const bool alone = run_task(service.get(project, user, made.id))->is_refreshing;
        EXPECT_EQ(run_task(service.find_for_user(project, user))->front().is_refreshing, alone);
        return alone;
    };
    EXPECT_FALSE(is_refreshing());
    const RefreshLeaseStore leases;
    ASSERT_TRUE(in_transaction([&](Connection& tx) -> Result<std::optional<LeaseKey>> {
        ASSIGN_OR_RETURN(const auto seen, leases.find(tx, project, made.id));
        return leases.take(tx, *seen, "a node", clock.now(), clock.now() + Seconds(60));
    }));
    EXPECT_TRUE(is_refreshing());
    clock.advance(Seconds(61));
    EXPECT_FALSE(is_refreshing()) << "its holder died";
}

// ---- deletion of those it belongs to ----

TEST_P(CredentialServiceTest, AConnectionThatEndsAfterItsUserOrIntegrationWasDeletedLeavesNothing) {
    for (const char* owner : {"users", "integrations"}) {
        given_owners(project, user, integration);
        ASSERT_TRUE(
            deleted_from(owner, owner == std::string("users") ? user.str() : integration.str()));
        const auto late = run_task(service.create(connection(), actor));
        ASSERT_FALSE(late) << owner;
        EXPECT_EQ(late.error().kind, ErrorKind::not_found);
        EXPECT_EQ(rows_in("credentials"), 0) << owner;
        EXPECT_EQ(rows_in("credential_configurations"), 0) << owner;
    }
    EXPECT_EQ(audited(), std::vector<std::string>());
}

TEST_P(CredentialServiceTest, CredentialsAndConfigurationsGoWithTheirUserAndIntegration) {
    for (const char* owner : {"users", "integrations"}) {
        ASSERT_TRUE(create(connection()));
        ASSERT_TRUE(
            deleted_from(owner, owner == std::string("users") ? user.str() : integration.str()));
        EXPECT_EQ(rows_in("credentials"), 0) << owner;
        EXPECT_EQ(rows_in("credential_configurations"), 0) << owner;
    }
}

INSTANTIATE_ON_BOTH_ENGINES(CredentialServiceTest);

}  // namespace
}  // namespace tenon
