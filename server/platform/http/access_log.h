// The access log: one line a request, in the form of the other log lines. A busy server writes one
// for each few microseconds, so lines are put together by hand and handed over in batches.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/http/timer_wheel.h"
#include "platform/logging/log.h"

namespace tenon::http {

// Of one event loop.
class AccessLog {
 public:
    struct Entry {
        std::string_view method;  // a token
        std::string_view
            route;       // the template; never the path, which may hold names, nor the query
        int status = 0;  // 0: ended without an answer
        std::uint64_t bytes = 0;  // of the answer's body
        std::chrono::microseconds duration{};
        std::string_view request_id;
    };

    explicit AccessLog(TimerWheel& wheel) : wheel_(wheel) {}
    ~AccessLog() { flush(); }
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void add(const Entry& entry);
    void flush();

 private:
    TimerWheel& wheel_;
    TimerWheel::Entry flush_timer_{[](void* self) { static_cast<AccessLog*>(self)->flush(); },
                                   this};
    std::string lines_;
    std::size_t count_ = 0;
    std::int64_t second_ = -1;
    std::string second_text_;  // of the last line
};

// One line with its line end; `time` as format_timestamp() gives it.
void append_access_line(std::string& out, LogFormat format, std::string_view time,
                        const AccessLog::Entry& entry);

}  // namespace tenon::http
