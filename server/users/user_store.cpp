#include "users/user_store.h"

#include <limits>

#include "base/json.h"
#include "base/text.h"

namespace tenon {
namespace {

#define TENON_USER_COLUMNS "project_id, id, external_id, meta, disabled, created_at, last_active_at"

Result<ConnectedUser> read_user(const Row& row) {
    ASSIGN_OR_RETURN(const ProjectId project, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(const UserId id, UserId::parse(row.text(1)));
    ASSIGN_OR_RETURN(const Json meta, parse_json(row.text(3)));
    if (!meta.is_object()) return Error::internal("A user's metadata is not an object.");
    return ConnectedUser{id,
                         project,
                         row.text(2),
                         meta.get_object(),
                         row.boolean(4),
                         from_millis(row.integer(5)),
                         from_millis(row.integer(6))};
}

Result<std::optional<ConnectedUser>> read_optional(std::optional<Row> row) {
    if (!row) return std::optional<ConnectedUser>();
    ASSIGN_OR_RETURN(ConnectedUser user, read_user(*row));
    return std::optional<ConnectedUser>(std::move(user));
}

// What the dashboard's search looks into. Control characters go: PostgreSQL stores no zero byte.
std::string search_text(const ConnectedUser& user) {
    const Json meta(user.meta);
    std::string text = ascii_lower(user.external_id + "\n" + string_member(meta, "Name") + "\n" +
                                   string_member(meta, "Email"));
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
    return text;
}

// `search` as a LIKE pattern that finds it anywhere and takes its wildcards literally.
std::string like_pattern(std::string_view search) {
    std::string pattern = "%";
    for (const char c : search) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

}  // namespace

constexpr std::string_view kInsert = "INSERT INTO users (" TENON_USER_COLUMNS
                                     ", search_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
                                     "ON CONFLICT (project_id, external_id) DO NOTHING";

Ok UserStore::insert_if_absent(Connection& tx, const ConnectedUser& user) const {
    RETURN_IF_ERROR(
        tx.execute(kInsert, {user.project_id.str(), user.id.str(), user.external_id,
                             write_json(user.meta), user.disabled, to_millis(user.created_at),
                             to_millis(user.last_active_at), search_text(user)}));
    return {};
}

constexpr std::string_view kFind =
    "SELECT " TENON_USER_COLUMNS " FROM users WHERE project_id = $1 AND id = $2";

Result<std::optional<ConnectedUser>> UserStore::find(Connection& tx, ProjectId project,
                                                     UserId id) const {
    ASSIGN_OR_RETURN(auto row, tx.find_row(kFind, {project.str(), id.str()}));
    return read_optional(std::move(row));
}

constexpr std::string_view kFindByExternalId =
    "SELECT " TENON_USER_COLUMNS " FROM users WHERE project_id = $1 AND external_id = $2";

Result<std::optional<ConnectedUser>> UserStore::find_by_external_id(
    Connection& tx, ProjectId project, std::string_view external_id) const {
    ASSIGN_OR_RETURN(auto row, tx.find_row(kFindByExternalId, {project.str(), external_id}));
    return read_optional(std::move(row));
}

constexpr std::string_view kList = "SELECT " TENON_USER_COLUMNS
                                   " FROM users WHERE project_id = $1"
                                   " AND search_text LIKE $2 ESCAPE '\\'"
                                   " AND (created_at < $3 OR (created_at = $3 AND id < $4))"
                                   " ORDER BY created_at DESC, id DESC LIMIT $5";

Result<std::vector<ConnectedUser>> UserStore::list(Connection& tx, ProjectId project,
                                                   const UserFilter& filter) const {
    const UserPosition after =
        filter.after.value_or(UserPosition{std::numeric_limits<std::int64_t>::max(), ""});
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.query(kList, {project.str(), like_pattern(filter.search),
                                      after.created_at_ms, after.id, filter.limit}));
    std::vector<ConnectedUser> users;
    users.reserve(rows.size());
    for (const Row& row : rows) {
        ASSIGN_OR_RETURN(ConnectedUser user, read_user(row));
        users.push_back(std::move(user));
    }
    return users;
}

constexpr std::string_view kUpdate =
    "UPDATE users SET meta = $3, disabled = $4, search_text = $5 "
    "WHERE project_id = $1 AND id = $2";

Result<bool> UserStore::update(Connection& tx, const ConnectedUser& user) const {
    ASSIGN_OR_RETURN(const auto changed, tx.execute(kUpdate, {user.project_id.str(), user.id.str(),
                                                              write_json(user.meta), user.disabled,
                                                              search_text(user)}));
    return changed > 0;
}

constexpr std::string_view kTouch =
    "UPDATE users SET last_active_at = $3 WHERE project_id = $1 AND id = $2";

Ok UserStore::touch(Connection& tx, ProjectId project, UserId id, Timestamp at) const {
    RETURN_IF_ERROR(tx.execute(kTouch, {project.str(), id.str(), to_millis(at)}));
    return {};
}

constexpr std::string_view kRemove = "DELETE FROM users WHERE project_id = $1 AND id = $2";

Result<bool> UserStore::remove(Connection& tx, ProjectId project, UserId id) const {
    ASSIGN_OR_RETURN(const auto removed, tx.execute(kRemove, {project.str(), id.str()}));
    return removed > 0;
}

}  // namespace tenon
