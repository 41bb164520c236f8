#include "platform/storage/engine_connection.h"

#include <exception>
#include <fmt/format.h>

#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

// PostgreSQL refuses these two; SQLite would store them, and `move` would fail much later.
Ok check_text(std::size_t position, const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return Error{ErrorKind::invalid_input, "storage.invalid_text",
                     fmt::format("Text may not hold a NUL character (parameter ${}).", position)};
    }
    if (!is_valid_utf8(text)) {
        return Error{ErrorKind::invalid_input, "storage.invalid_text",
                     fmt::format("Text must be valid UTF-8 (parameter ${}).", position)};
    }
    return {};
}

}  // namespace

Error storage_unique(std::string_view columns) {
    return {ErrorKind::conflict, "storage.unique", fmt::format("Already taken: {}.", columns)};
}

Error storage_foreign_key() {
    return {ErrorKind::conflict, "storage.foreign_key",
            "Another record refers to this one, or the one it refers to is not there."};
}

Error storage_unavailable(std::string_view why) {
    Error error{ErrorKind::unavailable, "storage.unavailable",
                fmt::format("The database is not available: {}", why)};
    error.retry_after = std::chrono::seconds(2);
    return error;
}

Error storage_failed(std::string_view why) {
    return {ErrorKind::internal, "storage.failed", fmt::format("The database failed: {}", why)};
}

Ok EngineConnection::check(const std::vector<SqlValue>& parameters) {
    if (failure_) return *failure_;
    std::size_t position = 0;
    for (const SqlValue& parameter : parameters) {
        ++position;
        if (const auto* text = std::get_if<std::string>(&parameter.variant())) {
            RETURN_IF_ERROR(check_text(position, *text));
        }
    }
    return {};
}

Result<Rows> EngineConnection::query(std::string_view sql,
                                     const std::vector<SqlValue>& parameters) {
    RETURN_IF_ERROR(check(parameters));
    auto rows = run_query(sql, parameters);
    if (!rows) failure_ = rows.error();
    return rows;
}

Result<std::int64_t> EngineConnection::execute(std::string_view sql,
                                               const std::vector<SqlValue>& parameters) {
    RETURN_IF_ERROR(check(parameters));
    auto changed = run_execute(sql, parameters);
    if (!changed) failure_ = changed.error();
    return changed;
}

Result<bool> EngineConnection::run_closure(const std::function<bool(Connection&)>& closure) {
    failure_.reset();
    try {
        const bool wants_commit = closure(*this);
        if (wants_commit && failure_) return *failure_;
        return wants_commit;
    } catch (const std::exception& e) {
        log_error("storage.closure_threw", {{"what", e.what()}});
    } catch (...) {
        log_error("storage.closure_threw", {{"what", "unknown exception"}});
    }
    return storage_failed("a closure threw an exception.");
}

}  // namespace tenon
