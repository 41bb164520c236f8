#include "credentials/credential_store.h"

#include "base/json.h"
#include "base/text.h"
#include "credentials/credential_rows.h"

namespace tenon {
namespace {

std::string scopes_json(const std::vector<std::string>& scopes) {
    JsonArray array;
    for (const auto& scope : scopes) array.emplace_back(scope);
    return write_json(Json(std::move(array)));
}

SqlValue text_or_null(const std::string& text) {
    return text.empty() ? SqlValue() : SqlValue(text);
}

SqlValue millis_or_null(const std::optional<Timestamp>& time) {
    return time ? SqlValue(to_millis(*time)) : SqlValue();
}

// Where the next page goes on: behind this moment and id.
struct PageCursor {
    std::int64_t created_at = 0;
    std::string id;
};

Result<PageCursor> parse_cursor(std::string_view text) {
    const auto decoded = base64url_decode(text);
    const auto parts = split(decoded ? std::string_view(*decoded) : std::string_view(), ' ');
    if (parts.size() != 2 || parts[0].empty() || parts[0].size() > 15 || !Uuid::parse(parts[1]) ||
        parts[0].find_first_not_of("0123456789") != std::string_view::npos) {
        return Error::invalid_field("cursor", "must be a nextCursor of this list");
    }
    return PageCursor{std::stoll(std::string(parts[0])), std::string(parts[1])};
}

std::string write_cursor(const Credential& last) {
    return base64url_encode(std::to_string(to_millis(last.created_at)) + " " + last.id.str());
}

}  // namespace

std::string_view status_text(CredentialStatus status) {
    switch (status) {
        case CredentialStatus::pending:
            return "PENDING";
        case CredentialStatus::valid:
            return "VALID";
        case CredentialStatus::invalid:
            return "INVALID";
    }
    return "INVALID";
}

std::optional<CredentialStatus> parse_credential_status(std::string_view text) {
    for (const auto status :
         {CredentialStatus::pending, CredentialStatus::valid, CredentialStatus::invalid}) {
        if (status_text(status) == text) return status;
    }
    return std::nullopt;
}

constexpr std::string_view kInsertCredential = R"(
    INSERT INTO credentials (project_id, id, integration_id, user_id, slot, status, invalid_code,
        invalid_reason, external_id, provider_id, provider_data, granted_scopes, sealed_secrets,
        has_refresh_token, version, expires_at, refreshed_at, refresh_failures, in_doubt_attempts,
        lease_epoch, lease_beat, is_preview, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, 0, 0, 0,
        $18, $19, $20))";

Ok CredentialStore::insert(Connection& tx, const Credential& c, std::string_view slot) const {
    RETURN_IF_ERROR(tx.execute(kInsertCredential, {c.project_id.str(),
                                                   c.id.str(),
                                                   c.integration_id.str(),
                                                   c.user_id.str(),
                                                   slot,
                                                   status_text(c.status),
                                                   c.invalid_code,
                                                   c.invalid_reason,
                                                   text_or_null(c.external_id),
                                                   c.provider_id,
                                                   write_json(c.provider_data),
                                                   scopes_json(c.granted_scopes),
                                                   Bytes{c.sealed_secrets},
                                                   c.has_refresh_token,
                                                   c.version,
                                                   millis_or_null(c.expires_at),
                                                   millis_or_null(c.refreshed_at),
                                                   c.is_preview,
                                                   to_millis(c.created_at),
                                                   to_millis(c.updated_at)}));
    return {};
}

constexpr std::string_view kFindCredential =
    "SELECT " TENON_CREDENTIAL_COLUMNS " FROM credentials WHERE project_id = $1 AND id = $2";

Result<std::optional<Credential>> CredentialStore::find(Connection& tx, ProjectId project,
                                                        CredentialId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindCredential, {project.str(), id.str()}));
    if (!row) return std::optional<Credential>();
    ASSIGN_OR_RETURN(auto credential, read_credential(*row));
    return std::optional(std::move(credential));
}

constexpr std::string_view kFindForUser =
    "SELECT " TENON_CREDENTIAL_COLUMNS
    " FROM credentials WHERE project_id = $1 AND user_id = $2"
    " AND ($3 = '' OR integration_id = $3) ORDER BY created_at, id";

Result<std::vector<Credential>> CredentialStore::find_for_user(
    Connection& tx, ProjectId project, UserId user,
    std::optional<IntegrationId> integration) const {
    ASSIGN_OR_RETURN(const auto rows,
                     tx.query(kFindForUser, {project.str(), user.str(),
                                             integration ? integration->str() : std::string()}));
    return read_credentials(rows);
}

constexpr std::string_view kListCredentials =
    "SELECT " TENON_CREDENTIAL_COLUMNS
    " FROM credentials WHERE project_id = $1"
    " AND ($2 = '' OR user_id = $2) AND ($3 = '' OR integration_id = $3)"
    " AND ($4 = '' OR status = $4)"
    " AND (created_at < $5 OR (created_at = $5 AND id < $6))"
    " ORDER BY created_at DESC, id DESC LIMIT $7";

