#include "platform/storage/migrations.h"

#include <gtest/gtest.h>
#include <thread>

#include "platform/storage/testing.h"

namespace tenon {
namespace {

class MigrationsTest : public StoreFixture {
 protected:
    Result<int> apply(const std::vector<Migration>& migrations) {
        return run_task(migrate(database(), migrations));
    }
    bool table_exists(const std::string& table) {
        return in_transaction([&](Connection& tx) { return tx.query("SELECT * FROM " + table); })
            .has_value();
    }
    std::int64_t applied_count() {
        return in_transaction([](Connection& tx) {
                   return tx.find_row("SELECT count(*) FROM schema_migrations", {});
               })
            .value()
            ->integer(0);
    }

    const Migration first{"widgets", 1, "0001_first.sql",
                          "-- Every word that differs.\n"
                          "CREATE TABLE widgets (\n"
                          " id @id@ NOT NULL PRIMARY KEY,\n"
                          " count @bigint@ NOT NULL,\n"
                          " data @bytes@\n"
                          ") @strict@;\n"
                          "\n"
                          "INSERT INTO widgets VALUES ('a;b', 1, NULL);\n"};
    const Migration second{"widgets", 2, "0002_second.sql",
                           "ALTER TABLE widgets ADD COLUMN color TEXT;\n"
                           "UPDATE widgets SET color = 'red';\n"};
    const Migration other{
        "gadgets", 1, "0001_other.sql",
        "CREATE TABLE gadgets (id @id@ NOT NULL REFERENCES widgets (id)) @strict@;\n"};
};
INSTANTIATE_ON_BOTH_ENGINES(MigrationsTest);

TEST_P(MigrationsTest, RunInTheGivenOrderAndOnce) {
    const auto applied = apply({first, second, other});
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(*applied, 3);
    EXPECT_EQ(*apply({first, second, other}), 0);
    const auto row = in_transaction(
        [](Connection& tx) { return tx.find_row("SELECT id, count, color FROM widgets", {}); });
    ASSERT_TRUE(row && *row);
    EXPECT_EQ((*row)->text(0), "a;b");
    EXPECT_EQ((*row)->integer(1), 1);
    EXPECT_EQ((*row)->text(2), "red");
}

TEST_P(MigrationsTest, OnlyWhatIsMissingRuns) {
    ASSERT_EQ(*apply({first}), 1);
    test_database().reopen();
    EXPECT_EQ(*apply({first, second}), 1);
    EXPECT_EQ(*apply({first, second, other}), 1);
}

TEST_P(MigrationsTest, AnEditedMigrationStopsTheStart) {
    ASSERT_TRUE(apply({first}));
    Migration edited = first;
    edited.sql += "CREATE TABLE sneaked (id TEXT);\n";
    const auto refused = apply({edited, second});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "storage.migration");
    EXPECT_TRUE(refused.error().message.starts_with(
        "Migration widgets/0001_first.sql: it was changed after it ran on this database."));
    EXPECT_FALSE(table_exists("sneaked"));
    EXPECT_EQ(applied_count(), 1);
}

TEST_P(MigrationsTest, AnOlderProgramDoesNotStartOnANewerDatabase) {
    ASSERT_TRUE(apply({first, second}));
    const auto refused = apply({first});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("widgets/0002, which this program does not know"),
              std::string::npos);
}

TEST_P(MigrationsTest, AFailedMigrationLeavesNothing) {
    Migration broken = second;
    broken.sql = "CREATE TABLE half (id TEXT);\nINSERT INTO nowhere VALUES (1);\n";
    const auto failed = apply({first, broken, other});
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().message.starts_with("Migration widgets/0002_second.sql: "));
    EXPECT_FALSE(table_exists("half"));
    EXPECT_FALSE(table_exists("gadgets"));
    EXPECT_EQ(applied_count(), 1);
    EXPECT_EQ(*apply({first, second, other}), 2);
}

TEST_P(MigrationsTest, RefuseGapsInTheNumbers) {
    EXPECT_FALSE(apply({second}));
    EXPECT_FALSE(apply({second, first}));
    EXPECT_FALSE(apply({first, first}));
    EXPECT_FALSE(table_exists("widgets"));
}

TEST_P(MigrationsTest, RefuseSqlThatDoesNotEndAndWordsNobodyKnows) {
    for (const char* sql : {"CREATE TABLE a (id TEXT)", "CREATE TABLE a (id @text@);\n",
                            "CREATE TABLE a (id @id);\n"}) {
        EXPECT_FALSE(apply({{"widgets", 1, "0001_wrong.sql", sql}})) << sql;
    }
    EXPECT_EQ(applied_count(), 0);
}

TEST_P(MigrationsTest, TwoNodesThatStartAtOnceApplyEachOnce) {
    // On SQLite the second node is refused by the file's owner; two starters in one process stand
    // for the race.
    std::unique_ptr<Database> second_node;
    if (GetParam() == Engine::postgresql) {
        second_node = std::move(*open_postgres(test_database().postgres_options()));
    }
    Database& theirs = second_node ? *second_node : database();
    Result<int> there = 0;
    std::thread other_start([&] { there = run_task(migrate(theirs, {first, second, other})); });
    const auto here = apply({first, second, other});
    other_start.join();
    ASSERT_TRUE(here) << here.error().message;
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_EQ(*here + *there, 3);
    EXPECT_EQ(applied_count(), 3);
}

TEST_P(MigrationsTest, SqliteTablesAreStrict) {
    if (GetParam() != Engine::sqlite) GTEST_SKIP() << "PostgreSQL always is";
    ASSERT_TRUE(apply({first}));
    const auto wrong = in_transaction([](Connection& tx) {
        return tx.execute("INSERT INTO widgets VALUES ('b', 'not a number', NULL)");
    });
    EXPECT_FALSE(wrong);
}

}  // namespace
}  // namespace tenon
