#include "users/user_service.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace tenon {
namespace {

bool has_controls(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

// Older clients send `name` and `email` in any case, so the server keeps one spelling.
std::string normal_key(std::string_view key) {
    const std::string_view trimmed = trim(key);
    if (equals_ignoring_case(trimmed, "name")) return "Name";
    if (equals_ignoring_case(trimmed, "email")) return "Email";
    return std::string(trimmed);
}

Ok merge_into(JsonObject& stored, const JsonObject& change, const UserLimits& limits) {
    for (const auto& member : change) {
        const std::string key = normal_key(member.key());
        if (key.empty() || key.size() > limits.meta_key_bytes_max || has_controls(key)) {
            return Error::invalid_field("meta", "a key must have 1 to " +
                                                    std::to_string(limits.meta_key_bytes_max) +
                                                    " bytes without control characters");
        }
        if (member.value().is_null()) {
            stored.erase(key);
        } else {
            stored[key] = member.value();
        }
    }
    if (stored.size() > limits.meta_keys_max) {
        return Error::invalid_field("meta",
                                    "at most " + std::to_string(limits.meta_keys_max) + " keys");
    }
    if (write_json(stored).size() > limits.meta_bytes_max) {
        return Error::invalid_field(
            "meta", "at most " + std::to_string(limits.meta_bytes_max) + " bytes in all");
    }
    return {};
}

JsonArray keys_of(const JsonObject& object) {
    JsonArray keys;
    for (const auto& member : object) keys.emplace_back(normal_key(member.key()));
    return keys;
}

std::string make_cursor(const ConnectedUser& last) {
    return base64url_encode(std::to_string(to_millis(last.created_at)) + ":" + last.id.str());
}

Result<UserPosition> parse_cursor(std::string_view cursor) {
    const Error problem = Error::invalid_field("cursor", "must be the nextCursor of a page before");
    const auto text = base64url_decode(cursor);
    if (!text) return problem;
    UserPosition position;
    const char* const end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, position.created_at_ms);
    if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ':') return problem;
    const auto id = UserId::parse(std::string_view(parsed.ptr + 1, end));
    if (!id) return problem;
    position.id = id->str();
    return position;
}

AuditEvent user_event(Actor actor, std::string action, UserId id, JsonObject details = {}) {
    return {std::move(actor), std::move(action), "user", id.str(), std::move(details)};
}

}  // namespace

Ok UserService::check_external_id(std::string_view external_id) const {
    if (external_id.empty() || external_id.size() > limits_.external_id_bytes_max ||
        !is_valid_utf8(external_id) || has_controls(external_id)) {
        return Error::invalid_field("userId", "must be 1 to " +
                                                  std::to_string(limits_.external_id_bytes_max) +
                                                  " bytes of UTF-8 without control characters");
    }
    return {};
}

Task<Result<ConnectedUser>> UserService::get(ProjectId project, UserId id) {
    co_return co_await database_.read([this, project, id](Connection& tx) -> Result<ConnectedUser> {
        ASSIGN_OR_RETURN(auto user, store_.find(tx, project, id));
        if (!user) return Error::not_found("User");
        return std::move(*user);
    });
}

Task<Result<std::optional<ConnectedUser>>> UserService::find_by_external_id(
    ProjectId project, std::string external_id) {
    co_return co_await database_.read([this, project, &external_id](Connection& tx) {
        return store_.find_by_external_id(tx, project, external_id);
    });
}

