// Who calls the platform API, and may they: a developer by cookie session (with CSRF defence) or a
// server by project API key.
#pragma once

#include <string>

#include "base/result.h"
#include "platform/http/message.h"
#include "platform/scheduling/task.h"
#include "projects/audit_log.h"
#include "projects/project.h"

namespace tenon {

using AccountId = Id<struct AccountIdTag>;
using ApiKeyId = Id<struct ApiKeyIdTag>;

enum class Role { admin, member, support };

// What an operation needs. accounts/roles.cpp holds the table of which role may do what: support
// sees users and credentials; members also edit integrations and users; admins do everything, and
// alone change secrets and keys. An API key acts as a member.
enum class Permission {
    view_project,
    edit_project,
    view_integrations,
    edit_integrations,
    view_users,
    edit_users,
    connect_users,  // make connect links, mint try-out tokens
    manage_signing_keys,
    manage_api_keys,
    view_secrets,    // their names; values never come out
    manage_secrets,  // set and remove them
    manage_members,
    view_audit_log,
};

struct Caller {
    ProjectId project_id;
    Role role = Role::support;
    Actor actor;
};

class Authorizer {
 public:
    virtual ~Authorizer() = default;
    // For routes under /api/v1/projects/{projectId}: reads the project from the path. A project
    // that is not there and one that is not the caller's give the same not_found. Errors:
    // unauthenticated "auth.required", "auth.invalid_key", forbidden "auth.forbidden" (names the
    // permission), forbidden "auth.csrf".
    virtual Task<Result<Caller>> authorize(const http::Request& request, Permission needed) = 0;
};

}  // namespace tenon
