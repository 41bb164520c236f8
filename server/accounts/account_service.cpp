#include "accounts/account_service.h"

#include <algorithm>

#include "accounts/access_token.h"
#include "base/text.h"

namespace tenon {
namespace {

constexpr std::string_view kFirstProjectName = "My project";

Error link_used() {
    return {ErrorKind::gone, "setup.link_used",
            "This set-up link is wrong, has expired or has been used. Restarting a server without "
            "accounts prints a new one."};
}

// A taken e-mail address in words that name the field.
Ok name_conflict(Ok inserted) {
    if (!inserted && inserted.error().code == "storage.unique") {
        return Error{ErrorKind::conflict, "account.email_taken",
                     "There is an account with this e-mail address already."};
    }
    return inserted;
}

}  // namespace

Task<Result<std::optional<Secret>>> AccountService::ensure_setup_link() {
    const Secret token = make_access_token();
    const Timestamp now = clock_.now();
    ASSIGN_OR_CO_RETURN(const bool needed,
                        co_await database_.write([&](Connection& tx) -> Result<bool> {
                            ASSIGN_OR_RETURN(const bool any, accounts_.any(tx));
                            if (any) return false;
                            RETURN_IF_ERROR(accounts_.insert_setup_link(
                                tx, hash_access_token(token), now, now + limits_.setup_link_life));
                            return true;
                        }));
    co_return needed ? std::optional(token) : std::optional<Secret>();
}

Task<Result<NewAdmin>> AccountService::complete_setup(SetupRequest request) {
    ASSIGN_OR_CO_RETURN(const std::string email, passwords_.normal_email(request.email));
    const std::string_view name = trim(request.project_name);
    ASSIGN_OR_CO_RETURN(const Project project,
                        make_project(name.empty() ? kFirstProjectName : name));
    const Timestamp now = clock_.now();
    const std::string token_hash = hash_access_token(request.token);
    // Looked at before the costly hash, which a stranger could otherwise have us compute.
    ASSIGN_OR_CO_RETURN(const bool open, co_await database_.read([&](Connection& tx) {
        return accounts_.has_setup_link(tx, token_hash, now);
    }));
    if (!open) co_return link_used();
    ASSIGN_OR_CO_RETURN(const std::string password_hash,
                        co_await passwords_.hash_new(request.password, "password"));
    const Account account{AccountId::random(), email, now};
    const Actor actor{"account", account.id.str(), email, request.address};
    co_return co_await database_.write([&](Connection& tx) -> Result<NewAdmin> {
        ASSIGN_OR_RETURN(const bool used, accounts_.use_setup_link(tx, token_hash, now));
        ASSIGN_OR_RETURN(const bool any, accounts_.any(tx));
        if (!used || any) return link_used();
        RETURN_IF_ERROR(accounts_.remove_setup_links(tx));
        RETURN_IF_ERROR(name_conflict(accounts_.insert(tx, {account, password_hash})));
        RETURN_IF_ERROR(add_project(tx, actor, project, account));
        return NewAdmin{account, project};
    });
}

Task<Result<Account>> AccountService::create_admin(Actor actor, std::string email, Secret password,
                                                   std::optional<ProjectId> project) {
    ASSIGN_OR_CO_RETURN(const std::string normal, passwords_.normal_email(email));
    ASSIGN_OR_CO_RETURN(const std::string password_hash,
                        co_await passwords_.hash_new(password, "password"));
    const Account account{AccountId::random(), normal, clock_.now()};
    ASSIGN_OR_CO_RETURN(const Project first, make_project(kFirstProjectName));
    co_return co_await database_.write([&](Connection& tx) -> Result<Account> {
        RETURN_IF_ERROR(accounts_.remove_setup_links(tx));
        RETURN_IF_ERROR(name_conflict(accounts_.insert(tx, {account, password_hash})));
        ASSIGN_OR_RETURN(std::vector<Project> projects, projects_.list_projects(tx));
        if (project) {
            std::erase_if(projects, [&](const Project& other) { return other.id != *project; });
            if (projects.empty()) return Error::not_found("Project");
        }
        if (projects.empty()) {
            RETURN_IF_ERROR(add_project(tx, actor, first, account));
        }
        for (const Project& joined : projects) {
            RETURN_IF_ERROR(members_.insert(
                tx, {joined.id, account.id, normal, Role::admin, account.created_at}));
        }
        RETURN_IF_ERROR(audit_account(tx, actor, account.id, "account.created"));
        return account;
    });
}

Task<Result<Account>> AccountService::reset_password(Actor actor, std::string email,
                                                     Secret password) {
    ASSIGN_OR_CO_RETURN(const std::string normal, passwords_.normal_email(email));
    ASSIGN_OR_CO_RETURN(const std::string password_hash,
                        co_await passwords_.hash_new(password, "password"));
    co_return co_await database_.write([&](Connection& tx) -> Result<Account> {
        ASSIGN_OR_RETURN(const auto stored, accounts_.find_by_email(tx, normal));
        if (!stored) return Error::not_found("Account");
        const AccountId id = stored->account.id;
        RETURN_IF_ERROR(accounts_.set_password(tx, id, password_hash, clock_.now()));
        RETURN_IF_ERROR(sessions_.remove_all_but(tx, id, std::nullopt));
        RETURN_IF_ERROR(audit_account(tx, actor, id, "account.password_reset"));
        return stored->account;
    });
}

Task<Ok> AccountService::change_password(Actor actor, AccountId account, PasswordChange change) {
    ASSIGN_OR_CO_RETURN(const auto stored, co_await database_.read([&](Connection& tx) {
        return accounts_.find(tx, account);
    }));
    if (!stored) co_return Error::not_found("Account");
    ASSIGN_OR_CO_RETURN(
        const auto proved,
        co_await passwords_.check({stored->account.email, change.current_password, actor.address}));
    if (!proved) {
        co_return Error{ErrorKind::forbidden, "account.wrong_password",
                        "The current password is wrong."};
    }
    ASSIGN_OR_CO_RETURN(const std::string password_hash,
                        co_await passwords_.hash_new(change.new_password, "newPassword"));
    co_return co_await database_.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(accounts_.set_password(tx, account, password_hash, clock_.now()));
        RETURN_IF_ERROR(sessions_.remove_all_but(tx, account, change.session));
        return audit_account(tx, actor, account, "account.password_changed");
    });
}

