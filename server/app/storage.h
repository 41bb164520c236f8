// The database that the settings name, brought up to date and unlocked by the master keys.
#pragma once

#include <memory>
#include <vector>

#include "app/config.h"
#include "platform/storage/database.h"
#include "platform/storage/migrations.h"
#include "projects/master_keys.h"

namespace tenon {

// Every capability's migrations, in the order of server/MODULES.
std::vector<Migration> all_migrations();

// Opens the database; makes the data folder (0700) for the embedded one.
Result<std::unique_ptr<Database>> open_database(const Config& config);

// Whether the keys come from TENON_MASTER_KEYS instead of the key file.
bool has_master_keys_variable();
// From the variable, else from the file; makes nothing. Errors: those of the text and of the file.
Result<MasterKeys> read_configured_keys(const Config& config);
// A missing key file may be made for a new database only. Errors: internal "master_keys.missing",
// which names the file and says what to restore.
Ok check_key_file_is_there(const Config& config, Database& database);

struct OpenStorage {
    std::unique_ptr<Database> database;
    MasterKeys keys;
};
// Opens, checks that the keys open this database, and only then migrates it.
Result<OpenStorage> open_storage(const Config& config, const Clock& clock);

}  // namespace tenon
