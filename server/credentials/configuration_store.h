// SQL of configurations: user settings and workflow switches under a credential. No rules here.
#pragma once

#include <vector>

#include "base/result.h"
#include "credentials/credential.h"
#include "platform/storage/database.h"

namespace tenon {

class ConfigurationStore {
 public:
    Ok insert(Connection& tx, const Configuration& configuration) const;
    // The default one first, then oldest first.
    Result<std::vector<Configuration>> find_for_credential(Connection& tx, ProjectId project,
                                                           CredentialId credential) const;
    // Of every credential of the user, in the same order within each.
    Result<std::vector<Configuration>> find_for_user(Connection& tx, ProjectId project,
                                                     UserId user) const;
    // Writes settings, meta and the time of the change.
    Ok update(Connection& tx, const Configuration& configuration) const;
    Ok remove(Connection& tx, ProjectId project, ConfigurationId id) const;
};

}  // namespace tenon
