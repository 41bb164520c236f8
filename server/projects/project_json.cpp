#include "projects/project_json.h"

namespace tenon {

JsonObject to_json(const Project& project) {
    JsonArray origins;
    for (const std::string& origin : project.allowed_origins) origins.emplace_back(origin);
    return {{"id", project.id.str()},
            {"name", project.name},
            {"allowedOrigins", std::move(origins)},
            {"createdAt", format_timestamp(project.created_at)},
            {"updatedAt", format_timestamp(project.updated_at)}};
}

JsonObject to_json(const SigningKey& key) {
    return {{"id", key.id.str()},
            {"publicKey", key.public_pem},
            {"revoked", key.revoked},
            {"createdAt", format_timestamp(key.created_at)}};
}

JsonObject to_json(const EnvironmentSecret& secret) {
    JsonArray used_by;
    for (const std::string& user : secret.used_by) used_by.emplace_back(user);
    return {{"id", secret.id.str()},
            {"name", secret.name},
            {"hash", secret.fingerprint},
            {"usedBy", std::move(used_by)},
            {"createdAt", format_timestamp(secret.created_at)},
            {"updatedAt", format_timestamp(secret.updated_at)}};
}

JsonObject to_json(const AuditEntry& entry) {
    const Actor& actor = entry.event.actor;
    return {{"id", entry.id},
            {"at", format_timestamp(entry.at)},
            {"actor", JsonObject{{"kind", actor.kind},
                                 {"id", actor.id},
                                 {"label", actor.label},
                                 {"address", actor.address}}},
            {"action", entry.event.action},
            {"targetKind", entry.event.target_kind},
            {"targetId", entry.event.target_id},
            {"details", entry.event.details}};
}

}  // namespace tenon