Result<CredentialPage> CredentialStore::list(Connection& tx, ProjectId project,
                                             const CredentialFilter& filter,
                                             std::optional<std::string> cursor, int limit) const {
    PageCursor after{INT64_MAX, ""};
    if (cursor) {
        ASSIGN_OR_RETURN(after, parse_cursor(*cursor));
    }
    ASSIGN_OR_RETURN(const auto rows,
                     tx.query(kListCredentials,
                              {project.str(), filter.user_id ? filter.user_id->str() : "",
                               filter.integration_id ? filter.integration_id->str() : "",
                               filter.status ? status_text(*filter.status) : std::string_view(),
                               after.created_at, after.id, limit + 1}));
    CredentialPage page;
    ASSIGN_OR_RETURN(page.credentials, read_credentials(rows));
    if (page.credentials.size() > static_cast<std::size_t>(limit)) {
        page.credentials.pop_back();
        page.next_cursor = write_cursor(page.credentials.back());
    }
    return page;
}

constexpr std::string_view kCountForIntegration =
    "SELECT COUNT(*) FROM credentials WHERE project_id = $1 AND integration_id = $2";

Result<std::int64_t> CredentialStore::count_for_integration(Connection& tx, ProjectId project,
                                                            IntegrationId integration) const {
    ASSIGN_OR_RETURN(const auto rows,
                     tx.query(kCountForIntegration, {project.str(), integration.str()}));
    return rows.at(0).integer(0);
}

// A new epoch is a fence: a refresh that began before cannot write its result any more.
constexpr std::string_view kReplaceCredential = R"(
    UPDATE credentials SET status = $3, invalid_code = '', invalid_reason = '', external_id = $4,
        provider_id = $5, provider_data = $6, granted_scopes = $7, sealed_secrets = $8,
        has_refresh_token = $9, expires_at = $10, refreshed_at = $11, updated_at = $12,
        is_preview = $13, version = version + 1, refresh_failures = 0, refresh_not_before = NULL,
        in_doubt_since = NULL, in_doubt_attempts = 0, lease_owner = NULL, lease_until = NULL,
        lease_epoch = lease_epoch + 1
    WHERE project_id = $1 AND id = $2
    RETURNING version)";

Result<std::int64_t> CredentialStore::replace(Connection& tx, const Credential& c) const {
    ASSIGN_OR_RETURN(
        const auto row,
        tx.find_row(
            kReplaceCredential,
            {c.project_id.str(), c.id.str(), status_text(c.status), text_or_null(c.external_id),
             c.provider_id, write_json(c.provider_data), scopes_json(c.granted_scopes),
             Bytes{c.sealed_secrets}, c.has_refresh_token, millis_or_null(c.expires_at),
             millis_or_null(c.refreshed_at), to_millis(c.updated_at), c.is_preview}));
    if (!row) return Error::not_found("Credential");
    return row->integer(0);
}

constexpr std::string_view kUpdateProviderFacts = R"(
    UPDATE credentials SET provider_id = $3, provider_data = $4, updated_at = $5
    WHERE project_id = $1 AND id = $2)";

Result<bool> CredentialStore::update_provider_facts(Connection& tx, const Credential& c) const {
    ASSIGN_OR_RETURN(
        const auto changed,
        tx.execute(kUpdateProviderFacts, {c.project_id.str(), c.id.str(), c.provider_id,
                                          write_json(c.provider_data), to_millis(c.updated_at)}));
    return changed == 1;
}

constexpr std::string_view kRemoveConfigurations =
    "DELETE FROM credential_configurations WHERE project_id = $1 AND credential_id = $2";
constexpr std::string_view kRemoveCredential =
    "DELETE FROM credentials WHERE project_id = $1 AND id = $2";

Result<bool> CredentialStore::remove(Connection& tx, ProjectId project, CredentialId id) const {
    RETURN_IF_ERROR(tx.execute(kRemoveConfigurations, {project.str(), id.str()}));
    ASSIGN_OR_RETURN(const auto changed, tx.execute(kRemoveCredential, {project.str(), id.str()}));
    return changed == 1;
}

constexpr std::string_view kRemoveConfigurationsOfUser = R"(
    DELETE FROM credential_configurations WHERE project_id = $1 AND credential_id IN
        (SELECT id FROM credentials WHERE project_id = $1 AND user_id = $2))";
constexpr std::string_view kRemoveForUser =
    "DELETE FROM credentials WHERE project_id = $1 AND user_id = $2";

Result<std::int64_t> CredentialStore::remove_for_user(Connection& tx, ProjectId project,
                                                      UserId user) const {
    RETURN_IF_ERROR(tx.execute(kRemoveConfigurationsOfUser, {project.str(), user.str()}));
    return tx.execute(kRemoveForUser, {project.str(), user.str()});
}

constexpr std::string_view kRemoveConfigurationsOfIntegration = R"(
    DELETE FROM credential_configurations WHERE project_id = $1 AND credential_id IN
        (SELECT id FROM credentials WHERE project_id = $1 AND integration_id = $2))";
constexpr std::string_view kRemoveForIntegration =
    "DELETE FROM credentials WHERE project_id = $1 AND integration_id = $2";

Result<std::int64_t> CredentialStore::remove_for_integration(Connection& tx, ProjectId project,
                                                             IntegrationId integration) const {
    RETURN_IF_ERROR(
        tx.execute(kRemoveConfigurationsOfIntegration, {project.str(), integration.str()}));
    return tx.execute(kRemoveForIntegration, {project.str(), integration.str()});
}

}  // namespace tenon
