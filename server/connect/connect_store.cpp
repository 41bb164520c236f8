#include "connect/connect_store.h"

#include "base/json.h"

namespace tenon {

namespace {

constexpr std::string_view kFlowColumns =
    "project_id, id, integration_id, user_id, status, state_hash, handle_hash, token_hash, "
    "browser_hash, redirect_uri, has_own_redirect, origin, session_key_hash, install_options, "
    "link_id, credential_id, sealed_secrets, expires_at, created_at, ticket_hash, return_url, "
    "error_code, error_message";

constexpr std::string_view kLinkColumns =
    "project_id, id, user_id, integration_id, token_hash, browser_hash, install_options, "
    "credential_id, last_error_code, last_error_message, expires_at, created_at";

std::string_view status_text(FlowStatus status) {
    switch (status) {
        case FlowStatus::open:
            return "open";
        case FlowStatus::answered:
            return "answered";
        case FlowStatus::consumed:
            return "consumed";
        case FlowStatus::connected:
            return "connected";
        case FlowStatus::failed:
            return "failed";
    }
    return "";
}

FlowStatus parse_status(std::string_view text) {
    if (text == "open") return FlowStatus::open;
    if (text == "answered") return FlowStatus::answered;
    if (text == "connected") return FlowStatus::connected;
    if (text == "failed") return FlowStatus::failed;
    return FlowStatus::consumed;  // the status from which nothing can be taken
}

// Absent ids are NULL, empty texts of unique columns too.
SqlValue null_when_empty(const std::string& text) {
    return text.empty() ? SqlValue(nullptr) : SqlValue(text);
}

template <class Tag>
SqlValue id_or_null(const std::optional<Id<Tag>>& id) {
    return id ? SqlValue(id->str()) : SqlValue(nullptr);
}

template <class IdType>
Result<std::optional<IdType>> optional_id(const Row& row, std::size_t column) {
    if (row.is_null(column)) return std::optional<IdType>();
    ASSIGN_OR_RETURN(const IdType id, IdType::parse(row.text(column)));
    return std::optional<IdType>(id);
}

Result<InstallOptions> read_install_options(const Row& row, std::size_t column) {
    ASSIGN_OR_RETURN(const Json json, parse_json(row.text(column)));
    return parse_install_options(json);
}

Result<ConnectFlow> read_flow(const Row& row) {
    ConnectFlow flow;
    ASSIGN_OR_RETURN(flow.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(flow.id, FlowId::parse(row.text(1)));
    ASSIGN_OR_RETURN(flow.integration_id, IntegrationId::parse(row.text(2)));
    ASSIGN_OR_RETURN(flow.user_id, UserId::parse(row.text(3)));
    flow.status = parse_status(row.text(4));
    flow.state_hash = row.text(5);
    flow.handle_hash = row.optional_text(6).value_or("");
    flow.token_hash = row.text(7);
    flow.browser_hash = row.text(8);
    flow.redirect_uri = row.text(9);
    flow.has_own_redirect = row.boolean(10);
    flow.origin = row.text(11);
    flow.session_key_hash = row.text(12);
    ASSIGN_OR_RETURN(flow.install_options, read_install_options(row, 13));
    ASSIGN_OR_RETURN(flow.link_id, optional_id<ConnectLinkId>(row, 14));
    ASSIGN_OR_RETURN(flow.credential_id, optional_id<CredentialId>(row, 15));
    flow.sealed_secrets = row.bytes(16);
    flow.expires_at = from_millis(row.integer(17));
    flow.created_at = from_millis(row.integer(18));
    flow.ticket_hash = row.optional_text(19).value_or("");
    flow.return_url = row.text(20);
    flow.error_code = row.text(21);
    flow.error_message = row.text(22);
    return flow;
}

Result<std::optional<ConnectFlow>> read_first_flow(const Rows& rows) {
    if (rows.empty()) return std::optional<ConnectFlow>();
    ASSIGN_OR_RETURN(ConnectFlow flow, read_flow(rows.front()));
    return std::optional<ConnectFlow>(std::move(flow));
}

Result<ConnectLink> read_link(const Row& row) {
    ConnectLink link;
    ASSIGN_OR_RETURN(link.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(link.id, ConnectLinkId::parse(row.text(1)));
    ASSIGN_OR_RETURN(link.user_id, UserId::parse(row.text(2)));
    ASSIGN_OR_RETURN(link.integration_id, IntegrationId::parse(row.text(3)));
    link.token_hash = row.text(4);
    link.browser_hash = row.optional_text(5).value_or("");
    ASSIGN_OR_RETURN(link.install_options, read_install_options(row, 6));
    ASSIGN_OR_RETURN(link.credential_id, optional_id<CredentialId>(row, 7));
    link.last_error_code = row.text(8);
    link.last_error_message = row.text(9);
    link.expires_at = from_millis(row.integer(10));
    link.created_at = from_millis(row.integer(11));
    return link;
}

// For statements whose count of changed rows is of no interest.
Ok run(Connection& tx, std::string_view sql, const std::vector<SqlValue>& parameters) {
    RETURN_IF_ERROR(tx.execute(sql, parameters));
    return {};
}

}  // namespace

Ok ConnectStore::insert_flow(Connection& tx, const ConnectFlow& flow) const {
    static const std::string sql =
        "INSERT INTO connect_flows (" + std::string(kFlowColumns) +
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
        "$18, $19, $20, $21, $22, $23)";
    return run(tx, sql,
               {flow.project_id.str(),
                flow.id.str(),
                flow.integration_id.str(),
                flow.user_id.str(),
                status_text(flow.status),
                flow.state_hash,
                null_when_empty(flow.handle_hash),
                flow.token_hash,
                flow.browser_hash,
                flow.redirect_uri,
                flow.has_own_redirect,
                flow.origin,
                flow.session_key_hash,
                write_json(to_json(flow.install_options)),
                id_or_null(flow.link_id),
                id_or_null(flow.credential_id),
                Bytes{flow.sealed_secrets},
                to_millis(flow.expires_at),
                to_millis(flow.created_at),
                null_when_empty(flow.ticket_hash),
                flow.return_url,
                flow.error_code,
                flow.error_message});
}

Result<std::optional<ConnectFlow>> ConnectStore::find_by_ticket(
    Connection& tx, ProjectId project, std::string_view ticket_hash) const {
    static const std::string sql = "SELECT " + std::string(kFlowColumns) +
                                   " FROM connect_flows WHERE project_id = $1 AND ticket_hash = $2";
    ASSIGN_OR_RETURN(const Rows rows, tx.query(sql, {project.str(), ticket_hash}));
    return read_first_flow(rows);
}

Result<bool> ConnectStore::give_to_browser(Connection& tx, ProjectId project, FlowId id,
                                           std::string_view browser_hash) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_flows SET browser_hash = $3 WHERE project_id = $1 AND id = $2 AND "
        "status = 'open' AND (browser_hash = '' OR browser_hash = $3)";
    ASSIGN_OR_RETURN(const std::int64_t changed,
                     tx.execute(kSql, {project.str(), id.str(), browser_hash}));
    return changed == 1;
}

Result<std::optional<ConnectFlow>> ConnectStore::find_by_session(Connection& tx, ProjectId project,
                                                                 UserId user,
                                                                 std::string_view key_hash) const {
    static const std::string sql =
        "SELECT " + std::string(kFlowColumns) +
        " FROM connect_flows WHERE project_id = $1 AND user_id = $2 AND session_key_hash = $3 "
        "ORDER BY created_at DESC, id LIMIT 1";
    ASSIGN_OR_RETURN(const Rows rows, tx.query(sql, {project.str(), user.str(), key_hash}));
    return read_first_flow(rows);
}

Result<std::optional<ConnectFlow>> ConnectStore::take_by_state(Connection& tx, ProjectId project,
                                                               std::string_view state_hash) const {
    static const std::string sql =
        "UPDATE connect_flows SET status = 'consumed' WHERE project_id = $1 AND state_hash = $2 "
        "AND status = 'open' RETURNING " +
        std::string(kFlowColumns);
    ASSIGN_OR_RETURN(const Rows rows, tx.query(sql, {project.str(), state_hash}));
    return read_first_flow(rows);
}

Ok ConnectStore::answer_flow(Connection& tx, const ConnectFlow& flow) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_flows SET status = 'answered', handle_hash = $3, sealed_secrets = $4 "
        "WHERE project_id = $1 AND id = $2 AND status = 'consumed'";
    return run(
        tx, kSql,
        {flow.project_id.str(), flow.id.str(), flow.handle_hash, Bytes{flow.sealed_secrets}});
}

Result<std::optional<ConnectFlow>> ConnectStore::find_by_handle(
    Connection& tx, ProjectId project, std::string_view handle_hash) const {
    static const std::string sql = "SELECT " + std::string(kFlowColumns) +
                                   " FROM connect_flows WHERE project_id = $1 AND handle_hash = $2";
    ASSIGN_OR_RETURN(const Rows rows, tx.query(sql, {project.str(), handle_hash}));
    return read_first_flow(rows);
}

Result<bool> ConnectStore::take_answered(Connection& tx, ProjectId project, FlowId id) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_flows SET status = 'consumed' "
        "WHERE project_id = $1 AND id = $2 AND status = 'answered'";
    ASSIGN_OR_RETURN(const std::int64_t changed, tx.execute(kSql, {project.str(), id.str()}));
    return changed == 1;
}

