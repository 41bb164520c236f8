#include "projects/audit_log.h"

#include <charconv>
#include <fmt/format.h>

namespace tenon {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO audit_events (project_id, order_key, id, at, actor_kind, actor_id, actor_label,"
    " actor_address, action, target_kind, target_id, details)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

constexpr std::string_view kListFirst =
    "SELECT order_key, id, at, actor_kind, actor_id, actor_label, actor_address, action,"
    " target_kind, target_id, details FROM audit_events WHERE project_id = $1"
    " ORDER BY order_key DESC, id DESC LIMIT $2";
constexpr std::string_view kListAfter =
    "SELECT order_key, id, at, actor_kind, actor_id, actor_label, actor_address, action,"
    " target_kind, target_id, details FROM audit_events WHERE project_id = $1"
    " AND (order_key, id) < ($3, $4) ORDER BY order_key DESC, id DESC LIMIT $2";

// Room for this many events in one millisecond before the keys run ahead of the clock.
constexpr std::int64_t kKeysPerMillisecond = 4096;

// "<order key>-<id>" of the last entry on the page.
struct Cursor {
    std::int64_t order_key = 0;
    std::string id;
};

Result<Cursor> parse_cursor(const std::string& text) {
    const Error wrong = Error::invalid_field("cursor", "must be the nextCursor of an earlier page");
    Cursor cursor;
    const char* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, cursor.order_key);
    if (ec != std::errc{} || stop == end || *stop != '-') return wrong;
    if (const auto id = Uuid::parse({stop + 1, end}); !id) return wrong;
    cursor.id.assign(stop + 1, end);
    return cursor;
}

Result<AuditEntry> entry_of(const Row& row) {
    ASSIGN_OR_RETURN(const Json details, parse_json(row.text(10)));
    AuditEntry entry;
    entry.id = row.text(1);
    entry.at = from_millis(row.integer(2));
    entry.event.actor = {row.text(3), row.text(4), row.text(5), row.text(6)};
    entry.event.action = row.text(7);
    entry.event.target_kind = row.text(8);
    entry.event.target_id = row.text(9);
    if (details.is_object()) entry.event.details = details.get_object();
    return entry;
}

}  // namespace

// Grows with each event of this process, so that events of one millisecond keep their order.
std::int64_t AuditLog::next_order_key() const {
    const std::int64_t now = to_millis(clock_.now()) * kKeysPerMillisecond;
    std::int64_t last = last_order_key_.load();
    while (true) {
        const std::int64_t next = std::max(now, last + 1);
        if (last_order_key_.compare_exchange_weak(last, next)) return next;
    }
}

Ok AuditLog::append(Connection& tx, ProjectId project, const AuditEvent& event) const {
    const Actor& actor = event.actor;
    RETURN_IF_ERROR(tx.execute(
        kInsert, {project.str(), next_order_key(), Uuid::random().str(), to_millis(clock_.now()),
                  actor.kind, actor.id, actor.label, actor.address, event.action, event.target_kind,
                  event.target_id, write_json(event.details)}));
    return {};
}

Result<AuditPage> AuditLog::list(Connection& tx, ProjectId project,
                                 std::optional<std::string> cursor, int limit) const {
    // One row more than asked for tells whether there is a next page.
    std::vector<SqlValue> parameters{project.str(), limit + 1};
    if (cursor) {
        ASSIGN_OR_RETURN(const Cursor after, parse_cursor(*cursor));
        parameters.emplace_back(after.order_key);
        parameters.emplace_back(after.id);
    }
    ASSIGN_OR_RETURN(const Rows rows, tx.query(cursor ? kListAfter : kListFirst, parameters));
    AuditPage page;
    for (const Row& row : rows) {
        if (page.entries.size() == static_cast<std::size_t>(limit)) {
            const AuditEntry& last = page.entries.back();
            page.next_cursor =
                fmt::format("{}-{}", rows[page.entries.size() - 1].integer(0), last.id);
            break;
        }
        ASSIGN_OR_RETURN(AuditEntry entry, entry_of(row));
        page.entries.push_back(std::move(entry));
    }
    return page;
}

}  // namespace tenon
