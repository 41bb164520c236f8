// Forward-only migrations. Each capability embeds its migrations/NNNN_name.sql; they run in module
// order and by number, each in one transaction, recorded with a checksum in schema_migrations. A
// changed or missing old migration stops the start with a clear sentence.
//
// The SQL is written once for both engines. Where types differ it uses @bigint@, @bytes@ and @id@
// (text of 36 characters), and `@strict@` after the table's closing parenthesis. Statements end
// with a semicolon at a line's end.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/storage/database.h"

namespace tenon {

struct Migration {
    std::string module;  // "projects"
    int number = 0;      // from the file's name
    std::string name;    // "0001_projects.sql"
    std::string sql;
};

// Applies what is missing and returns how many were applied. Safe when several nodes start at once.
Task<Result<int>> migrate(Database& database, std::vector<Migration> migrations);

// Module names in order with their embedded files become migrations; `files` is any range of {path,
// bytes}.
template <class Files>
void append_migrations(std::vector<Migration>& out, std::string_view module, const Files& files) {
    for (const auto& file : files) {
        Migration migration;
        migration.module = module;
        migration.name = file.path;
        migration.number = std::stoi(std::string(file.path.substr(0, 4)));
        migration.sql = file.bytes;
        out.push_back(std::move(migration));
    }
}

}  // namespace tenon