Result<std::optional<ConnectFlow>> ConnectStore::take_by_redirect(Connection& tx,
                                                                  const ConnectParty& party,
                                                                  IntegrationId integration,
                                                                  std::string_view redirect_uri,
                                                                  Timestamp now) const {
    static const std::string sql =
        "UPDATE connect_flows SET status = 'consumed' WHERE project_id = $1 AND status = 'open' "
        "AND id = (SELECT id FROM connect_flows WHERE project_id = $1 AND user_id = $2 AND "
        "integration_id = $3 AND redirect_uri = $4 AND has_own_redirect = 1 AND status = 'open' "
        "AND expires_at > $5 ORDER BY created_at DESC, id LIMIT 1) RETURNING " +
        std::string(kFlowColumns);
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.query(sql, {party.project_id.str(), party.user_id.str(), integration.str(),
                                    redirect_uri, to_millis(now)}));
    return read_first_flow(rows);
}

Ok ConnectStore::finish_flow(Connection& tx, ProjectId project, FlowId id, CredentialId credential,
                             std::string_view handle_hash) const {
    // Nothing secret is needed any more; the row stays until it expires, for its handle.
    static constexpr std::string_view kSql =
        "UPDATE connect_flows SET status = 'connected', credential_id = $3, "
        "handle_hash = COALESCE($4, handle_hash), sealed_secrets = $5 "
        "WHERE project_id = $1 AND id = $2";
    return run(tx, kSql,
               {project.str(), id.str(), credential.str(),
                null_when_empty(std::string(handle_hash)), Bytes{}});
}

