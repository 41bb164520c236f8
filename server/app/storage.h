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

// From TENON_MASTER_KEYS when it is set, else the key file, which the first start makes.
Result<MasterKeys> load_master_keys(const Config& config);

struct OpenStorage {
    std::unique_ptr<Database> database;
    MasterKeys keys;
};
// Opens, migrates, and checks that the keys open this database.
Result<OpenStorage> open_storage(const Config& config, const Clock& clock);

}  // namespace tenon
