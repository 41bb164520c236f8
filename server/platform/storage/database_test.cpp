// The contract of Database, the same on both engines.
#include "platform/storage/database.h"

#include <gtest/gtest.h>
#include <limits>

#include "platform/storage/testing.h"

namespace tenon {
namespace {

class DatabaseTest : public StoreFixture {
 protected:
    static constexpr std::string_view kSchema =
        "CREATE TABLE things (\n"
        " project_id @id@ NOT NULL,\n"
        " id @bigint@ NOT NULL,\n"
        " name TEXT,\n"
        " data @bytes@,\n"
        " parent @bigint@,\n"
        " PRIMARY KEY (project_id, id),\n"
        " UNIQUE (project_id, name),\n"
        " FOREIGN KEY (project_id, parent) REFERENCES things (project_id, id)\n"
        ") @strict@;\n";

    struct SchemaFile {
        std::string_view path;
        std::string_view bytes;
    };

    void SetUp() override {
        migrate_with("things", std::vector<SchemaFile>{{"0001_things.sql", kSchema}});
    }

    static Ok insert(Connection& tx, std::int64_t id, const SqlValue& name,
                     const SqlValue& data = nullptr, const SqlValue& parent = nullptr) {
        RETURN_IF_ERROR(
            tx.execute("INSERT INTO things (project_id, id, name, data, parent)"
                       " VALUES ($1, $2, $3, $4, $5)",
                       {"p", id, name, data, parent}));
        return {};
    }

    Ok write_thing(std::int64_t id, const SqlValue& name) {
        return in_transaction([=](Connection& tx) { return insert(tx, id, name); });
    }

    std::int64_t count() {
        return run_task(database().read([](Connection& tx) -> Result<std::int64_t> {
                   ASSIGN_OR_RETURN(const auto row, tx.find_row("SELECT count(*) FROM things", {}));
                   return row->integer(0);
               }))
            .value();
    }
};
INSTANTIATE_ON_BOTH_ENGINES(DatabaseTest);

TEST_P(DatabaseTest, KeepsEveryTypeOfValue) {
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
    const std::string text = "line\n'quote' $1 \xf0\x9f\x98\x80";
    const auto row = in_transaction([&](Connection& tx) -> Result<std::optional<Row>> {
        RETURN_IF_ERROR(insert(tx, kMin, text, Bytes{all_bytes}));
        RETURN_IF_ERROR(insert(tx, kMax, "", Bytes{}));
        return tx.find_row("SELECT id, name, data, parent, data IS NULL FROM things WHERE id = $1",
                           {kMin});
    });
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ((*row)->integer(0), kMin);
    EXPECT_EQ((*row)->text(1), text);
    EXPECT_EQ((*row)->bytes(2), all_bytes);
    EXPECT_TRUE((*row)->is_null(3));
    EXPECT_EQ((*row)->integer(3), 0);
    EXPECT_EQ((*row)->optional_integer(3), std::nullopt);
    EXPECT_FALSE((*row)->boolean(4));

    const auto empty = run_task(database().read([&](Connection& tx) {
        return tx.find_row("SELECT name, data, id FROM things WHERE id = $1", {kMax});
    }));
    ASSERT_TRUE(empty);
    EXPECT_EQ((*empty)->optional_text(0), "");
    EXPECT_FALSE((*empty)->is_null(1));
    EXPECT_EQ((*empty)->bytes(1), "");
    EXPECT_EQ((*empty)->integer(2), kMax);
}

TEST_P(DatabaseTest, BindsParametersByTheirNumber) {
    const auto row = in_transaction([&](Connection& tx) -> Result<std::optional<Row>> {
        RETURN_IF_ERROR(insert(tx, 1, "a"));
        return tx.find_row(
            "SELECT name FROM things WHERE name = $2 AND id = $1 AND (name = $2 OR id = $3)",
            {1, "a", 7});
    });
    ASSERT_TRUE(row) << row.error().message;
    ASSERT_TRUE(row->has_value());
}

TEST_P(DatabaseTest, TakesNullAndValuesInTheSamePlace) {
    EXPECT_TRUE(write_thing(1, nullptr));
    EXPECT_TRUE(write_thing(2, "two"));
    EXPECT_TRUE(write_thing(3, nullptr));
    EXPECT_EQ(count(), 3);
}

TEST_P(DatabaseTest, RefusesTextThatOneEngineCouldNotStore) {
    for (const std::string& text : {std::string("a\0b", 3), std::string("\xff")}) {
        const Ok written = write_thing(1, text);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code, "storage.invalid_text");
    }
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, CountsChangedRows) {
    const auto counts = in_transaction([&](Connection& tx) -> Result<std::vector<std::int64_t>> {
        RETURN_IF_ERROR(insert(tx, 1, "a"));
        RETURN_IF_ERROR(insert(tx, 2, "b"));
        ASSIGN_OR_RETURN(const auto two, tx.execute("UPDATE things SET data = NULL"));
        ASSIGN_OR_RETURN(const auto none, tx.execute("DELETE FROM things WHERE id = 3"));
        ASSIGN_OR_RETURN(const auto ddl, tx.execute("CREATE TABLE other (a TEXT)"));
        ASSIGN_OR_RETURN(const auto ignored,
                         tx.execute("INSERT INTO things (project_id, id) VALUES ('p', 1)"
                                    " ON CONFLICT (project_id, id) DO NOTHING"));
        return std::vector<std::int64_t>{two, none, ddl, ignored};
    });
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(*counts, (std::vector<std::int64_t>{2, 0, 0, 0}));
}

TEST_P(DatabaseTest, NamesTheColumnsOfAUniqueConflictWithoutTheValues) {
    ASSERT_TRUE(write_thing(1, "planted-value"));
    const Ok second = write_thing(2, "planted-value");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_EQ(second.error().code, "storage.unique");
    EXPECT_EQ(second.error().message, "Already taken: things.project_id, things.name.");
    const Ok same_key = write_thing(1, "other");
    ASSERT_FALSE(same_key);
    EXPECT_EQ(same_key.error().code, "storage.unique");
}

TEST_P(DatabaseTest, EnforcesForeignKeys) {
    const Ok orphan =
        in_transaction([](Connection& tx) { return insert(tx, 1, "a", nullptr, 99); });
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.error().kind, ErrorKind::conflict);
    EXPECT_EQ(orphan.error().code, "storage.foreign_key");
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, ReportsWrongSqlAsOurFault) {
    const auto wrong = run_task(
        database().read([](Connection& tx) { return tx.query("SELECT nothing FROM nowhere"); }));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, ErrorKind::internal);
    EXPECT_EQ(wrong.error().code, "storage.failed");
}

