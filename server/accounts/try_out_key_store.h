// Rows of try-out signing keys. Plain functions on an open transaction.
#pragma once

#include <optional>
#include <string>

#include "platform/storage/database.h"
#include "projects/project.h"

namespace tenon {

struct TryOutKey {
    ProjectId project_id;
    SigningKeyId signing_key_id;
    std::string sealed_private_pem;
    Timestamp created_at;
};

class TryOutKeyStore {
 public:
    Result<std::optional<TryOutKey>> find(Connection& tx, ProjectId project) const;
    // Creates the project's row or replaces it.
    Ok put(Connection& tx, const TryOutKey& key) const;
};

}  // namespace tenon
