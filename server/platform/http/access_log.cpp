#include "platform/http/access_log.h"

#include <ctime>

#include "base/clock.h"
#include "platform/http/codec.h"

namespace tenon::http {
namespace {

// Lines wait this long at most, or until so many bytes are together.
constexpr std::chrono::milliseconds kFlushInterval{100};
constexpr std::size_t kFlushBytes = 16'384;

struct Form {
    std::string_view time, method, route, status, bytes, duration, request_id, end;
};
constexpr Form kJson{R"({"time":")",       R"(","level":"info","event":"http.request","method":")",
                     R"(","route":")",     R"(","status":)",
                     R"(,"bytes":)",       R"(,"duration_us":)",
                     R"(,"request_id":")", "\"}\n"};
constexpr Form kHuman{"",
                      " info    http.request method=",
                      " route=",
                      " status=",
                      " bytes=",
                      " duration_us=",
                      " request_id=",
                      "\n"};

}  // namespace

// Methods are tokens, routes come from the contract, ids are ours: nothing needs quoting.
void append_access_line(std::string& out, LogFormat format, std::string_view time,
                        const AccessLog::Entry& entry) {
    const Form& form = format == LogFormat::json ? kJson : kHuman;
    out.append(form.time).append(time).append(form.method).append(entry.method);
    out.append(form.route).append(entry.route).append(form.status);
    append_decimal(out, static_cast<std::uint64_t>(entry.status));
    out.append(form.bytes);
    append_decimal(out, entry.bytes);
    out.append(form.duration);
    append_decimal(out, static_cast<std::uint64_t>(entry.duration.count()));
    out.append(form.request_id).append(entry.request_id).append(form.end);
}

void AccessLog::add(const Entry& entry) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != second_) {
        second_ = now.tv_sec;
        constexpr std::size_t kUpToSeconds = 20;  // 2026-01-31T09:30:00.
        second_text_ =
            format_timestamp(from_millis(second_ * 1'000)).substr(0, kUpToSeconds) + "000Z";
    }
    const auto millis = static_cast<int>(now.tv_nsec / 1'000'000);
    second_text_[20] = static_cast<char>('0' + millis / 100);
    second_text_[21] = static_cast<char>('0' + millis / 10 % 10);
    second_text_[22] = static_cast<char>('0' + millis % 10);
    append_access_line(lines_, log_format(), second_text_, entry);
    ++count_;
    if (lines_.size() >= kFlushBytes) {
        flush();
    } else if (count_ == 1) {
        wheel_.set(flush_timer_, kFlushInterval);
    }
}

void AccessLog::flush() {
    flush_timer_.clear();
    if (count_ == 0) return;
    log_lines(lines_, count_);
    lines_.clear();
    count_ = 0;
}

}  // namespace tenon::http
