// Rows of wrapped data keys and of the master keys' check values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/storage/database.h"
#include "projects/key_wrapping.h"

namespace tenon {

struct WrappedDataKey {
    DataKeyName name;
    std::int64_t generation = 1;  // grows with each rotation; the newest one that may seal does
    std::string wrapped_key;
    std::string master_key_id;
    Timestamp seals_from;
    Timestamp created_at;
};

struct MasterKeyCheck {
    std::string master_key_id;
    std::string check_value;
    bool retired = false;
};

class DataKeyStore {
 public:
    // Oldest generation first.
    Result<std::vector<WrappedDataKey>> list(Connection& tx, ProjectId project) const;
    // False when the project has a key of that generation already (another node was faster).
    Result<bool> insert(Connection& tx, const WrappedDataKey& key) const;

    // Up to `limit` keys that another master key wraps.
    Result<std::vector<WrappedDataKey>> list_not_wrapped_by(Connection& tx,
                                                            std::string_view master_key_id,
                                                            int limit) const;
    // False when the row is no longer wrapped by `before`.
    Result<bool> rewrap(Connection& tx, const WrappedDataKey& key, std::string_view before) const;
    // The ids of all master keys that wrap something.
    Result<std::vector<std::string>> list_wrapping_master_keys(Connection& tx) const;

    // False before the first migration of a database.
    Result<bool> has_tables(Connection& tx, Engine engine) const;
    Result<std::vector<MasterKeyCheck>> list_checks(Connection& tx) const;
    // Does nothing when the master key has a check value already.
    Ok insert_check(Connection& tx, const MasterKeyCheck& check, Timestamp at) const;
    // Locks the check until the transaction ends; false when the master key is retired. A
    // retirement waits for data keys that are being made, and those that come later see it.
    Result<bool> use_master_key(Connection& tx, std::string_view master_key_id, Timestamp at) const;
    Ok retire_master_keys_except(Connection& tx, std::string_view master_key_id,
                                 Timestamp at) const;
};

}  // namespace tenon
