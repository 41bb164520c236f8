// Rows of projects, signing keys and environment secrets. Plain functions on an open transaction;
// the rules are in project_service.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/storage/database.h"
#include "projects/project.h"

namespace tenon {

// A secret with its ciphertext, as stored.
struct SealedEnvironmentSecret {
    EnvironmentSecret secret;
    std::string sealed_value;
};

class ProjectStore {
 public:
    Ok insert_project(Connection& tx, const Project& project) const;
    Result<std::optional<Project>> find_project(Connection& tx, ProjectId id) const;
    Result<std::vector<Project>> list_projects(Connection& tx) const;  // oldest first
    // Keeps other transactions from changing the project until this one ends. False when it is not
    // there.
    Result<bool> lock_project(Connection& tx, ProjectId id) const;
    Ok update_project(Connection& tx, const Project& project) const;

    Ok insert_signing_key(Connection& tx, const SigningKey& key) const;
    Result<std::vector<SigningKey>> list_signing_keys(Connection& tx, ProjectId project) const;
    Result<std::vector<std::string>> active_public_keys(Connection& tx, ProjectId project) const;
    // False when the project has no such key that is not revoked yet.
    Result<bool> revoke_signing_key(Connection& tx, ProjectId project, SigningKeyId id,
                                    Timestamp at) const;

    Ok insert_secret(Connection& tx, const SealedEnvironmentSecret& secret) const;
    // Replaces value, fingerprint and update time of the row with this id.
    Ok update_secret(Connection& tx, const SealedEnvironmentSecret& secret) const;
    Result<std::optional<SealedEnvironmentSecret>> find_secret(Connection& tx, ProjectId project,
                                                               std::string_view name) const;
    Result<std::vector<SealedEnvironmentSecret>> list_secrets(Connection& tx,
                                                              ProjectId project) const;  // by name
    Result<bool> remove_secret(Connection& tx, ProjectId project, std::string_view name) const;
};

}  // namespace tenon
