#include "app/key_rotator.h"

#include <fmt/format.h>

#include "app/control_socket.h"
#include "base/json.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

constexpr std::string_view kRotate = "rotate-keys";
constexpr std::string_view kRotateAndRetire = "rotate-keys retire-old";
// Some hundred thousand data keys; the server goes on also when the command stops waiting.
constexpr std::chrono::seconds kServerTimeLimit{600};

JsonArray ids_json(const std::vector<std::string>& ids) {
    JsonArray array;
    for (const std::string& id : ids) array.emplace_back(id);
    return array;
}

JsonObject report_json(const RotationReport& report) {
    return {{"masterKeyId", report.master_key_id},
            {"rewrappedKeys", report.rewrapped_keys},
            {"retired", ids_json(report.retired)}};
}

Result<RotationReport> read_report(const std::string& line) {
    ASSIGN_OR_RETURN(const Json json, parse_json(line));
    if (const std::string error = string_member(json, "error"); !error.empty()) {
        return Error{ErrorKind::unavailable, "keys.refused", error};
    }
    RotationReport report;
    report.master_key_id = string_member(json, "masterKeyId");
    if (const Json* count = find_member(json, "rewrappedKeys"); count && count->is_int64()) {
        report.rewrapped_keys = count->get_int64();
    }
    if (const Json* retired = find_member(json, "retired"); retired && retired->is_array()) {
        for (const Json& id : retired->get_array()) {
            report.retired.push_back(scalar_text(id).value_or(""));
        }
    }
    return report;
}

}  // namespace

Task<Result<RotationReport>> KeyRotator::rotate(const RotateKeysCommand& command) {
    const RotationOptions options{.keep_old_keys = !command.retire_old};
    ASSIGN_OR_CO_RETURN(
        const RotationReport report,
        co_await (keys_.path().empty()
                      ? rewrap_data_keys(database_, keys_, clock_, options)
                      : rotate_master_key(database_, keys_.path(), clock_, options)));
    const AuditEvent event{{"command_line", "", "command line", ""},
                           "master_key.rotated",
                           "master_key",
                           report.master_key_id,
                           report_json(report)};
    // An event of the whole installation has the nil project.
    CO_RETURN_IF_ERROR(co_await database_.write(
        [&](Connection& tx) { return audit_.append(tx, ProjectId(), event); }));
    log_info("master_key.rotated", {{"master_key_id", report.master_key_id},
                                    {"rewrapped", report.rewrapped_keys},
                                    {"retired", report.retired.size()}});
    co_return report;
}

std::string KeyRotator::answer(const std::string& line) {
    if (line != kRotate && line != kRotateAndRetire) {
        return write_json(JsonObject{{"error", "The server does not know this request."}});
    }
    const auto report = run_task(rotate({.retire_old = line == kRotateAndRetire}));
    if (report) return write_json(report_json(*report));
    return write_json(JsonObject{{"error", report.error().message}});
}

Result<RotationReport> rotate_through_server(const RotateKeysCommand& command,
                                             const Config& config) {
    const std::string line(command.retire_old ? kRotateAndRetire : kRotate);
    const auto answer = ask_control_socket(config.data, line, kServerTimeLimit);
    if (answer) return read_report(*answer);
    return Error{ErrorKind::unavailable, "keys.server_silent",
                 fmt::format("Another process owns the database in {} and does not take the "
                             "request: a server that starts or stops, or another command. Run "
                             "`tenon keys rotate` again when it is done. ({})",
                             config.data.string(), answer.error().message)};
}

}  // namespace tenon
