#include "projects/key_rotation.h"

#include <algorithm>

#include "projects/data_key_store.h"
#include "projects/vault.h"

namespace tenon {
namespace {

// Twice the age that vaults let their cached keys reach, so that every node knows a new key before
// it seals.
constexpr std::chrono::seconds kSealingDelay{60};

// Whether an earlier rotation to the current key was cut short.
Task<Result<bool>> is_unfinished(Database& database, const MasterKeys& keys) {
    co_return co_await database.read([&](Connection& tx) -> Result<bool> {
        const DataKeyStore store;
        const std::string& current = keys.current().id;
        ASSIGN_OR_RETURN(const auto checks, store.list_checks(tx));
        ASSIGN_OR_RETURN(const auto wrapping, store.list_wrapping_master_keys(tx));
        const bool another_check = std::any_of(checks.begin(), checks.end(), [&](const auto& c) {
            return !c.retired && c.master_key_id != current;
        });
        const bool another_wraps = std::any_of(wrapping.begin(), wrapping.end(),
                                               [&](const auto& id) { return id != current; });
        return another_check || another_wraps;
    });
}

Result<int> rewrap_batch(Connection& tx, const MasterKeys& keys, int batch_rows) {
    const DataKeyStore store;
    const MasterKey& current = keys.current();
    ASSIGN_OR_RETURN(auto rows, store.list_not_wrapped_by(tx, current.id, batch_rows));
    for (WrappedDataKey& row : rows) {
        const std::string before = row.master_key_id;
        const MasterKey* master = keys.find(before);
        if (master == nullptr) return wrong_master_key(current.id);
        ASSIGN_OR_RETURN(const AeadKey key, unwrap_data_key(*master, row.name, row.wrapped_key));
        row.wrapped_key = wrap_data_key(current, row.name, key);
        row.master_key_id = current.id;
        RETURN_IF_ERROR(store.rewrap(tx, row, before));
    }
    return static_cast<int>(rows.size());
}

// Takes the keys that wrap nothing any more out of the file.
Task<Result<std::vector<std::string>>> retire_unused(Database& database, MasterKeys keys) {
    ASSIGN_OR_CO_RETURN(const auto wrapping, co_await database.read([](Connection& tx) {
        return DataKeyStore().list_wrapping_master_keys(tx);
    }));
    std::vector<std::string> retired;
    MasterKeys left = keys;
    for (const MasterKey& key : keys.all()) {
        const bool needed = key.id == keys.current().id ||
                            std::find(wrapping.begin(), wrapping.end(), key.id) != wrapping.end();
        if (needed) continue;
        left = left.without(key.id);
        retired.push_back(key.id);
    }
    if (!retired.empty()) CO_RETURN_IF_ERROR(write_master_keys(keys.path(), left));
    co_return retired;
}

}  // namespace

Task<Result<RotationReport>> rewrap_data_keys(Database& database, MasterKeys keys,
                                              const Clock& clock, RotationOptions options) {
    CO_RETURN_IF_ERROR(co_await check_master_keys(database, keys, clock));
    RotationReport report;
    report.master_key_id = keys.current().id;
    // From here on no vault wraps anything with an older key.
    CO_RETURN_IF_ERROR(co_await database.write([&](Connection& tx) {
        return DataKeyStore().retire_master_keys_except(tx, keys.current().id, clock.now());
    }));
    while (true) {
        ASSIGN_OR_CO_RETURN(const int done, co_await database.write([&](Connection& tx) {
            return rewrap_batch(tx, keys, options.batch_rows);
        }));
        if (done == 0) co_return report;
        report.rewrapped_keys += done;
    }
}

Task<Result<RotationReport>> rotate_master_key(Database& database, std::filesystem::path key_file,
                                               const Clock& clock, RotationOptions options) {
    ASSIGN_OR_CO_RETURN(MasterKeys keys, read_master_keys(key_file));
    CO_RETURN_IF_ERROR(co_await check_master_keys(database, keys, clock));
    ASSIGN_OR_CO_RETURN(const bool unfinished, co_await is_unfinished(database, keys));
    if (!unfinished) {
        if (keys.all().size() >= MasterKeys::kKeysMax) {
            co_return Error{ErrorKind::conflict, "master_keys.full",
                            "The key file is full. Take keys out of it that no backup needs."};
        }
        keys = keys.with_new_key();
        // In the file first: nothing may ever be wrapped with a key that a crash could lose.
        CO_RETURN_IF_ERROR(write_master_keys(key_file, keys));
    }
    ASSIGN_OR_CO_RETURN(RotationReport report,
                        co_await rewrap_data_keys(database, keys, clock, options));
    if (!options.keep_old_keys) {
        ASSIGN_OR_CO_RETURN(report.retired, co_await retire_unused(database, keys));
    }
    co_return report;
}

Task<Ok> rotate_data_key(Database& database, MasterKeys keys, ProjectId project,
                         const Clock& clock) {
    const MasterKey& master = keys.current();
    WrappedDataKey row;
    row.name = {project, Uuid::random()};
    row.wrapped_key = wrap_data_key(master, row.name, AeadKey::random());
    row.master_key_id = master.id;
    row.created_at = clock.now();
    Ok done = co_await database.write([&](Connection& tx) -> Ok {
        const DataKeyStore store;
        ASSIGN_OR_RETURN(const auto existing, store.list(tx, project));
        WrappedDataKey added = row;
        if (!existing.empty()) {
            added.generation = existing.back().generation + 1;
            added.seals_from = row.created_at + kSealingDelay;
        }
        RETURN_IF_ERROR(store.insert_check(tx, {master.id, make_check_value(master)}, clock.now()));
        ASSIGN_OR_RETURN(const bool usable, store.use_master_key(tx, master.id, clock.now()));
        if (!usable) return wrong_master_key(master.id);
        ASSIGN_OR_RETURN(const bool inserted, store.insert(tx, added));
        if (inserted) return {};
        return Error{ErrorKind::conflict, "vault.rotation_running",
                     "Another rotation of this project's key is running."};
    });
    if (!done && done.error().code == "storage.foreign_key") co_return Error::not_found("Project");
    co_return done;
}

}  // namespace tenon
