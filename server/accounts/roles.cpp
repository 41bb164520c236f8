#include "accounts/roles.h"

#include <array>

namespace tenon {
namespace {

struct Row {
    Permission permission;
    std::string_view name;
    bool support;
    bool member;
    bool admin;
};

// One glance shows who may do what. An API key acts as a member.
constexpr std::array<Row, 13> kTable = {{
    // permission                      name                   support member admin
    {Permission::view_project, "view_project", true, true, true},
    {Permission::edit_project, "edit_project", false, false, true},
    {Permission::view_integrations, "view_integrations", true, true, true},
    {Permission::edit_integrations, "edit_integrations", false, true, true},
    {Permission::view_users, "view_users", true, true, true},
    {Permission::edit_users, "edit_users", false, true, true},
    {Permission::connect_users, "connect_users", false, true, true},
    {Permission::manage_signing_keys, "manage_signing_keys", false, false, true},
    {Permission::manage_api_keys, "manage_api_keys", false, false, true},
    {Permission::view_secrets, "view_secrets", false, true, true},
    {Permission::manage_secrets, "manage_secrets", false, false, true},
    {Permission::manage_members, "manage_members", false, false, true},
    {Permission::view_audit_log, "view_audit_log", false, false, true},
}};

// The table follows the enum's order, so the compiler checks that no permission was forgotten.
static_assert([] {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].permission) != i) return false;
    }
    return kTable.size() == static_cast<std::size_t>(Permission::view_audit_log) + 1;
}());

const Row& row_of(Permission permission) { return kTable[static_cast<std::size_t>(permission)]; }

}  // namespace

bool role_allows(Role role, Permission permission) {
    switch (role) {
        case Role::admin:
            return row_of(permission).admin;
        case Role::member:
            return row_of(permission).member;
        case Role::support:
            return row_of(permission).support;
    }
    return false;
}

std::string_view role_name(Role role) {
    switch (role) {
        case Role::admin:
            return "admin";
        case Role::member:
            return "member";
        case Role::support:
            return "support";
    }
    return "support";
}

std::optional<Role> find_role(std::string_view name) {
    for (const Role role : {Role::admin, Role::member, Role::support}) {
        if (role_name(role) == name) return role;
    }
    return std::nullopt;
}

std::string_view permission_name(Permission permission) { return row_of(permission).name; }

}  // namespace tenon
