#include "app/commands.h"

#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <termios.h>
#include <unistd.h>

#include "app/key_rotator.h"
#include "app/local_program.h"
#include "app/remote_api.h"
#include "base/text.h"

namespace tenon {
namespace {

constexpr std::size_t kFileBytesMax = 4U << 20U;

int fail(const Error& error) {
    fmt::print(stderr, "tenon: {}\n", error.message);
    return 1;
}

int finish(const Ok& done) { return done ? 0 : fail(done.error()); }

Actor command_line_actor() { return {"command_line", "", "command line", ""}; }

Result<std::string> read_all(const std::string& file) {
    std::string text;
    if (file == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            return Error{ErrorKind::not_found, "file", fmt::format("{} cannot be read.", file)};
        }
        text.assign(std::istreambuf_iterator<char>(in), {});
    }
    if (text.size() > kFileBytesMax) {
        return Error{ErrorKind::too_large, "file",
                     fmt::format("{} is over {} bytes.", file, kFileBytesMax)};
    }
    return text;
}

// Turns the terminal's echo off while a password is typed.
class QuietTerminal {
 public:
    QuietTerminal() {
        known_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!known_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~QuietTerminal() {
        if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

 private:
    termios before_{};
    bool known_ = false;
};

Secret read_password(const AdminCommand& command) {
    std::string line;
    if (command.password_from_stdin || ::isatty(STDIN_FILENO) == 0) {
        std::getline(std::cin, line);
    } else {
        fmt::print(stderr, "Password: ");
        const QuietTerminal quiet;
        std::getline(std::cin, line);
        fmt::print(stderr, "\n");
    }
    return Secret(std::move(line));
}

Task<Ok> create_admin(LocalProgram& program, const AdminCommand& command, Secret password) {
    Services& services = *program.services;
    ASSIGN_OR_CO_RETURN(const auto before, co_await services.projects.list_projects());
    ASSIGN_OR_CO_RETURN(const Account account,
                        co_await services.accounts.create_admin(command_line_actor(), command.email,
                                                                std::move(password), std::nullopt));
    fmt::print("Administrator {} made.\n", account.email);
    ASSIGN_OR_CO_RETURN(auto projects, co_await services.projects.list_projects());
    if (before.empty() && !projects.empty() && projects.front().name != command.project_name) {
        ASSIGN_OR_CO_RETURN(projects.front(), co_await services.projects.update_project(
                                                  command_line_actor(), projects.front().id,
                                                  {.name = command.project_name}));
    }
    for (const Project& project : projects) {
        fmt::print("Project {}: {}\n", project.id.str(), project.name);
        if (!command.makes_api_key) continue;
        ASSIGN_OR_CO_RETURN(
            const NewApiKey key,
            co_await services.api_keys.create(command_line_actor(), project.id, "Command line"));
        fmt::print("API key (shown once): {}\n", key.token.reveal());
    }
    co_return Ok();
}

Task<Ok> reset_password(LocalProgram& program, const AdminCommand& command, Secret password) {
    ASSIGN_OR_CO_RETURN(const Account account,
                        co_await program.services->accounts.reset_password(
                            command_line_actor(), command.email, std::move(password)));
    fmt::print("{} has a new password; every session of the account has ended.\n", account.email);
    co_return Ok();
}

Ok admin(const AdminCommand& command, const Config& config) {
    Secret password = read_password(command);
    ASSIGN_OR_RETURN(const auto program, LocalProgram::open(config));
    return run_task(command.verb == AdminCommand::Verb::create
                        ? create_admin(*program, command, std::move(password))
                        : reset_password(*program, command, std::move(password)));
}

void print_outcome(std::string_view slug, std::string_view change, std::string_view id,
                   const std::vector<std::string>& fields) {
    std::string line = fmt::format("{:<10} custom.{}", change, slug);
    if (!id.empty()) line += fmt::format("  {}", id);
    if (!fields.empty()) line += fmt::format("  ({})", fmt::join(fields, ", "));
    fmt::print("{}\n", line);
}

void print_outcomes(const Json& answer) {
    const Json* items = find_member(answer, "integrations");
    if (items == nullptr || !items->is_array()) return;
    for (const Json& item : items->get_array()) {
        std::vector<std::string> fields;
        if (const Json* changed = find_member(item, "changedFields");
            changed != nullptr && changed->is_array()) {
            for (const Json& field : changed->get_array())
                fields.push_back(scalar_text(field).value_or(""));
        }
        print_outcome(string_member(item, "slug"), string_member(item, "change"),
                      string_member(item, "id"), fields);
    }
}

Ok apply(const ApplyCommand& command, const Config& config) {
    for (const std::string& file : command.files) {
        ASSIGN_OR_RETURN(const std::string yaml, read_all(file));
        ASSIGN_OR_RETURN(const Json answer, apply_yaml(command, config, yaml));
        print_outcomes(answer);
    }
    return {};
}

Ok export_all(const ExportCommand& command, const Config& config) {
    ASSIGN_OR_RETURN(const std::string yaml, export_yaml(command, config));
    fmt::print("{}", yaml);
    return {};
}

Task<Result<std::string>> mint_locally(LocalProgram& program, const TokenCommand& command) {
    ASSIGN_OR_CO_RETURN(const ProjectId project, co_await program.find_project(command.target));
    ASSIGN_OR_CO_RETURN(const TryOutToken token, co_await program.services->try_out.mint(
                                                     command_line_actor(), project, command.user));
    co_return std::string(token.token.reveal());
}

Ok token(const TokenCommand& command, const Config& config) {
    if (command.target.server_url.empty()) {
        ASSIGN_OR_RETURN(const auto program, LocalProgram::open(config));
        ASSIGN_OR_RETURN(const std::string minted, run_task(mint_locally(*program, command)));
        fmt::print("{}\n", minted);
        return {};
    }
    ASSIGN_OR_RETURN(const auto api, RemoteApi::connect(command.target, config));
    ASSIGN_OR_RETURN(const Json answer,
                     api->send_json({.method = "POST",
                                     .path = "/try-out-token",
                                     .body = write_json(JsonObject{{"userId", command.user}})}));
    fmt::print("{}\n", string_member(answer, "token"));
    return {};
}

std::string_view slug_of(std::string_view integration) {
    return integration.starts_with("custom.") ? integration.substr(7) : integration;
}

Task<Result<std::string>> link_locally(LocalProgram& program, const ConnectLinkCommand& command) {
    Services& services = *program.services;
    ASSIGN_OR_CO_RETURN(const ProjectId project, co_await program.find_project(command.target));
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await services.integrations.find_by_slug(
                            project, std::string(slug_of(command.integration))));
    if (!integration) co_return Error::not_found("Integration");
    ConnectLinkDraft draft;
    draft.project_id = project;
    draft.user_external_id = command.user;
    draft.integration_id = integration->id;
    ASSIGN_OR_CO_RETURN(const NewConnectLink link, co_await services.links.create_link(
                                                       command_line_actor(), std::move(draft)));
    co_return link.url;
}

Ok connect_link(const ConnectLinkCommand& command, const Config& config) {
    if (command.target.server_url.empty()) {
        ASSIGN_OR_RETURN(const auto program, LocalProgram::open(config));
        ASSIGN_OR_RETURN(const std::string url, run_task(link_locally(*program, command)));
        fmt::print("{}\n", url);
        return {};
    }
    ASSIGN_OR_RETURN(const auto api, RemoteApi::connect(command.target, config));
    JsonObject body;
    body["userId"] = command.user;
    body["integration"] = "custom." + std::string(slug_of(command.integration));
    ASSIGN_OR_RETURN(
        const Json answer,
        api->send_json({.method = "POST", .path = "/connect-links", .body = write_json(body)}));
    fmt::print("{}\n", string_member(answer, "url"));
    return {};
}

Ok migrate_only(const Config& config) {
    const SystemClock clock;
    ASSIGN_OR_RETURN(const OpenStorage storage, open_storage(config, clock));
    fmt::print("The database is up to date.\n");
    return {};
}

Result<RotationReport> rotate_where_possible(const RotateKeysCommand& command,
                                             const Config& config) {
    const SystemClock clock;
    auto storage = open_storage(config, clock);
    if (!storage && storage.error().code == "storage.owned") {
        return rotate_through_server(command, config);
    }
    if (!storage) return std::move(storage).error();
    KeyRotator rotator(*storage->database, storage->keys, clock);
    return run_task(rotator.rotate(command));
}

Ok rotate(const RotateKeysCommand& command, const Config& config) {
    ASSIGN_OR_RETURN(const RotationReport report, rotate_where_possible(command, config));
    fmt::print("Master key {} is current; {} data keys were rewrapped.\n", report.master_key_id,
               report.rewrapped_keys);
    if (!report.retired.empty()) fmt::print("Retired: {}\n", fmt::join(report.retired, ", "));
    return {};
}

}  // namespace

int run_migrate(const Config& config) { return finish(migrate_only(config)); }
int run_rotate_keys(const RotateKeysCommand& command, const Config& config) {
    return finish(rotate(command, config));
}
int run_admin(const AdminCommand& command, const Config& config) {
    return finish(admin(command, config));
}
int run_apply(const ApplyCommand& command, const Config& config) {
    return finish(apply(command, config));
}
int run_export(const ExportCommand& command, const Config& config) {
    return finish(export_all(command, config));
}
int run_token(const TokenCommand& command, const Config& config) {
    return finish(token(command, config));
}
int run_connect_link(const ConnectLinkCommand& command, const Config& config) {
    return finish(connect_link(command, config));
}

}  // namespace tenon
