// Structured log: each line is an event name with fields, as JSON lines or for people. Values are
// text, numbers or booleans; a Secret cannot be passed. Writing never blocks a loop on a slow
// terminal: lines go through a bounded queue, and what does not fit is dropped and counted in the
// next line that does.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace tenon {

class Secret;

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { human, json };

struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, double, bool>;

    LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
    LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    LogField(std::string_view n, bool v) : name(n), value(v) {}
    LogField(std::string_view n, double v) : name(n), value(v) {}
    template <class Integer>
        requires std::is_integral_v<Integer>
    LogField(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
    LogField(std::string_view, const Secret&) = delete;

    std::string_view name;
    Value value;
};

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::human;
    int descriptor = 2;  // standard error
    std::size_t queue_lines_max = 8192;
};

// Starts the writer thread. Before it, and after stop_log(), lines are written at once by the
// caller.
void start_log(const LogOptions& options);
// Writes what is queued and ends the writer thread.
void stop_log();
bool log_enabled(LogLevel level);

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    if (log_enabled(LogLevel::debug)) log_event(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::info, event, fields);
}
inline void log_warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::warning, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::error, event, fields);
}

// For logs of high volume: `count` lines already in the form of log_format(), each with its line
// end.
void log_lines(const std::string& lines, std::size_t count);
LogFormat log_format();

// One line without its line end, as the writer would print it; for tests.
std::string format_log_line(LogFormat format, LogLevel level, std::string_view timestamp,
                            std::string_view event, std::initializer_list<LogField> fields);

}  // namespace tenon
