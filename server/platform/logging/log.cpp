#include "platform/logging/log.h"

#include <atomic>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

namespace tenon {
namespace {

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

std::string json_form(const LogField::Value& value) {
    struct Visitor {
        std::string operator()(std::string_view text) const { return json_quote(text); }
        std::string operator()(std::int64_t number) const { return fmt::to_string(number); }
        std::string operator()(double number) const { return write_json(Json(number)); }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    };
    return std::visit(Visitor{}, value);
}

// Text without spaces or control characters stands bare; everything else is quoted as in JSON.
std::string human_form(const LogField::Value& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return json_form(value);
    for (const char c : *text) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == 0x7f) return json_quote(*text);
    }
    return text->empty() ? "\"\"" : std::string(*text);
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// The queue between the loops and the writer thread.
class Writer {
 public:
    ~Writer() { stop(); }

    void start(const LogOptions& options) {
        stop();
        const std::lock_guard lock(mutex_);
        options_ = options;
        level_ = options.level;
        running_ = true;
        thread_ = std::thread([this] { run(); });
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            running_ = false;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

    bool enabled(LogLevel level) const { return level >= level_; }
    LogFormat format() const { return options_.format; }

    // `count` lines, each with its line end.
    void add(const std::string& lines, std::size_t count) {
        std::unique_lock lock(mutex_);
        if (!running_) {
            write_all(options_.descriptor, lines);
            return;
        }
        if (lines_ >= options_.queue_lines_max) {
            dropped_ += count;
            return;
        }
        lines_ += count;
        const bool was_empty = pending_.empty();
        pending_ += lines;
        lock.unlock();
        if (was_empty) changed_.notify_one();
    }

 private:
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return !running_ || !pending_.empty(); });
            if (pending_.empty()) return;
            std::string batch = std::exchange(pending_, {});
            lines_ = 0;
            const std::size_t dropped = std::exchange(dropped_, 0);
            lock.unlock();
            write_all(options_.descriptor, batch);
            lock.lock();
            if (dropped > 0) {
                pending_ += format_log_line(options_.format, LogLevel::warning,
                                            format_timestamp(SystemClock().now()),
                                            "log.lines_dropped", {{"count", dropped}});
                pending_ += '\n';
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    LogOptions options_;
    std::atomic<LogLevel> level_ = LogLevel::info;
    std::string pending_;
    std::size_t lines_ = 0;
    std::size_t dropped_ = 0;
    bool running_ = false;
    std::thread thread_;
};

Writer& writer() {
    static Writer instance;  // the process has one standard error
    return instance;
}

}  // namespace

void start_log(const LogOptions& options) { writer().start(options); }
void stop_log() { writer().stop(); }
bool log_enabled(LogLevel level) { return writer().enabled(level); }

std::string format_log_line(LogFormat format, LogLevel level, std::string_view timestamp,
                            std::string_view event, std::initializer_list<LogField> fields) {
    if (format == LogFormat::json) {
        std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":{})", timestamp,
                                       name_of(level), json_quote(event));
        for (const LogField& field : fields) {
            line += fmt::format(",{}:{}", json_quote(field.name), json_form(field.value));
        }
        return line + "}";
    }
    std::string line = fmt::format("{} {:<7} {}", timestamp, name_of(level), event);
    for (const LogField& field : fields) {
        line += fmt::format(" {}={}", field.name, human_form(field.value));
    }
    return line;
}

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (!log_enabled(level)) return;
    std::string line = format_log_line(writer().format(), level,
                                       format_timestamp(SystemClock().now()), event, fields);
    line += '\n';
    writer().add(line, 1);
}

void log_lines(const std::string& lines, std::size_t count) { writer().add(lines, count); }
LogFormat log_format() { return writer().format(); }

}  // namespace tenon
