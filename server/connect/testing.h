// For tests only: a project with the services below connect/ on a fresh database, a provider that
// plays a script, and the browser and user tokens of people who connect.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/url.h"
#include "connect/connect_links.h"
#include "connect/connect_service.h"
#include "credentials/credential_service.h"
#include "embedded/connect_migrations.h"
#include "embedded/credentials_migrations.h"
#include "embedded/integrations_migrations.h"
#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "integrations/integration_service.h"
#include "platform/storage/testing.h"
#include "projects/project_service.h"
#include "users/user_service.h"

namespace tenon {

// Answers by path and remembers what was asked.
class ScriptedProvider final : public http::HttpClient {
 public:
    using Answer = std::function<Result<http::ClientResponse>(const http::ClientRequest&)>;

    Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
        requests.push_back(request);
        const auto url = Url::parse(request.url);
        const auto found = url ? answers.find(url->path) : answers.end();
        if (found == answers.end()) co_return http::ClientResponse{.status = 404, .body = "{}"};
        co_return found->second(request);
    }

    void answers_to(const std::string& path, int status, const std::string& body) {
        answers[path] = [status, body](const http::ClientRequest&) -> Result<http::ClientResponse> {
            http::ClientResponse response{.status = status, .body = body};
            response.headers.add("Content-Type", "application/json");
            return response;
        };
    }
    void fails_at(const std::string& path, const Error& error) {
        answers[path] = [error](const http::ClientRequest&) -> Result<http::ClientResponse> {
            return error;
        };
    }
    int count(std::string_view path) const {
        int sum = 0;
        for (const auto& request : requests) {
            const auto url = Url::parse(request.url);
            if (url && url->path == path) ++sum;
        }
        return sum;
    }

    std::map<std::string, Answer> answers;
    std::vector<http::ClientRequest> requests;
};

// Remembers whom it forgot.
class ForgettingTokenCare final : public TokenCare {
 public:
    using Outcome = Result<std::shared_ptr<const LiveCredential>>;
    Task<Outcome> fresh(ProjectId, CredentialId) override { co_return none(); }
    Task<Outcome> refresh_after_401(ProjectId, CredentialId, std::int64_t) override {
        co_return none();
    }
    std::shared_ptr<const LiveCredential> cached(ProjectId, CredentialId) override {
        return nullptr;
    }
    void forget(CredentialId credential) override { forgotten.push_back(credential); }
    Task<Ok> mark_invalid(ProjectId, CredentialId, std::string, std::string) override {
        co_return Ok{};
    }
    Task<Result<int>> refresh_idle(int) override { co_return 0; }
    Task<Result<int>> end_former_leases() override { co_return 0; }

    std::vector<CredentialId> forgotten;

 private:
    static Outcome none() { return Error::not_found("Credential"); }
};

