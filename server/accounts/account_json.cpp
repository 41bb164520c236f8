#include "accounts/account_json.h"

#include "accounts/roles.h"

namespace tenon {

JsonObject to_json(const Account& account) {
    return {{"id", account.id.str()},
            {"email", account.email},
            {"createdAt", format_timestamp(account.created_at)}};
}

JsonObject to_json(const Session& session) {
    return {{"id", session.id.str()},
            {"address", session.address},
            {"userAgent", session.user_agent},
            {"createdAt", format_timestamp(session.created_at)},
            {"lastSeenAt", format_timestamp(session.last_seen_at)}};
}

JsonObject to_json(const OwnProject& own) {
    return {{"id", own.project.id.str()},
            {"name", own.project.name},
            {"role", role_name(own.role)},
            {"createdAt", format_timestamp(own.project.created_at)}};
}

JsonObject to_json(const Membership& member) {
    return {{"accountId", member.account_id.str()},
            {"email", member.email},
            {"role", role_name(member.role)},
            {"createdAt", format_timestamp(member.created_at)}};
}

JsonObject to_json(const Invitation& invitation) {
    return {{"id", invitation.id.str()},
            {"email", invitation.email},
            {"role", role_name(invitation.role)},
            {"createdAt", format_timestamp(invitation.created_at)},
            {"expiresAt", format_timestamp(invitation.expires_at)}};
}

JsonObject to_json(const InvitationView& view) {
    return {{"email", view.invitation.email},
            {"role", role_name(view.invitation.role)},
            {"projectName", view.project_name},
            {"accountExists", view.account_exists},
            {"expiresAt", format_timestamp(view.invitation.expires_at)}};
}

JsonObject to_json(const ApiKey& key) {
    const Json last_used =
        key.last_used_at ? Json(format_timestamp(*key.last_used_at)) : Json(nullptr);
    return {{"id", key.id.str()},
            {"name", key.name},
            {"suffix", key.suffix},
            {"createdAt", format_timestamp(key.created_at)},
            {"lastUsedAt", last_used}};
}

JsonObject to_json(const ConnectedUser& user) {
    return {{"id", user.id.str()},
            {"externalId", user.external_id},
            {"meta", user.meta},
            {"disabled", user.disabled},
            {"createdAt", format_timestamp(user.created_at)},
            {"lastActiveAt", format_timestamp(user.last_active_at)}};
}

}  // namespace tenon