TEST_P(DatabaseTest, UndoesEverythingWhenTheClosureReturnsAnError) {
    const Ok refused = in_transaction([](Connection& tx) -> Ok {
        RETURN_IF_ERROR(insert(tx, 1, "a"));
        return Error{ErrorKind::forbidden, "test.refused", "No."};
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "test.refused");
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, UndoesEverythingWhenTheClosureIgnoresAFailedStatement) {
    const Ok ignoring = in_transaction([](Connection& tx) -> Ok {
        RETURN_IF_ERROR(insert(tx, 1, "a"));
        (void)insert(tx, 1, "b");
        return {};
    });
    ASSERT_FALSE(ignoring);
    EXPECT_EQ(ignoring.error().code, "storage.unique");
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, TurnsAThrownExceptionIntoAnErrorAndGoesOn) {
    const Ok thrown = in_transaction([](Connection& tx) -> Ok {
        RETURN_IF_ERROR(insert(tx, 1, "a"));
        throw std::runtime_error("a bug");
    });
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.error().kind, ErrorKind::internal);
    EXPECT_TRUE(write_thing(2, "b"));
    EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, AReadCannotWrite) {
    const Ok written = run_task(database().read([](Connection& tx) { return insert(tx, 1, "a"); }));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::internal);
    EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, AReadSeesOneSnapshot) {
    ASSERT_TRUE(write_thing(1, "a"));
    const auto counts = run_task(
        database().read([&](Connection& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
            ASSIGN_OR_RETURN(const auto before, tx.find_row("SELECT count(*) FROM things", {}));
            // Another thread's event loop writes and commits in the middle.
            Ok written;
            std::thread([&] { written = write_thing(2, "b"); }).join();
            RETURN_IF_ERROR(std::move(written));
            ASSIGN_OR_RETURN(const auto after, tx.find_row("SELECT count(*) FROM things", {}));
            return std::pair(before->integer(0), after->integer(0));
        }));
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(*counts, (std::pair<std::int64_t, std::int64_t>(1, 1)));
    EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseTest, KeepsWhatWasWrittenWhenReopened) {
    ASSERT_TRUE(write_thing(1, "a"));
    test_database().reopen();
    EXPECT_EQ(count(), 1);
}

// Many coroutines on one loop write at once; every fourth one fails after its insert.
Task<void> write_one(Database& database, std::int64_t id, int& succeeded, int& refused) {
    const Ok done = co_await database.write([id](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.execute("INSERT INTO things (project_id, id) VALUES ('p', $1)", {id}));
        if (id % 4 == 0) return Error{ErrorKind::conflict, "test.refused", "No."};
        return {};
    });
    if (done) {
        ++succeeded;
    } else {
        EXPECT_EQ(done.error().code, "test.refused");
        ++refused;
    }
}

Task<void> write_many(Database& database, int count, int& succeeded, int& refused) {
    for (int id = 1; id <= count; ++id) {
        EventLoop::current()->spawn(write_one(database, id, succeeded, refused));
    }
    while (succeeded + refused < count) co_await sleep_for(std::chrono::milliseconds(1));
}

TEST_P(DatabaseTest, OneFailureDoesNotUndoItsNeighbours) {
    int succeeded = 0;
    int refused = 0;
    run_task(write_many(database(), 400, succeeded, refused));
    EXPECT_EQ(succeeded, 300);
    EXPECT_EQ(refused, 100);
    EXPECT_EQ(count(), 300);
}

TEST_P(DatabaseTest, ConcurrentWritersFromManyLoopsLoseNothing) {
    ASSERT_TRUE(write_thing(1, "0"));
    std::vector<std::thread> loops;
    std::atomic<int> failures = 0;
    for (int loop = 0; loop < 4; ++loop) {
        loops.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                const Ok done = in_transaction([](Connection& tx) -> Ok {
                    RETURN_IF_ERROR(
                        tx.execute("UPDATE things SET parent = NULL,"
                                   " name = CAST(CAST(name AS INTEGER) + 1 AS TEXT) WHERE id = 1"));
                    return {};
                });
                if (!done) ++failures;
            }
        });
    }
    for (std::thread& loop : loops) loop.join();
    const auto name = run_task(database().read(
        [](Connection& tx) { return tx.find_row("SELECT name FROM things WHERE id = 1", {}); }));
    EXPECT_EQ(failures, 0);
    EXPECT_EQ((*name)->text(0), "100");
}

}  // namespace
}  // namespace tenon