// The value of a query parameter of a URL; empty when absent.
inline std::string query_value(const std::string& url, std::string_view name) {
    const auto parsed = Url::parse(url);
    if (!parsed) return {};
    for (const std::string_view part : split(parsed->query, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        if (form_decode(part.substr(0, equals)) != name) continue;
        return equals < part.size() ? form_decode(part.substr(equals + 1)).value_or("") : "";
    }
    return {};
}

inline IntegrationDefinition oauth_definition() {
    IntegrationDefinition definition;
    definition.name = "Acme CRM";
    definition.slug = "acme";
    definition.description = "Contacts and deals";
    definition.accent_color = "#2f6f4f";
    definition.authentication.method = AuthMethodKind::oauth;
    definition.authentication.authorization_url = "https://acme.example.com/authorize";
    definition.authentication.access_token_url = "https://acme.example.com/token";
    definition.authentication.revocation_url = "https://acme.example.com/revoke";
    definition.authentication.client_id = "client-of-tenon";
    definition.authentication.scopes = {"contacts.read"};
    definition.api.base_url = "https://api.acme.example.com";
    definition.api.test_endpoint = TestEndpoint{.method = "GET", .path = "/ping"};
    definition.api.user_profile = UserProfile{.url = "/me", .provider_id_path = "id"};
    return definition;
}

inline IntegrationDefinition api_key_definition() {
    IntegrationDefinition definition = oauth_definition();
    definition.name = "Key CRM";
    definition.slug = "keys";
    definition.authentication = Authentication{};
    definition.authentication.method = AuthMethodKind::basic;
    definition.authentication.input_fields = {
        {.id = "account", .title = "Account", .suffix_label = ".acme.com", .pattern = "[a-z]+"},
        {.id = "api_key", .title = "API key", .type = InputType::password}};
    definition.api.authorization.token = "{{ inputs.api_key }}";
    return definition;
}

class ConnectFixture : public StoreFixture {
 protected:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        migrate_with("users", embedded::users_migrations());
        migrate_with("integrations", embedded::integrations_migrations());
        migrate_with("credentials", embedded::credentials_migrations());
        migrate_with("connect", embedded::connect_migrations());
        vault = make_vault(database(), MasterKeys::random(), clock);
        projects = std::make_unique<ProjectService>(database(), *vault, audit, clock);
        users = std::make_unique<UserService>(database(), audit, clock);
        integrations = std::make_unique<IntegrationService>(database(), *vault, audit, clock);
        credentials =
            std::make_unique<CredentialService>(database(), *vault, audit, token_care, clock);
        methods = std::make_unique<AuthMethodCatalog>(AuthMethodContext{provider, clock});
        opener = std::make_unique<IntegrationOpener>(*vault, no_environment_secrets);
        connect = std::make_unique<ConnectService>(
            context(), ConnectOptions{.public_url = "https://tenon.example.com"});
        links = std::make_unique<ConnectLinkService>(context(), *connect, *users, audit);
        project = run_task(projects->create_project(developer, "Acme product"))->id;
        EXPECT_TRUE(run_task(projects->update_project(
            developer, project, {.name = {}, .allowed_origins = {{"https://app.example.com"}}})));
        provider.answers_to(
            "/token", 200, R"({"access_token":"token-1","refresh_token":"r-1","expires_in":3600})");
        provider.answers_to("/ping", 200, "{}");
        provider.answers_to("/me", 200, R"({"id":"acme-7","email":"ada@acme.example.com"})");
        provider.answers_to("/revoke", 200, "{}");
    }

    ConnectContext context() {
        return {database(), *vault,   *projects, *integrations, *credentials,
                token_care, *methods, *opener,   provider,      clock};
    }

    static Task<Result<std::map<std::string, Secret>>> no_environment_secrets(ProjectId) {
        co_return std::map<std::string, Secret>();
    }

    Integration given_integration(IntegrationDefinition definition) {
        IntegrationDraft draft{.status = IntegrationStatus::active};
        if (definition.authentication.method == AuthMethodKind::oauth) {
            draft.client_secret = Secret("secret-of-tenon");
        }
        draft.definition = std::move(definition);
        auto created =
            run_task(integrations->create_integration(developer, project, std::move(draft)));
        EXPECT_TRUE(created) << (created ? "" : created.error().message);
        return created ? std::move(*created) : Integration{};
    }

    // A user with a token; `token` tells his tokens apart.
    ConnectParty given_user(const std::string& external_id, const std::string& token = "t") {
        const auto user = run_task(users->ensure(project, external_id));
        EXPECT_TRUE(user) << (user ? "" : user.error().message);
        return {.project_id = project,
                .user_id = user->id,
                .permissions = TokenPermissions(),
                .token_hash = hash_of_token(external_id + token),
                .actor = {.kind = "connected_user", .id = user->id.str(), .label = external_id}};
    }

    // The nonce page: `opener` is the origin of the window that opened it, empty for none.
    void bind(const ConnectParty& party, const std::string& browser,
              const std::string& opener_origin = "https://app.example.com") {
        const auto bound = run_task(
            connect->bind_browser(party, {.browser = browser, .opener_origin = opener_origin}));
        ASSERT_TRUE(bound) << bound.error().message;
    }

    AuthorizationStart start_of(const Integration& integration) {
        return {.integration_id = integration.id,
                .session_key = "session-key",
                .origin = "https://app.example.com"};
    }

    // Begins at the provider's page and gives its URL.
    std::string begin(const ConnectParty& party, AuthorizationStart start) {
        const auto url = run_task(connect->begin_authorization(party, std::move(start)));
        EXPECT_TRUE(url) << (url ? "" : url.error().message);
        return url.value_or("");
    }

    // The provider sends the browser back to the callback of `integration`.
    AuthorizationEnd come_back(const IntegrationId& integration, const std::string& state,
                               const std::string& browser, const std::string& more = "&code=c-1") {
        return run_task(connect->complete_authorization({.integration = integration.str(),
                                                         .query = "state=" + state + more,
                                                         .browser = browser}));
    }

    std::vector<CredentialWithConfigurations> accounts_of(const ConnectParty& party) {
        auto found = run_task(credentials->find_for_user(project, party.user_id));
        EXPECT_TRUE(found);
        return found ? std::move(*found) : std::vector<CredentialWithConfigurations>();
    }

    AuditLog audit{clock};
    Actor developer{"account", "a-1", "dev@example.com", "10.0.0.1"};
    ScriptedProvider provider;
    ForgettingTokenCare token_care;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<ProjectService> projects;
    std::unique_ptr<UserService> users;
    std::unique_ptr<IntegrationService> integrations;
    std::unique_ptr<CredentialService> credentials;
    std::unique_ptr<AuthMethodCatalog> methods;
    std::unique_ptr<IntegrationOpener> opener;
    std::unique_ptr<ConnectService> connect;
    std::unique_ptr<ConnectLinkService> links;
    ProjectId project;
};

}  // namespace tenon
