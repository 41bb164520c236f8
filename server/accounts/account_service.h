// The verbs and rules of accounts: the one-time set-up of a fresh install, administrators made on
// the command line, passwords, and the projects an account made.
//
// Thread-safe: every event loop calls the one service.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "accounts/account_store.h"
#include "accounts/member_store.h"
#include "accounts/password_keeper.h"
#include "accounts/session_store.h"
#include "base/clock.h"
#include "base/secret.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/audit_log.h"
#include "projects/project_store.h"

namespace tenon {

struct AccountLimits {
    std::chrono::hours setup_link_life{24};
    std::size_t project_name_characters_max = 100;
    std::size_t projects_per_account_max = 100;
};

struct NewAdmin {
    Account account;
    Project project;
};

struct SetupRequest {
    Secret token;
    std::string email;
    Secret password;
    std::string project_name;
    std::string address;
};

class AccountService {
 public:
    // What the service uses outlives it.
    AccountService(Database& database, const AuditLog& audit, const Clock& clock,
                   PasswordKeeper& passwords, AccountLimits limits = {})
        : database_(database),
          audit_(audit),
          clock_(clock),
          passwords_(passwords),
          limits_(limits) {}

    // The token of a new one-time set-up link while there is no account, nothing afterwards. Only
    // its hash is stored, so each start of a fresh install prints a link of its own.
    Task<Result<std::optional<Secret>>> ensure_setup_link();
    // The first administrator and the first project, once. Errors: gone "setup.link_used" for a
    // link that is wrong, old or used up, all alike; invalid_input for the fields.
    Task<Result<NewAdmin>> complete_setup(SetupRequest request);

    // For the command line. Without a project the administrator gets a new one named "My project"
    // on a fresh install, and every existing project otherwise. Errors: conflict
    // "account.email_taken"; not_found (project).
    Task<Result<Account>> create_admin(Actor actor, std::string email, Secret password,
                                       std::optional<ProjectId> project);
    // Ends every session of the account. Errors: not_found.
    Task<Result<Account>> reset_password(Actor actor, std::string email, Secret password);

    // Ends the account's other sessions. Errors: forbidden "account.wrong_password"; rate_limited
    // "auth.throttled".
    struct PasswordChange {
        SessionId session;  // stays signed in
        Secret current_password;
        Secret new_password;
    };
    Task<Ok> change_password(Actor actor, AccountId account, PasswordChange change);

    Task<Result<Project>> get_project(ProjectId id);  // errors: not_found
    Task<Result<std::vector<OwnProject>>> list_projects(AccountId account);
    // The account becomes the project's administrator.
    Task<Result<Project>> create_project(Actor actor, AccountId account, std::string name);

 private:
    Result<Project> make_project(std::string_view name) const;
    Ok add_project(Connection& tx, const Actor& actor, const Project& project,
                   const Account& admin) const;
    Ok audit_account(Connection& tx, const Actor& actor, AccountId account,
                     std::string_view action) const;

    Database& database_;
    const AuditLog& audit_;
    const Clock& clock_;
    PasswordKeeper& passwords_;
    AccountLimits limits_;
    AccountStore accounts_;
    SessionStore sessions_;
    MemberStore members_;
    ProjectStore projects_;
};

}  // namespace tenon
