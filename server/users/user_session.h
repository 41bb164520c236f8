// From a user token to the connected user who may act: verification (cached), the lazily made user
// row, and the permissions that the token itself carries (paragon-contract §2.3).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/scheduling/task.h"
#include "users/connected_user.h"

namespace tenon {

// What the claim `urn:useparagon:connect:permissions` allows; everything when the claim is absent.
class TokenPermissions {
 public:
    // What a check is about; empty texts stand for "not said".
    struct Scope {
        std::string_view integration = {};       // "custom.github"
        std::string_view credential_id = {};     // UUID
        std::string_view configuration_id = {};  // UUID
        std::string_view configuration_external_id = {};
    };

    TokenPermissions();  // everything is allowed
    // `claim` is the object, or a string that holds the object as JSON.
    static Result<TokenPermissions> parse(const Json& claim);

    // `permission` is one of "proxy", "credential:write", "config:write", "settings:write",
    // "events", "workflows", "metadata:write". The most specific scope that names the thing
    // decides.
    bool allows(std::string_view permission, const Scope& scope) const;
    // Whether anything at all is allowed under the scope: decides what /sdk/me and /sdk/credentials
    // show.
    bool can_see(const Scope& scope) const;
    bool is_unrestricted() const { return rules_ == nullptr; }

 private:
    std::shared_ptr<const Json> rules_;
};

// A verified token and its user. Shared and immutable: the proxy's hot path takes it from the
// cache.
struct UserSession {
    ProjectId project_id;
    UserId user_id;
    std::string external_id;  // `sub`
    TokenPermissions permissions;
    Timestamp expires_at;   // of the token
    bool disabled = false;  // the user was disabled by the project's people
};

class UserAuthenticator {
 public:
    virtual ~UserAuthenticator() = default;

    // Verifies `Authorization: Bearer <token>` (only that form) for the project, making the
    // connected user on first use. Errors: unauthenticated "token.missing", "token.invalid",
    // "token.expired"; forbidden "user.disabled". An unknown project answers like a wrong token.
    virtual Task<Result<std::shared_ptr<const UserSession>>> authenticate(
        ProjectId project, std::string_view authorization_header) = 0;
    // The same for a bare token (the contract's `userToken` parameter).
    virtual Task<Result<std::shared_ptr<const UserSession>>> authenticate_token(
        ProjectId project, std::string_view token) = 0;
    // From the cache alone, without a suspension; null when authenticate() has to run. For the hot
    // path.
    virtual std::shared_ptr<const UserSession> cached(ProjectId project,
                                                      std::string_view authorization_header) = 0;
};

}  // namespace tenon