Ok ConnectStore::fail_flow(Connection& tx, ProjectId project, FlowId id, const Error& error) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_flows SET status = 'failed', sealed_secrets = $3, error_code = $4, "
        "error_message = $5 "
        "WHERE project_id = $1 AND id = $2 AND status = 'consumed'";
    return run(tx, kSql,
               {project.str(), id.str(), Bytes{}, error.code, std::string_view(error.message)});
}

Ok ConnectStore::put_binding(Connection& tx, const BrowserBinding& binding) const {
    // The page binds first and confirms then; a confirmed binding stays confirmed.
    static constexpr std::string_view kSql =
        "INSERT INTO connect_browsers (project_id, browser_hash, token_hash, user_id, "
        "is_confirmed, expires_at) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (project_id, browser_hash, token_hash) DO UPDATE SET "
        "is_confirmed = CASE WHEN excluded.is_confirmed = 1 THEN 1 "
        "ELSE connect_browsers.is_confirmed END, expires_at = excluded.expires_at";
    return run(tx, kSql,
               {binding.project_id.str(), binding.browser_hash, binding.token_hash,
                binding.user_id.str(), binding.is_confirmed, to_millis(binding.expires_at)});
}

Result<std::optional<BrowserBinding>> ConnectStore::find_binding(Connection& tx, ProjectId project,
                                                                 std::string_view browser_hash,
                                                                 std::string_view token_hash,
                                                                 Timestamp now) const {
    static constexpr std::string_view kSql =
        "SELECT user_id, is_confirmed, expires_at FROM connect_browsers "
        "WHERE project_id = $1 AND browser_hash = $2 AND token_hash = $3 AND expires_at > $4";
    ASSIGN_OR_RETURN(const auto row,
                     tx.find_row(kSql, {project.str(), browser_hash, token_hash, to_millis(now)}));
    if (!row) return std::optional<BrowserBinding>();
    BrowserBinding binding;
    binding.project_id = project;
    binding.browser_hash = browser_hash;
    binding.token_hash = token_hash;
    ASSIGN_OR_RETURN(binding.user_id, UserId::parse(row->text(0)));
    binding.is_confirmed = row->boolean(1);
    binding.expires_at = from_millis(row->integer(2));
    return std::optional<BrowserBinding>(std::move(binding));
}

Ok ConnectStore::put_session(Connection& tx, ProjectId project, UserId user,
                             std::string_view key_hash, CredentialId credential,
                             Timestamp expires_at) const {
    static constexpr std::string_view kSql =
        "INSERT INTO connect_sessions (project_id, user_id, key_hash, credential_id, expires_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project_id, user_id, key_hash) DO UPDATE SET "
        "credential_id = excluded.credential_id, expires_at = excluded.expires_at";
    return run(tx, kSql,
               {project.str(), user.str(), key_hash, credential.str(), to_millis(expires_at)});
}

