// For tests only: every service of accounts/ on a fresh database of each engine, and their routes
// without a network.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>

#include "accounts/account_routes.h"
#include "accounts/api_key_routes.h"
#include "accounts/member_routes.h"
#include "accounts/request_authorizer.h"
#include "accounts/session_routes.h"
#include "accounts/user_routes.h"
#include "embedded/accounts_migrations.h"
#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "platform/http/router_internal.h"
#include "platform/storage/testing.h"

namespace tenon {

inline const std::string kOrigin = "http://127.0.0.1:8080";
inline const std::string kGoodPassword = "correct horse battery";

class AccountsFixture : public StoreFixture {
 protected:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        migrate_with("users", embedded::users_migrations());
        migrate_with("accounts", embedded::accounts_migrations());
        vault = make_vault(database(), MasterKeys::random(), clock);
        projects = std::make_unique<ProjectService>(database(), *vault, audit, clock);
        try_out = std::make_unique<TryOutTokens>(database(), *projects, *vault, users, audit, clock,
                                                 pool);
    }

    // The first administrator and project, as the set-up link makes them.
    NewAdmin set_up(const std::string& email = "ada@example.com") {
        const auto token = run_task(accounts.ensure_setup_link());
        EXPECT_TRUE(token && *token);
        auto made = run_task(accounts.complete_setup({.token = **token,
                                                      .email = email,
                                                      .password = Secret(kGoodPassword),
                                                      .project_name = "First",
                                                      .address = "10.0.0.1"}));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return *made;
    }
    // Somebody else, with a role in a project.
    Account join(ProjectId project, const std::string& email, Role role) {
        const auto invited = run_task(members.invite(actor, project, email, role));
        EXPECT_TRUE(invited) << (invited ? "" : invited.error().message);
        auto account = run_task(members.accept_invitation(
            {.token = invited->token, .password = Secret(kGoodPassword), .address = "10.0.0.2"}));
        EXPECT_TRUE(account) << (account ? "" : account.error().message);
        return *account;
    }
    Secret session_of(const Account& account) {
        return run_task(sessions.open(account, {"10.0.0.9", "test"}))->token;
    }
    std::vector<std::string> audited(ProjectId project) {
        const auto page = in_transaction(
            [&](Connection& tx) { return audit.list(tx, project, std::nullopt, 200); });
        std::vector<std::string> actions;
        for (const AuditEntry& entry : page->entries) actions.push_back(entry.event.action);
        std::sort(actions.begin(), actions.end());
        return actions;
    }

    // The texts and bytes of a row, one after the other, to search in.
    static std::string text_of(const Row& row) {
        std::string text;
        for (std::size_t column = 0;; ++column) {
            try {
                if (row.is_null(column)) continue;
            } catch (const std::out_of_range&) {
                return text;
            }
            try {
                text += row.text(column) + "\n";
            } catch (const std::logic_error&) {
                text += bytes_of(row, column) + "\n";
            }
        }
    }

    AuditLog audit{clock};
    BlockingPool pool{{.name = "test", .threads = 2}};
    UserService users{database(), audit, clock};
    PasswordKeeper passwords{
        database(), pool, clock, {.attempts_per_account_max = 3, .attempts_per_address_max = 8}};
    SessionService sessions{database(), clock, passwords};
    AccountService accounts{database(), audit, clock, passwords};
    MemberService members{database(), audit, clock, passwords};
    ApiKeyService api_keys{database(), audit, clock};
    BrowserSession browser{sessions, {.public_origin = kOrigin}};
    std::unique_ptr<Authorizer> authorizer = make_authorizer(database(), browser, api_keys);
    std::unique_ptr<Vault> vault;
    std::unique_ptr<ProjectService> projects;
    std::unique_ptr<TryOutTokens> try_out;
    Actor actor{"command_line", "", "test", ""};

 private:
    static std::string bytes_of(const Row& row, std::size_t column) {
        try {
            return row.bytes(column);
        } catch (const std::logic_error&) {
            return {};  // a number
        }
    }
};

// A request as the server hands it to a handler.
struct TestRequest {
    http::Request request;

    explicit TestRequest(std::string method) {
        request.method = std::move(method);
        request.peer_address = "10.0.0.7";
    }
    TestRequest& header(std::string_view name, std::string_view value) {
        request.headers.set(name, value);
        return *this;
    }
    TestRequest& parameter(std::string name, std::string value) {
        request.path_parameters.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    TestRequest& json(Json body) {
        request.json = std::move(body);
        return *this;
    }
    TestRequest& cookie(const Secret& token) {
        return header("Cookie", "tenon_session=" + std::string(token.reveal()));
    }
    // Cookie, origin and token, as our own pages send them.
    TestRequest& signed_in(const Secret& token) {
        cookie(token);
        header("Origin", kOrigin);
        return header("X-Tenon-CSRF", BrowserSession::csrf_token_of(token));
    }
    TestRequest& key(const Secret& token) {
        return header("Authorization", "Bearer " + std::string(token.reveal()));
    }
};

// The routes of accounts/ under their operation names; the contract's own rules are tested with
// the router and the whole program.
class RoutesFixture : public AccountsFixture {
 protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        user_routes_ = std::make_unique<UserRoutes>(users, *try_out, *authorizer);
        account_routes_.register_on(router_);
        session_routes_.register_on(router_);
        member_routes_.register_on(router_);
        api_key_routes_.register_on(router_);
        user_routes_->register_on(router_);
        EXPECT_EQ(router_.problems(), std::vector<std::string>{});
    }

    Result<http::Response> call(const std::string& operation, TestRequest& test) {
        const auto match = router_.impl().match("POST", "/" + operation);
        if (match.operation == nullptr) return Error::internal("no operation " + operation);
        return run_task(match.operation->handler(test.request));
    }
    Json body_of(const Result<http::Response>& response) {
        EXPECT_TRUE(response) << (response ? "" : response.error().message);
        return response && !response->body.empty() ? *parse_json(response->body) : Json(nullptr);
    }

 private:
    static Json contract() {
        JsonObject paths;
        for (const char* id :
             {"completeSetup",    "changePassword",   "listProjects",     "createProject",
              "signIn",           "getSession",       "signOut",          "listSessions",
              "revokeSession",    "listMembers",      "changeMember",     "removeMember",
              "listInvitations",  "createInvitation", "revokeInvitation", "inspectInvitation",
              "acceptInvitation", "listApiKeys",      "createApiKey",     "revokeApiKey",
              "listUsers",        "getUser",          "changeUser",       "removeUser",
              "createTryOutToken"}) {
            paths["/" + std::string(id)] = JsonObject{{"post", JsonObject{{"operationId", id}}}};
        }
        return JsonObject{{"openapi", "3.1.0"}, {"paths", std::move(paths)}};
    }

    http::Router router_{contract()};
    AccountRoutes account_routes_{accounts, sessions, browser, api_keys};
    SessionRoutes session_routes_{sessions, browser};
    MemberRoutes member_routes_{members, sessions, browser, *authorizer};
    ApiKeyRoutes api_key_routes_{api_keys, *authorizer};
    std::unique_ptr<UserRoutes> user_routes_;
};

}  // namespace tenon
