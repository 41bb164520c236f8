// Rows of project API keys. Plain functions on an open transaction; a key is known here by hash
// alone.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "platform/storage/database.h"

namespace tenon {

class ApiKeyStore {
 public:
    Ok insert(Connection& tx, const ApiKey& key, std::string_view key_hash) const;
    // In whichever project it is: the caller compares.
    Result<std::optional<ApiKey>> find_by_hash(Connection& tx, std::string_view key_hash) const;
    Result<std::vector<ApiKey>> list(Connection& tx, ProjectId project) const;  // newest first
    Ok touch(Connection& tx, ProjectId project, ApiKeyId id, Timestamp at) const;
    // The key's name, or nothing when the project has no such key.
    Result<std::optional<std::string>> remove(Connection& tx, ProjectId project, ApiKeyId id) const;
};

}  // namespace tenon
