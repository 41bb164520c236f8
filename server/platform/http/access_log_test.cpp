#include "platform/http/access_log.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tenon::http {
namespace {

const AccessLog::Entry kEntry{"GET", "/api/v1/things/{id}",          200,
                              12,    std::chrono::microseconds(345), "0123-1"};

TEST(AccessLog, LooksLikeEveryOtherLine) {
    constexpr std::string_view kTime = "2026-01-31T09:30:00.123Z";
    for (const LogFormat format : {LogFormat::json, LogFormat::human}) {
        std::string line;
        append_access_line(line, format, kTime, kEntry);
        EXPECT_EQ(line, format_log_line(format, LogLevel::info, kTime, "http.request",
                                        {{"method", "GET"},
                                         {"route", "/api/v1/things/{id}"},
                                         {"status", 200},
                                         {"bytes", 12},
                                         {"duration_us", 345},
                                         {"request_id", "0123-1"}}) +
                            "\n");
    }
}

}  // namespace
}  // namespace tenon::http
