// Connected users on both engines: made once, searched, described, disabled, removed, and never
// seen from another project.
#include "users/user_service.h"

#include <gtest/gtest.h>

#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "platform/storage/testing.h"
#include "projects/project_store.h"

namespace tenon {
namespace {

class UserServiceTest : public StoreFixture {
 protected:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        migrate_with("users", embedded::users_migrations());
        project_ = make_project();
    }

    ProjectId make_project() {
        const Project project{ProjectId::random(), "Test", {}, clock.now(), clock.now()};
        EXPECT_TRUE(in_transaction(
            [&](Connection& tx) { return ProjectStore().insert_project(tx, project); }));
        return project.id;
    }
    ConnectedUser ensure(const std::string& external_id) {
        auto user = run_task(users_.ensure(project_, external_id));
        EXPECT_TRUE(user) << (user ? "" : user.error().message);
        return *user;
    }
    Result<ConnectedUser> merge(UserId id, std::string_view meta) {
        return run_task(users_.merge_meta(actor_, project_, id, parse_json(meta)->as_object()));
    }
    std::vector<std::string> names(const UserPage& page) {
        std::vector<std::string> out;
        for (const ConnectedUser& user : page.users) out.push_back(user.external_id);
        return out;
    }
    std::vector<std::string> search(const std::string& text) {
        return names(*run_task(users_.list(project_, {.search = text})));
    }
    AuditPage audit_page() {
        return *in_transaction(
            [&](Connection& tx) { return audit_.list(tx, project_, std::nullopt, 50); });
    }

    AuditLog audit_{clock};
    UserService users_{database(), audit_, clock};
    Actor actor_{"account", "a1", "ada@example.com", "127.0.0.1"};
    ProjectId project_;
};

TEST_P(UserServiceTest, MakesAUserOnFirstUseAndFindsItAfterwards) {
    const ConnectedUser first = ensure("org:123");
    EXPECT_EQ(first.external_id, "org:123");
    EXPECT_EQ(first.created_at, clock.now());
    EXPECT_FALSE(first.disabled);
    EXPECT_EQ(ensure("org:123").id, first.id);
    EXPECT_EQ(run_task(users_.get(project_, first.id))->external_id, "org:123");
    EXPECT_EQ((*run_task(users_.find_by_external_id(project_, "org:123")))->id, first.id);
    EXPECT_FALSE(run_task(users_.find_by_external_id(project_, "ORG:123"))->has_value());
}

TEST_P(UserServiceTest, WritesTheMarkActiveOnceAnHour) {
    const ConnectedUser user = ensure("alice");
    clock.advance(std::chrono::minutes(59));
    EXPECT_EQ(ensure("alice").last_active_at, user.last_active_at);
    clock.advance(std::chrono::minutes(1));
    EXPECT_EQ(ensure("alice").last_active_at, clock.now());
    EXPECT_EQ(run_task(users_.get(project_, user.id))->last_active_at, clock.now());
}

TEST_P(UserServiceTest, RefusesImpossibleExternalIds) {
    for (const std::string& id :
         {std::string(), std::string(513, 'x'), std::string("a\nb"), std::string("a\0b", 3),
          std::string("\xff"), std::string("\x7f")}) {
        const auto user = run_task(users_.ensure(project_, id));
        ASSERT_FALSE(user);
        EXPECT_EQ(user.error().kind, ErrorKind::invalid_input);
    }
    EXPECT_EQ(ensure(std::string(512, 'x')).external_id.size(), 512U);
    EXPECT_EQ(ensure("żółć ☃ ' OR 1=1 --").external_id, "żółć ☃ ' OR 1=1 --");
}

TEST_P(UserServiceTest, RefusesAUserOfAProjectThatIsNotThere) {
    EXPECT_FALSE(run_task(users_.ensure(ProjectId::random(), "alice")));
}

TEST_P(UserServiceTest, MergesMetadataOneLevelDeep) {
    const UserId id = ensure("alice").id;
    ASSERT_TRUE(merge(id, R"({"name":"Alice","EMAIL":"a@example.com","  plan ":{"tier":1}})"));
    const auto user = merge(id, R"({"Name":"Alicia","plan":null,"seats":3})");
    ASSERT_TRUE(user);
    EXPECT_EQ(Json(user->meta),
              *parse_json(R"({"Name":"Alicia","Email":"a@example.com","seats":3})"));
    EXPECT_EQ(run_task(users_.get(project_, id))->meta, user->meta);
}

TEST_P(UserServiceTest, BoundsMetadata) {
    const UserId id = ensure("alice").id;
    std::string many = "{";
    for (int i = 0; i < 65; ++i) many += "\"k" + std::to_string(i) + "\":1,";
    many.back() = '}';
    const std::string large = R"({"a":")" + std::string(17'000, 'x') + "\"}";
    const std::string long_key = R"({")" + std::string(129, 'k') + R"(":1})";
    for (const std::string& meta :
         {many, large, long_key, std::string(R"({" ":1})"), std::string(R"({"a\u0000":1})")}) {
        const auto user = merge(id, meta);
        ASSERT_FALSE(user) << meta.substr(0, 40);
        EXPECT_EQ(user.error().kind, ErrorKind::invalid_input);
        EXPECT_EQ(user.error().problems.at(0).field, "meta");
    }
    EXPECT_TRUE(run_task(users_.get(project_, id))->meta.empty());
}

