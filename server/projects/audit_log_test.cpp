#include "projects/audit_log.h"

#include "projects/projects_fixture.h"

namespace tenon {
namespace {

class AuditLogTest : public ProjectsFixture {
 protected:
    Ok append(ProjectId project, const std::string& action) {
        return in_transaction([&](Connection& tx) {
            return audit.append(tx, project,
                                {actor, action, "widget", "w-1", JsonObject{{"changed", "name"}}});
        });
    }
    Result<AuditPage> list(ProjectId project, std::optional<std::string> cursor, int limit) {
        return in_transaction(
            [&](Connection& tx) { return audit.list(tx, project, cursor, limit); });
    }
};
INSTANTIATE_ON_BOTH_ENGINES(AuditLogTest);

TEST_P(AuditLogTest, TellsWhoDidWhatToWhichThingWhen) {
    const ProjectId project = ProjectId::random();
    ASSERT_TRUE(append(project, "widget.bent"));
    const auto page = list(project, std::nullopt, 10);
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->entries.size(), 1U);
    const AuditEntry& entry = page->entries[0];
    EXPECT_EQ(entry.at, clock.now());
    EXPECT_TRUE(Uuid::parse(entry.id));
    EXPECT_EQ(entry.event.actor.kind, "account");
    EXPECT_EQ(entry.event.actor.id, "a-1");
    EXPECT_EQ(entry.event.actor.label, "ada@example.com");
    EXPECT_EQ(entry.event.actor.address, "10.0.0.1");
    EXPECT_EQ(entry.event.action, "widget.bent");
    EXPECT_EQ(entry.event.target_kind, "widget");
    EXPECT_EQ(entry.event.target_id, "w-1");
    EXPECT_EQ(write_json(entry.event.details), R"({"changed":"name"})");
    EXPECT_EQ(page->next_cursor, std::nullopt);
}

TEST_P(AuditLogTest, PagesNewestFirstWithoutGapsOrRepeats) {
    const ProjectId project = ProjectId::random();
    // All within the same millisecond: the order is still that of writing.
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(append(project, "event." + std::to_string(i)));
    std::vector<std::string> actions;
    std::optional<std::string> cursor;
    int pages = 0;
    do {
        const auto page = list(project, cursor, 3);
        ASSERT_TRUE(page) << page.error().message;
        for (const AuditEntry& entry : page->entries) actions.push_back(entry.event.action);
        cursor = page->next_cursor;
        ++pages;
    } while (cursor && pages < 10);
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(actions, (std::vector<std::string>{"event.6", "event.5", "event.4", "event.3",
                                                 "event.2", "event.1", "event.0"}));
}

TEST_P(AuditLogTest, AFullLastPageHasNoNext) {
    const ProjectId project = ProjectId::random();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(project, "event"));
    EXPECT_EQ(list(project, std::nullopt, 3)->next_cursor, std::nullopt);
}

TEST_P(AuditLogTest, ShowsAProjectItsOwnEventsOnly) {
    const ProjectId project = ProjectId::random();
    ASSERT_TRUE(append(project, "event"));
    EXPECT_TRUE(list(ProjectId::random(), std::nullopt, 10)->entries.empty());
}

TEST_P(AuditLogTest, RefusesACursorThatNoPageGave) {
    for (const char* cursor : {"", "x", "5", "5-", "5-6", "5-zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz",
                               "99999999999999999999-123e4567-e89b-42d3-a456-426614174000"}) {
        const auto page = list(ProjectId::random(), cursor, 10);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().kind, ErrorKind::invalid_input);
        EXPECT_EQ(page.error().problems.at(0).field, "cursor");
    }
}

}  // namespace
}  // namespace tenon
