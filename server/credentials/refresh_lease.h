// Who may send a credential's refresh token now: a lease in the credential's row, taken by
// compare-and-set. Its epoch fences: whatever is written at the end of a refresh names the epoch it
// began with, and a reconnection or a newer lease has raised it. Synchronous functions inside a
// caller's transaction.
//
// Taking a lease is also the in-doubt mark: both are durable before the token request is sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "credentials/credential.h"
#include "platform/storage/database.h"

namespace tenon {

// A credential and its lease, as of one read.
struct LeasedCredential {
    Credential credential;
    std::string lease_owner;  // empty: nobody
    std::int64_t lease_epoch = 0;
    std::int64_t lease_beat = 0;  // raised by the holder while it waits for the provider
};

// What a refresh may write, if its lease still stands.
struct LeaseKey {
    ProjectId project_id;
    CredentialId credential_id;
    std::int64_t version = 0;
    std::int64_t epoch = 0;
};

// What changed about a row, for caches.
struct CredentialStamp {
    std::int64_t version = 0;
    Timestamp updated_at;
};

class RefreshLeaseStore {
 public:
    Result<std::optional<LeasedCredential>> find(Connection& tx, ProjectId project,
                                                 CredentialId id) const;
    Result<std::optional<CredentialStamp>> find_stamp(Connection& tx, ProjectId project,
                                                      CredentialId id) const;
    // Takes the lease if row and lease are still as read, and sets the in-doubt mark. Nothing:
    // somebody was faster.
    Result<std::optional<LeaseKey>> take(Connection& tx, const LeasedCredential& seen,
                                         const std::string& owner, Timestamp now,
                                         Timestamp until) const;
    // The holder is alive. False: the lease was lost.
    Result<bool> beat(Connection& tx, const LeaseKey& key) const;
    // Stores new secrets, expiry and scopes of `refreshed`, raises the version and ends lease,
    // doubt and backoff. False: fenced, nothing was written.
    Result<bool> store_tokens(Connection& tx, const LeaseKey& key,
                              const Credential& refreshed) const;
    // Ends the lease after a failure and keeps the token. `failed` has the failure count, the next
    // moment to try and the doubt. False: fenced.
    Result<bool> store_failure(Connection& tx, const LeaseKey& key, const Credential& failed) const;
    // VALID or PENDING → INVALID; false when fenced or INVALID already, so that one caller alone
    // may tell of it.
    Result<bool> store_invalid(Connection& tx, const LeaseKey& key, const std::string& code,
                               const std::string& reason, Timestamp now) const;
    // The same without a lease; ends whatever lease there is.
    Result<bool> mark_invalid(Connection& tx, ProjectId project, CredentialId id,
                              const std::string& code, const std::string& reason,
                              Timestamp now) const;
    // Every lease, whoever holds it; the doubts stay. Returns how many there were.
    Result<std::int64_t> end_all(Connection& tx) const;
    // Valid credentials with a refresh token that were not refreshed since `before`, longest ago
    // first.
    Result<std::vector<Credential>> find_idle(Connection& tx, Timestamp before, Timestamp now,
                                              int limit) const;
};

}  // namespace tenon