Task<Result<ConnectedUser>> UserService::ensure(ProjectId project, std::string external_id) {
    CO_RETURN_IF_ERROR(check_external_id(external_id));
    ASSIGN_OR_CO_RETURN(auto known, co_await find_by_external_id(project, external_id));
    const Timestamp now = clock_.now();
    if (known && now - known->last_active_at < limits_.activity_interval) {
        co_return std::move(*known);
    }
    const ConnectedUser fresh{UserId::random(), project, external_id, {}, false, now, now};
    auto written = co_await database_.write([&](Connection& tx) -> Result<ConnectedUser> {
        if (!known) RETURN_IF_ERROR(store_.insert_if_absent(tx, fresh));
        ASSIGN_OR_RETURN(auto user, store_.find_by_external_id(tx, project, external_id));
        if (!user) return Error::not_found("User");
        RETURN_IF_ERROR(store_.touch(tx, project, user->id, now));
        user->last_active_at = now;
        return std::move(*user);
    });
    // A known user goes on when only the mark "active" cannot be written, say on a full disk.
    if (!written && known && written.error().kind == ErrorKind::unavailable) {
        co_return std::move(*known);
    }
    co_return written;
}

Task<Result<UserPage>> UserService::list(ProjectId project, UserQuery query) {
    UserFilter filter{ascii_lower(trim(query.search)), std::nullopt, query.limit + 1};
    if (filter.search.size() > limits_.search_bytes_max || has_controls(filter.search)) {
        co_return Error::invalid_field("search", "at most " +
                                                     std::to_string(limits_.search_bytes_max) +
                                                     " bytes without control characters");
    }
    if (query.cursor) {
        ASSIGN_OR_CO_RETURN(filter.after, parse_cursor(*query.cursor));
    }
    ASSIGN_OR_CO_RETURN(auto users, co_await database_.read([&](Connection& tx) {
        return store_.list(tx, project, filter);
    }));
    UserPage page{std::move(users), std::nullopt};
    if (page.users.size() > static_cast<std::size_t>(query.limit)) {
        page.users.pop_back();
        page.next_cursor = make_cursor(page.users.back());
    }
    co_return page;
}

Task<Result<ConnectedUser>> UserService::merge_meta(Actor actor, ProjectId project, UserId id,
                                                    JsonObject meta) {
    co_return co_await change(std::move(actor), project, id, {.meta = std::move(meta)});
}

Task<Result<ConnectedUser>> UserService::change(Actor actor, ProjectId project, UserId id,
                                                UserChange change) {
    auto result = co_await database_.write([&](Connection& tx) -> Result<ConnectedUser> {
        ASSIGN_OR_RETURN(auto user, store_.find(tx, project, id));
        if (!user) return Error::not_found("User");
        if (change.meta) RETURN_IF_ERROR(change_meta(tx, actor, *user, *change.meta));
        if (change.access) RETURN_IF_ERROR(change_access(tx, actor, *user, *change.access));
        return std::move(*user);
    });
    if (result && change.access) forget_sessions();
    co_return result;
}

Ok UserService::change_meta(Connection& tx, const Actor& actor, ConnectedUser& user,
                            const JsonObject& meta) const {
    RETURN_IF_ERROR(merge_into(user.meta, meta, limits_));
    RETURN_IF_ERROR(store_.update(tx, user));
    // The audit log names the keys; the values are the user's own.
    return audit_.append(
        tx, user.project_id,
        user_event(actor, "user.meta_changed", user.id, JsonObject{{"keys", keys_of(meta)}}));
}

Ok UserService::change_access(Connection& tx, const Actor& actor, ConnectedUser& user,
                              UserAccess access) const {
    const bool disabled = access == UserAccess::disabled;
    if (user.disabled == disabled) return {};
    user.disabled = disabled;
    RETURN_IF_ERROR(store_.update(tx, user));
    return audit_.append(tx, user.project_id,
                         user_event(actor, disabled ? "user.disabled" : "user.enabled", user.id));
}

Task<Ok> UserService::remove(Actor actor, ProjectId project, UserId id) {
    auto result = co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const bool removed, store_.remove(tx, project, id));
        if (!removed) return Error::not_found("User");
        return audit_.append(tx, project, user_event(actor, "user.removed", id));
    });
    if (result) forget_sessions();
    co_return result;
}

}  // namespace tenon
