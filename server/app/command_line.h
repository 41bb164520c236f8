// The command line: `tenon <command> [flags]`. Only command_line.cpp knows the library that reads
// it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/config.h"

namespace tenon {

// Where a command works: on a running server through its API, or on the database itself (server
// stopped, or PostgreSQL).
struct CommandTarget {
    std::string server_url;  // empty: the database that the settings name
    Secret api_key;
    std::string project_id;  // empty: the only project there is
};

struct ServeCommand {};
struct MigrateCommand {};
struct DoctorCommand {};
struct RotateKeysCommand {
    bool retire_old = false;
};
struct AdminCommand {
    enum class Verb { create, reset } verb = Verb::create;
    std::string email;
    std::string project_name;
    bool password_from_stdin = false;
    bool makes_api_key = false;
};
struct ApplyCommand {
    std::vector<std::string> files;  // "-" is standard input
    bool dry_run = false;
    CommandTarget target;
};
struct ExportCommand {
    std::string slug;  // empty: all
    CommandTarget target;
};
struct TokenCommand {
    std::string user;
    CommandTarget target;
};
struct ConnectLinkCommand {
    std::string user;
    std::string integration;  // slug, with or without "custom."
    CommandTarget target;
};

using Command =
    std::variant<ServeCommand, MigrateCommand, DoctorCommand, RotateKeysCommand, AdminCommand,
                 ApplyCommand, ExportCommand, TokenCommand, ConnectLinkCommand>;

struct ParsedCommandLine {
    Command command;
    Config config;
};

// Either a command to run, or the exit code after help, the version or an error was printed.
std::variant<ParsedCommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace tenon
