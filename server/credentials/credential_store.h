// SQL of credentials. Synchronous functions inside a caller's transaction; no rules here. The
// refresh columns are refresh_lease.h's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "credentials/credential.h"
#include "platform/storage/database.h"

namespace tenon {

struct CredentialFilter {
    std::optional<UserId> user_id;
    std::optional<IntegrationId> integration_id;
    std::optional<CredentialStatus> status;
};

struct CredentialPage {
    std::vector<Credential> credentials;
    std::optional<std::string> next_cursor;
};

std::string_view status_text(CredentialStatus status);  // "PENDING", "VALID", "INVALID"
std::optional<CredentialStatus> parse_credential_status(std::string_view text);

class CredentialStore {
 public:
    // `slot` makes two first connections of one user collide (conflict "storage.unique"): "single"
    // for the one account that is replaced, the credential's own id for an additional account.
    Ok insert(Connection& tx, const Credential& credential, std::string_view slot) const;
    Result<std::optional<Credential>> find(Connection& tx, ProjectId project,
                                           CredentialId id) const;
    // Oldest first.
    Result<std::vector<Credential>> find_for_user(Connection& tx, ProjectId project, UserId user,
                                                  std::optional<IntegrationId> integration) const;
    // Newest first, keyset pages.
    Result<CredentialPage> list(Connection& tx, ProjectId project, const CredentialFilter& filter,
                                std::optional<std::string> cursor, int limit) const;
    Result<std::int64_t> count_for_integration(Connection& tx, ProjectId project,
                                               IntegrationId integration) const;
    // Replaces secrets, facts and status of a row, raises its version (which is returned), and ends
    // every lease, backoff and doubt, so that a refresh that is still running cannot write its
    // result over this.
    Result<std::int64_t> replace(Connection& tx, const Credential& credential) const;
    // False when there is no such row.
    Result<bool> update_provider_facts(Connection& tx, const Credential& credential) const;
    // With its configurations. False when there was none.
    Result<bool> remove(Connection& tx, ProjectId project, CredentialId id) const;
    // Every credential of a user or of an integration that is about to be deleted; returns how many
    // there were.
    Result<std::int64_t> remove_for_user(Connection& tx, ProjectId project, UserId user) const;
    Result<std::int64_t> remove_for_integration(Connection& tx, ProjectId project,
                                                IntegrationId integration) const;
};

}  // namespace tenon
