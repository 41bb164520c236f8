// The people who run Tenon and the servers that act for them. Plain values, no I/O.
//
// An account may belong to several projects, with one role in each. API keys belong to a project.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "accounts/authorizer.h"
#include "base/clock.h"
#include "base/id.h"
#include "projects/project.h"

namespace tenon {

using SessionId = Id<struct SessionIdTag>;
using InvitationId = Id<struct InvitationIdTag>;

struct Account {
    AccountId id;
    std::string email;  // trimmed, lower case, unique
    Timestamp created_at;
};

// A browser that is signed in. Its secret is in the cookie alone; the database holds a hash.
struct Session {
    SessionId id;
    AccountId account_id;
    std::string address;     // from where it was opened
    std::string user_agent;  // shortened
    Timestamp created_at;
    Timestamp last_seen_at;
};

struct Membership {
    ProjectId project_id;
    AccountId account_id;
    std::string email;
    Role role = Role::support;
    Timestamp created_at;
};

// A project as one of its members sees it.
struct OwnProject {
    Project project;
    Role role = Role::support;
};

struct Invitation {
    InvitationId id;
    ProjectId project_id;
    std::string email;
    Role role = Role::support;
    Timestamp created_at;
    Timestamp expires_at;
};

struct ApiKey {
    ApiKeyId id;
    ProjectId project_id;
    std::string name;
    std::string suffix;  // the key's last four characters, to recognise it by
    Timestamp created_at;
    std::optional<Timestamp> last_used_at;
};

}  // namespace tenon
