#include "credentials/credential_json.h"

namespace tenon {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json time_or_null(const std::optional<Timestamp>& time) {
    return time ? Json(format_timestamp(*time)) : Json(nullptr);
}

}  // namespace

JsonObject to_json(const Credential& c, Timestamp now) {
    JsonArray scopes;
    for (const auto& scope : c.granted_scopes) scopes.emplace_back(scope);
    return {{"id", c.id.str()},
            {"projectId", c.project_id.str()},
            {"integrationId", c.integration_id.str()},
            {"userId", c.user_id.str()},
            {"status", status_text(c.status)},
            {"invalidCode", text_or_null(c.invalid_code)},
            {"invalidReason", text_or_null(c.invalid_reason)},
            {"externalId", text_or_null(c.external_id)},
            {"providerId", text_or_null(c.provider_id)},
            {"providerData", c.provider_data},
            {"grantedScopes", std::move(scopes)},
            {"expiresAt", time_or_null(c.expires_at)},
            {"refreshedAt", time_or_null(c.refreshed_at)},
            {"refreshFailures", c.refresh_failures},
            {"refreshNotBefore", time_or_null(c.refresh_not_before)},
            {"isRefreshing", c.refreshing_until && *c.refreshing_until > now},
            {"isPreview", c.is_preview},
            {"createdAt", format_timestamp(c.created_at)},
            {"updatedAt", format_timestamp(c.updated_at)}};
}

JsonObject to_json(const Configuration& c) {
    return {{"id", c.id.str()},
            {"isDefault", c.is_default},
            {"externalId", text_or_null(c.external_id)},
            {"sharedSettings", c.shared_settings},
            {"workflowSettings", c.workflow_settings},
            {"meta", c.meta},
            {"createdAt", format_timestamp(c.created_at)},
            {"updatedAt", format_timestamp(c.updated_at)}};
}

JsonObject to_json(const CredentialWithConfigurations& credential, Timestamp now) {
    JsonArray configurations;
    for (const auto& configuration : credential.configurations) {
        configurations.push_back(to_json(configuration));
    }
    JsonObject json = to_json(credential.credential, now);
    json["configurations"] = std::move(configurations);
    return json;
}

JsonObject to_json(const CredentialPage& page, Timestamp now) {
    JsonArray items;
    for (const auto& credential : page.credentials) items.push_back(to_json(credential, now));
    return {{"items", std::move(items)},
            {"nextCursor", page.next_cursor ? Json(*page.next_cursor) : Json(nullptr)}};
}

}  // namespace tenon
