// Which role may do what, as one table (roles.cpp), and the roles' names.
#pragma once

#include <optional>
#include <string_view>

#include "accounts/authorizer.h"

namespace tenon {

bool role_allows(Role role, Permission permission);

std::string_view role_name(Role role);  // "admin", "member", "support"
std::optional<Role> find_role(std::string_view name);
std::string_view permission_name(Permission permission);  // "edit_integrations"

}  // namespace tenon
