// User tokens for trying things out, signed by the server itself: the dashboard's preview and
// `tenon token`.
//
// The project's try-out key is an ordinary signing key, so it is listed and can be revoked like any
// other; only its private half is kept, sealed in the vault. It is made on first use, and anew
// after it was revoked.
#pragma once

#include <chrono>
#include <string>

#include "accounts/account.h"
#include "accounts/try_out_key_store.h"
#include "base/clock.h"
#include "base/secret.h"
#include "platform/scheduling/blocking_pool.h"
#include "projects/project_service.h"
#include "projects/vault.h"
#include "users/user_service.h"

namespace tenon {

struct TryOutToken {
    Secret token;
    Timestamp expires_at;
};

class TryOutTokens {
 public:
    // What it uses outlives it; signing (0.5 ms) runs on `pool`.
    TryOutTokens(Database& database, ProjectService& projects, Vault& vault, UserService& users,
                 const AuditLog& audit, const Clock& clock, BlockingPool& pool)
        : database_(database),
          projects_(projects),
          vault_(vault),
          users_(users),
          audit_(audit),
          clock_(clock),
          pool_(pool) {}

    // A token of one hour for `external_id`, which may be a user who is not there yet.
    // Errors: not_found (project); invalid_input (userId).
    Task<Result<TryOutToken>> mint(Actor actor, ProjectId project, std::string external_id);

 private:
    Task<Result<Secret>> signing_key(Actor actor, ProjectId project);
    Task<Result<Secret>> make_signing_key(Actor actor, ProjectId project);

    Database& database_;
    ProjectService& projects_;
    Vault& vault_;
    UserService& users_;
    const AuditLog& audit_;
    const Clock& clock_;
    BlockingPool& pool_;
    TryOutKeyStore keys_;
};

}  // namespace tenon