TEST_P(UserServiceTest, KeepsZeroCharactersInMetadataValues) {
    const UserId id = ensure("alice").id;
    const auto user = merge(id, R"({"Name":"A\u0000B","note":"\u0000"})");
    ASSERT_TRUE(user) << user.error().message;
    EXPECT_EQ(run_task(users_.get(project_, id))->meta, user->meta);
}

TEST_P(UserServiceTest, SearchesIdNameAndEmail) {
    ensure("alice");
    ASSERT_TRUE(merge(ensure("b").id, R"({"Name":"Bob Ölsen"})"));
    ASSERT_TRUE(merge(ensure("c").id, R"({"email":"Carol@Example.com"})"));
    ensure("100%_sure");
    EXPECT_EQ(search("LIC"), std::vector<std::string>{"alice"});
    EXPECT_EQ(search("bob"), std::vector<std::string>{"b"});
    EXPECT_EQ(search("carol@example.COM"), std::vector<std::string>{"c"});
    EXPECT_EQ(search("%_"), std::vector<std::string>{"100%_sure"});
    EXPECT_EQ(search("0%s"), std::vector<std::string>{});
    EXPECT_EQ(search("\\"), std::vector<std::string>{});
    EXPECT_EQ(search("").size(), 4U);
}

TEST_P(UserServiceTest, ListsInPagesNewestFirst) {
    std::vector<std::string> expected;
    for (int i = 0; i < 7; ++i) {
        ensure("user-" + std::to_string(i));
        expected.insert(expected.begin(), "user-" + std::to_string(i));
        if (i % 2 == 0) clock.advance(Milliseconds(1));  // some share their time
    }
    std::vector<std::string> seen;
    std::optional<std::string> cursor;
    do {
        const auto page = run_task(users_.list(project_, {.cursor = cursor, .limit = 3}));
        ASSERT_TRUE(page);
        ASSERT_LE(page->users.size(), 3U);
        for (const std::string& name : names(*page)) seen.push_back(name);
        cursor = page->next_cursor;
    } while (cursor);
    EXPECT_EQ(seen.size(), expected.size());
    std::sort(seen.begin(), seen.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(seen, expected);
}

TEST_P(UserServiceTest, RefusesForgedCursors) {
    for (const char* cursor : {"", "x", "!!!!", "MTIz", "MTI6eA"}) {
        const auto page = run_task(users_.list(project_, {.cursor = std::string(cursor)}));
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().problems.at(0).field, "cursor");
    }
}

TEST_P(UserServiceTest, DisablingAndRemovingForgetSessions) {
    const UserId id = ensure("alice").id;
    const auto epoch = users_.session_epoch();
    const auto disabled =
        run_task(users_.change(actor_, project_, id, {.access = UserAccess::disabled}));
    ASSERT_TRUE(disabled);
    EXPECT_TRUE(disabled->disabled);
    EXPECT_TRUE(ensure("alice").disabled);
    EXPECT_GT(users_.session_epoch(), epoch);
    const auto after = users_.session_epoch();
    ASSERT_TRUE(run_task(users_.remove(actor_, project_, id)));
    EXPECT_GT(users_.session_epoch(), after);
    EXPECT_NE(ensure("alice").id, id);
}

TEST_P(UserServiceTest, AnotherProjectsUserIsNotThere) {
    const ProjectId other = make_project();
    const UserId id = ensure("alice").id;
    const auto missing = run_task(users_.get(project_, UserId::random()));
    for (const auto& result :
         {run_task(users_.get(other, id)),
          run_task(users_.merge_meta(actor_, other, id, JsonObject{{"a", 1}})),
          run_task(users_.change(actor_, other, id, {.access = UserAccess::disabled}))}) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, missing.error().code);
        EXPECT_EQ(result.error().message, missing.error().message);
    }
    EXPECT_FALSE(run_task(users_.remove(actor_, other, id)));
    EXPECT_TRUE(run_task(users_.list(other, {}))->users.empty());
    EXPECT_NE(run_task(users_.ensure(other, "alice"))->id, id);
    EXPECT_FALSE(run_task(users_.get(project_, id))->disabled);
}

TEST_P(UserServiceTest, AuditsChangesWithoutTheValues) {
    const UserId id = ensure("alice").id;
    ASSERT_TRUE(merge(id, R"({"email":"planted@example.com"})"));
    ASSERT_TRUE(run_task(users_.change(actor_, project_, id, {.access = UserAccess::disabled})));
    ASSERT_TRUE(run_task(users_.change(actor_, project_, id, {.access = UserAccess::disabled})));
    ASSERT_TRUE(run_task(users_.remove(actor_, project_, id)));
    std::vector<std::string> actions;
    for (const AuditEntry& entry : audit_page().entries) {
        actions.push_back(entry.event.action);
        EXPECT_EQ(entry.event.target_id, id.str());
        EXPECT_EQ(write_json(entry.event.details).find("planted"), std::string::npos);
    }
    std::sort(actions.begin(), actions.end());
    EXPECT_EQ(actions,
              (std::vector<std::string>{"user.disabled", "user.meta_changed", "user.removed"}));
}

INSTANTIATE_ON_BOTH_ENGINES(UserServiceTest);

}  // namespace
}  // namespace tenon