Result<std::optional<CredentialId>> ConnectStore::find_session(Connection& tx, ProjectId project,
                                                               UserId user,
                                                               std::string_view key_hash,
                                                               Timestamp now) const {
    static constexpr std::string_view kSql =
        "SELECT credential_id FROM connect_sessions "
        "WHERE project_id = $1 AND user_id = $2 AND key_hash = $3 AND expires_at > $4";
    ASSIGN_OR_RETURN(const auto row,
                     tx.find_row(kSql, {project.str(), user.str(), key_hash, to_millis(now)}));
    if (!row) return std::optional<CredentialId>();
    return optional_id<CredentialId>(*row, 0);
}

Ok ConnectStore::remove_session(Connection& tx, ProjectId project, UserId user,
                                std::string_view key_hash) const {
    static constexpr std::string_view kSql =
        "DELETE FROM connect_sessions WHERE project_id = $1 AND user_id = $2 AND key_hash = $3";
    return run(tx, kSql, {project.str(), user.str(), key_hash});
}

Ok ConnectStore::insert_link(Connection& tx, const ConnectLink& link) const {
    static const std::string sql = "INSERT INTO connect_links (" + std::string(kLinkColumns) +
                                   ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    return run(tx, sql,
               {link.project_id.str(), link.id.str(), link.user_id.str(), link.integration_id.str(),
                link.token_hash, null_when_empty(link.browser_hash),
                write_json(to_json(link.install_options)), id_or_null(link.credential_id),
                link.last_error_code, link.last_error_message, to_millis(link.expires_at),
                to_millis(link.created_at)});
}

Result<std::optional<ConnectLink>> ConnectStore::find_link(Connection& tx, ProjectId project,
                                                           std::string_view token_hash) const {
    static const std::string sql = "SELECT " + std::string(kLinkColumns) +
                                   " FROM connect_links WHERE project_id = $1 AND token_hash = $2";
    ASSIGN_OR_RETURN(const auto row, tx.find_row(sql, {project.str(), token_hash}));
    if (!row) return std::optional<ConnectLink>();
    ASSIGN_OR_RETURN(ConnectLink link, read_link(*row));
    return std::optional<ConnectLink>(std::move(link));
}

Result<bool> ConnectStore::claim_link(Connection& tx, ProjectId project, ConnectLinkId id,
                                      std::string_view browser_hash) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_links SET browser_hash = $3 "
        "WHERE project_id = $1 AND id = $2 AND (browser_hash IS NULL OR browser_hash = $3)";
    ASSIGN_OR_RETURN(const std::int64_t changed,
                     tx.execute(kSql, {project.str(), id.str(), browser_hash}));
    return changed == 1;
}

Ok ConnectStore::set_link_error(Connection& tx, ProjectId project, ConnectLinkId id,
                                std::string_view code, std::string_view message) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_links SET last_error_code = $3, last_error_message = $4 "
        "WHERE project_id = $1 AND id = $2";
    return run(tx, kSql, {project.str(), id.str(), code, message});
}

Ok ConnectStore::use_up_link(Connection& tx, ProjectId project, ConnectLinkId id,
                             CredentialId credential) const {
    static constexpr std::string_view kSql =
        "UPDATE connect_links SET credential_id = $3, last_error_code = '', "
        "last_error_message = '' WHERE project_id = $1 AND id = $2";
    return run(tx, kSql, {project.str(), id.str(), credential.str()});
}

Ok ConnectStore::remove_expired(Connection& tx, ProjectId project, Timestamp now,
                                std::size_t rows_max) const {
    // Only rows of the own keys, so that the statement is the same on both engines.
    static constexpr std::string_view kStatements[] = {
        "DELETE FROM connect_flows WHERE project_id = $1 AND id IN (SELECT id FROM connect_flows "
        "WHERE project_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)",
        "DELETE FROM connect_browsers WHERE project_id = $1 AND expires_at <= $2 AND browser_hash "
        "IN (SELECT browser_hash FROM connect_browsers WHERE project_id = $1 AND expires_at <= $2 "
        "ORDER BY expires_at LIMIT $3)",
        "DELETE FROM connect_sessions WHERE project_id = $1 AND expires_at <= $2 AND key_hash IN "
        "(SELECT key_hash FROM connect_sessions WHERE project_id = $1 AND expires_at <= $2 "
        "ORDER BY expires_at LIMIT $3)",
        "DELETE FROM connect_links WHERE project_id = $1 AND id IN (SELECT id FROM connect_links "
        "WHERE project_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)"};
    for (const std::string_view sql : kStatements) {
        RETURN_IF_ERROR(tx.execute(sql, {project.str(), to_millis(now), rows_max}));
    }
    return {};
}

}  // namespace tenon
