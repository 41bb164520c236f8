#include "credentials/credential_rows.h"

#include "credentials/credential_store.h"

namespace tenon {

std::optional<Timestamp> read_time(const Row& row, std::size_t column) {
    const auto millis = row.optional_integer(column);
    return millis ? std::optional(from_millis(*millis)) : std::nullopt;
}

Result<JsonObject> read_json_object(const std::string& text) {
    ASSIGN_OR_RETURN(Json json, parse_json(text));
    if (!json.is_object()) return Error::internal("A stored JSON value is not an object.");
    return std::move(json.as_object());
}

namespace {

Result<std::vector<std::string>> read_scopes(const std::string& text) {
    ASSIGN_OR_RETURN(const Json json, parse_json(text));
    std::vector<std::string> scopes;
    if (!json.is_array()) return scopes;
    for (const auto& scope : json.as_array()) {
        if (scope.is_string()) scopes.emplace_back(scope.as_string());
    }
    return scopes;
}

}  // namespace

Result<Credential> read_credential(const Row& row) {
    Credential c;
    ASSIGN_OR_RETURN(c.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(c.id, CredentialId::parse(row.text(1)));
    ASSIGN_OR_RETURN(c.integration_id, IntegrationId::parse(row.text(2)));
    ASSIGN_OR_RETURN(c.user_id, UserId::parse(row.text(3)));
    c.status = parse_credential_status(row.text(4)).value_or(CredentialStatus::invalid);
    c.invalid_code = row.text(5);
    c.invalid_reason = row.text(6);
    c.external_id = row.text(7);
    c.provider_id = row.text(8);
    ASSIGN_OR_RETURN(c.provider_data, read_json_object(row.text(9)));
    ASSIGN_OR_RETURN(c.granted_scopes, read_scopes(row.text(10)));
    c.sealed_secrets = row.bytes(11);
    c.has_refresh_token = row.boolean(12);
    c.version = row.integer(13);
    c.expires_at = read_time(row, 14);
    c.refreshed_at = read_time(row, 15);
    c.refresh_failures = static_cast<int>(row.integer(16));
    c.refresh_not_before = read_time(row, 17);
    c.refresh_in_doubt_since = read_time(row, 18);
    c.refresh_in_doubt_attempts = static_cast<int>(row.integer(19));
    c.refreshing_until = read_time(row, 20);
    c.is_preview = row.boolean(21);
    c.created_at = from_millis(row.integer(22));
    c.updated_at = from_millis(row.integer(23));
    return c;
}

Result<std::vector<Credential>> read_credentials(const Rows& rows) {
    std::vector<Credential> credentials;
    credentials.reserve(rows.size());
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(auto credential, read_credential(row));
        credentials.push_back(std::move(credential));
    }
    return credentials;
}

}  // namespace tenon
