#include "platform/logging/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/json.h"
#include "base/secret.h"

namespace tenon {
namespace {

static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret&>,
              "a Secret cannot be logged");

TEST(Log, WritesJsonLinesThatParse) {
    const std::string line =
        format_log_line(LogFormat::json, LogLevel::info, "2026-01-01T00:00:00.000Z", "http.request",
                        {{"path", "/a \"b\"\n"}, {"status", 200}, {"took", 1.5}, {"tls", true}});
    const auto parsed = parse_json(line);
    ASSERT_TRUE(parsed) << line;
    EXPECT_EQ(string_member(*parsed, "path"), "/a \"b\"\n");
    EXPECT_EQ(int_member(*parsed, "status"), 200);
    EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Log, QuotesForPeopleOnlyWhereNeeded) {
    EXPECT_EQ(format_log_line(LogFormat::human, LogLevel::warning, "T", "a.b",
                              {{"plain", "x"}, {"spaced", "x y"}, {"evil", "x\ninjected=1"}}),
              "T warning a.b plain=x spaced=\"x y\" evil=\"x\\ninjected=1\"");
}

TEST(Log, TheWriterThreadWritesEverythingBeforeItStops) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    start_log({.level = LogLevel::info, .format = LogFormat::json, .descriptor = pipe_ends[1]});
    for (int i = 0; i < 100; ++i) log_info("test.line", {{"i", i}});
    log_debug("test.hidden");
    stop_log();
    start_log({});
    stop_log();
    ::close(pipe_ends[1]);
    std::string all(100'000, '\0');
    std::size_t size = 0;
    for (ssize_t got = 0; (got = ::read(pipe_ends[0], all.data() + size, all.size() - size)) > 0;) {
        size += static_cast<std::size_t>(got);
    }
    ::close(pipe_ends[0]);
    all.resize(size);
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 100);
    EXPECT_EQ(all.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace tenon