Task<Result<Project>> AccountService::get_project(ProjectId id) {
    co_return co_await database_.read([&](Connection& tx) -> Result<Project> {
        ASSIGN_OR_RETURN(auto project, projects_.find_project(tx, id));
        if (!project) return Error::not_found("Project");
        return std::move(*project);
    });
}

Task<Result<std::vector<OwnProject>>> AccountService::list_projects(AccountId account) {
    co_return co_await database_.read([&](Connection& tx) -> Result<std::vector<OwnProject>> {
        ASSIGN_OR_RETURN(const auto roles, members_.list_roles(tx, account));
        std::vector<OwnProject> own;
        for (const ProjectRole& role : roles) {
            ASSIGN_OR_RETURN(auto project, projects_.find_project(tx, role.project_id));
            if (project) own.push_back({std::move(*project), role.role});
        }
        return own;
    });
}

Task<Result<Project>> AccountService::create_project(Actor actor, AccountId account,
                                                     std::string name) {
    ASSIGN_OR_CO_RETURN(const Project project, make_project(name));
    co_return co_await database_.write([&](Connection& tx) -> Result<Project> {
        ASSIGN_OR_RETURN(const auto stored, accounts_.find(tx, account));
        if (!stored) return Error::not_found("Account");
        ASSIGN_OR_RETURN(const auto roles, members_.list_roles(tx, account));
        if (roles.size() >= limits_.projects_per_account_max) {
            return Error{ErrorKind::conflict, "projects.too_many",
                         "An account may be in at most " +
                             std::to_string(limits_.projects_per_account_max) + " projects."};
        }
        RETURN_IF_ERROR(add_project(tx, actor, project, stored->account));
        return project;
    });
}

Result<Project> AccountService::make_project(std::string_view name) const {
    const std::string_view text = trim(name);
    const bool has_controls = std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (text.empty() || has_controls || !is_valid_utf8(text) ||
        count_code_points(text) > limits_.project_name_characters_max) {
        return Error::invalid_field(
            "name", "must have 1 to " + std::to_string(limits_.project_name_characters_max) +
                        " characters without control characters");
    }
    const Timestamp now = clock_.now();
    return Project{ProjectId::random(), std::string(text), {}, now, now};
}

Ok AccountService::add_project(Connection& tx, const Actor& actor, const Project& project,
                               const Account& admin) const {
    RETURN_IF_ERROR(projects_.insert_project(tx, project));
    RETURN_IF_ERROR(
        members_.insert(tx, {project.id, admin.id, admin.email, Role::admin, project.created_at}));
    return audit_.append(tx, project.id,
                         {actor, "project.created", "project", project.id.str(),
                          JsonObject{{"name", project.name}, {"admin", admin.email}}});
}

// An account belongs to no project of its own, so each of its projects is told.
Ok AccountService::audit_account(Connection& tx, const Actor& actor, AccountId account,
                                 std::string_view action) const {
    ASSIGN_OR_RETURN(const auto roles, members_.list_roles(tx, account));
    for (const ProjectRole& role : roles) {
        RETURN_IF_ERROR(audit_.append(tx, role.project_id,
                                      {actor, std::string(action), "account", account.str(), {}}));
    }
    return {};
}

}  // namespace tenon
