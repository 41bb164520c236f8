#include "app/storage.h"

#include <cstdlib>
#include <fmt/format.h>

#include "embedded/accounts_migrations.h"
#include "embedded/connect_migrations.h"
#include "embedded/credentials_migrations.h"
#include "embedded/integrations_migrations.h"
#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "platform/logging/log.h"
#include "platform/storage/postgres_database.h"
#include "platform/storage/sqlite_database.h"
#include "projects/vault.h"

namespace tenon {
namespace {

Ok make_data_folder(const Config& config) {
    std::error_code ec;
    if (std::filesystem::exists(config.data, ec)) return {};
    std::filesystem::create_directories(config.data, ec);
    if (!ec) std::filesystem::permissions(config.data, std::filesystem::perms::owner_all, ec);
    if (ec) {
        return Error{ErrorKind::unavailable, "data.folder",
                     fmt::format("The data folder {} cannot be made: {}.", config.data.string(),
                                 ec.message())};
    }
    return {};
}

constexpr const char* kKeysVariable = "TENON_MASTER_KEYS";

Result<MasterKeys> load_master_keys(const Config& config, Database& database) {
    RETURN_IF_ERROR(check_key_file_is_there(config, database));
    if (has_master_keys_variable()) return read_configured_keys(config);
    RETURN_IF_ERROR(make_data_folder(config));
    return load_or_create_master_keys(config.key_file());
}

Task<Result<int>> prepare(Database& database, const MasterKeys& keys, const Clock& clock) {
    CO_RETURN_IF_ERROR(co_await judge_master_keys(database, keys));
    ASSIGN_OR_CO_RETURN(const int applied, co_await migrate(database, all_migrations()));
    CO_RETURN_IF_ERROR(co_await check_master_keys(database, keys, clock));
    co_return applied;
}

}  // namespace

std::vector<Migration> all_migrations() {
    std::vector<Migration> all;
    append_migrations(all, "projects", embedded::projects_migrations());
    append_migrations(all, "users", embedded::users_migrations());
    append_migrations(all, "accounts", embedded::accounts_migrations());
    append_migrations(all, "integrations", embedded::integrations_migrations());
    append_migrations(all, "credentials", embedded::credentials_migrations());
    append_migrations(all, "connect", embedded::connect_migrations());
    return all;
}

Result<std::unique_ptr<Database>> open_database(const Config& config) {
    RETURN_IF_ERROR(make_data_folder(config));
    if (!config.database_url.empty()) {
        return open_postgres(
            {.url = config.database_url, .connections = config.database_connections});
    }
    return open_sqlite({.path = config.database_file()});
}

bool has_master_keys_variable() { return std::getenv(kKeysVariable) != nullptr; }

Result<MasterKeys> read_configured_keys(const Config& config) {
    if (has_master_keys_variable()) {
        return MasterKeys::parse(Secret(std::string(std::getenv(kKeysVariable))));
    }
    return read_master_keys(config.key_file());
}

Ok check_key_file_is_there(const Config& config, Database& database) {
    std::error_code ec;
    if (has_master_keys_variable() || std::filesystem::exists(config.key_file(), ec)) return {};
    ASSIGN_OR_RETURN(const bool has_key, run_task(has_master_key(database)));
    if (!has_key) return {};
    return Error{ErrorKind::internal, "master_keys.missing",
                 fmt::format("The master key file {} is missing, but the database holds secrets "
                             "that only its keys open. Restore that file from its backup, or name "
                             "the right one with --master-key-file; nothing was changed.",
                             config.key_file().string())};
}

Result<OpenStorage> open_storage(const Config& config, const Clock& clock) {
    ASSIGN_OR_RETURN(auto database, open_database(config));
    ASSIGN_OR_RETURN(auto keys, load_master_keys(config, *database));
    ASSIGN_OR_RETURN(const int applied, run_task(prepare(*database, keys, clock)));
    if (applied > 0) log_info("storage.migrated", {{"applied", applied}});
    return OpenStorage{std::move(database), std::move(keys)};
}

}  // namespace tenon
