// The program on its own database, for commands without --server: the server is stopped, or the
// database is PostgreSQL. Integrations as YAML go the same way for both, so they stand here too.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/command_line.h"
#include "app/services.h"
#include "app/storage.h"

namespace tenon {

struct LocalProgram {
    static Result<std::unique_ptr<LocalProgram>> open(const Config& config);

    // The project that was named, or the only one.
    Task<Result<ProjectId>> find_project(const CommandTarget& target);

    Config config;
    SystemClock clock;
    std::optional<OpenStorage> storage;
    std::unique_ptr<Services> services;

 private:
    explicit LocalProgram(const Config& c) : config(c) {}
};

// Applies YAML here or through the API; the answer is {integrations: [{slug, id, change,
// changedFields}]}.
Result<Json> apply_yaml(const ApplyCommand& command, const Config& config, const std::string& yaml);
Result<std::string> export_yaml(const ExportCommand& command, const Config& config);

}  // namespace tenon
