// What only PostgreSQL has: lost connections, repeats, a server that is away.
#include "platform/storage/postgres_database.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>

#include "platform/storage/testing.h"

namespace tenon {
namespace {

class PostgresDatabaseTest : public ::testing::Test {
 protected:
    void SetUp() override {
        auto opened = open_postgres(options);
        ASSERT_TRUE(opened) << opened.error().message;
        database = std::move(*opened);
        ASSERT_TRUE(execute("CREATE TABLE things (id BIGINT PRIMARY KEY, count BIGINT NOT NULL)"));
        ASSERT_TRUE(execute("INSERT INTO things VALUES (1, 0), (2, 0)"));
    }

    Ok execute(const std::string& sql) {
        return run_task(database->write([&](Connection& tx) -> Ok {
            RETURN_IF_ERROR(tx.execute(sql));
            return {};
        }));
    }
    std::int64_t backend() {
        return run_task(database->read([](Connection& tx) {
                   return tx.find_row("SELECT pg_backend_pid()", {});
               }))
            .value()
            ->integer(0);
    }
    static void terminate(std::int64_t pid) {
        run_on_test_postgres("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
    }

    PostgresOptions options = [] {
        PostgresOptions fresh = fresh_postgres_schema();
        fresh.connections = 1;
        return fresh;
    }();
    std::unique_ptr<Database> database;
};

TEST_F(PostgresDatabaseTest, AnIdleConnectionThatWasEndedIsNotNoticedByCallers) {
    const std::int64_t before = backend();
    terminate(before);
    const Ok written = execute("UPDATE things SET count = 7 WHERE id = 1");
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_NE(backend(), before);
}

TEST_F(PostgresDatabaseTest, AConnectionLostInsideATransactionIsRepeatedOnANewOne) {
    std::atomic<int> runs = 0;
    const Ok written = run_task(database->write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.execute("UPDATE things SET count = count + 1 WHERE id = 1"));
        ASSIGN_OR_RETURN(const auto pid, tx.find_row("SELECT pg_backend_pid()", {}));
        if (++runs == 1) terminate(pid->integer(0));
        RETURN_IF_ERROR(tx.execute("UPDATE things SET count = count + 1 WHERE id = 2"));
        return {};
    }));
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_EQ(runs, 2);
    const auto sum = run_task(database->read(
        [](Connection& tx) { return tx.find_row("SELECT sum(count) FROM things", {}); }));
    EXPECT_EQ((*sum)->integer(0), 2);
}

TEST_F(PostgresDatabaseTest, ADeadlockIsRepeatedUntilItWorks) {
    options.connections = 2;
    database = std::move(*open_postgres(options));
    // Both take their first row before either asks for the other's.
    std::promise<void> first_has_row;
    std::promise<void> second_has_row;
    const auto move = [&](int from, int to, std::promise<void>& mine, std::promise<void>& theirs,
                          std::atomic<int>& runs) {
        return run_task(database->write([&, from, to](Connection& tx) -> Ok {
            RETURN_IF_ERROR(
                tx.execute("UPDATE things SET count = count + 1 WHERE id = $1", {from}));
            if (++runs == 1) {
                mine.set_value();
                theirs.get_future().wait();
            }
            RETURN_IF_ERROR(tx.execute("UPDATE things SET count = count + 1 WHERE id = $1", {to}));
            return {};
        }));
    };
    std::atomic<int> first_runs = 0;
    std::atomic<int> second_runs = 0;
    Ok second;
    std::thread other([&] { second = move(2, 1, second_has_row, first_has_row, second_runs); });
    const Ok first = move(1, 2, first_has_row, second_has_row, first_runs);
    other.join();
    EXPECT_TRUE(first) << first.error().message;
    EXPECT_TRUE(second) << second.error().message;
    EXPECT_GE(first_runs + second_runs, 3);  // the server may choose both as victims
    const auto sum = run_task(database->read(
        [](Connection& tx) { return tx.find_row("SELECT sum(count) FROM things", {}); }));
    EXPECT_EQ((*sum)->integer(0), 4);
}

TEST_F(PostgresDatabaseTest, AConflictThatStaysEndsAsUnavailable) {
    std::atomic<int> runs = 0;
    const Ok failed = run_task(database->write([&](Connection& tx) -> Ok {
        ++runs;
        RETURN_IF_ERROR(tx.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"));
        return {};
    }));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(runs, 4);
    EXPECT_TRUE(execute("UPDATE things SET count = 1"));
}

TEST_F(PostgresDatabaseTest, EndsAStatementThatTakesTooLong) {
    options.statement_timeout = std::chrono::milliseconds(50);
    database = std::move(*open_postgres(options));
    const auto slow =
        run_task(database->read([](Connection& tx) { return tx.query("SELECT pg_sleep(30)"); }));
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(execute("UPDATE things SET count = 1"));
}

TEST_F(PostgresDatabaseTest, AClosureThatWaitsTooLongIsTold) {
    options.queue_timeout = std::chrono::milliseconds(50);
    database = std::move(*open_postgres(options));
    std::promise<void> entered;
    std::promise<void> release;
    std::thread busy([&] {
        (void)run_task(database->read([&](Connection&) -> Ok {
            entered.set_value();
            release.get_future().wait();
            return {};
        }));
    });
    entered.get_future().wait();
    const Ok late = run_task(database->read([](Connection&) -> Ok { return {}; }));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
    release.set_value();
    busy.join();
}

TEST_F(PostgresDatabaseTest, SurvivesAStatementThatTheServerHasForgotten) {
    const auto read = [&] {
        return run_task(database->read(
            [](Connection& tx) { return tx.query("SELECT count FROM things WHERE id = 1"); }));
    };
    ASSERT_TRUE(read());
    ASSERT_TRUE(execute("DEALLOCATE ALL"));
    EXPECT_TRUE(read());
    // A migration of another node changes the type behind a cached plan.
    ASSERT_TRUE(execute("ALTER TABLE things ALTER COLUMN count TYPE TEXT"));
    const auto row = read();
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ(row->at(0).text(0), "0");
}

// A role that may not log in any more stands for a server that is away: connections end, new ones
// are refused.
TEST_F(PostgresDatabaseTest, AnswersAtOnceWhileTheServerIsAwayAndRecovers) {
    const std::string role = "away_" + hex_encode(random_token(12));
    run_on_test_postgres("CREATE ROLE " + role + " LOGIN PASSWORD 'away'");
    options.url = Secret(std::string(options.url.reveal()) + "&user=" + role + "&password=away");
    options.connections = 2;
    database = std::move(*open_postgres(options));
    const auto try_once = [&] {
        return run_task(database->read([](Connection& tx) { return tx.query("SELECT 1"); }));
    };
    ASSERT_TRUE(try_once());

    run_on_test_postgres("ALTER ROLE " + role + " NOLOGIN");
    run_on_test_postgres(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '" + role +
        "'");
    const auto away_since = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) {
        const auto refused = try_once();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
        EXPECT_TRUE(refused.error().retry_after);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - away_since, std::chrono::seconds(5));

    run_on_test_postgres("ALTER ROLE " + role + " LOGIN");
    const auto back_since = std::chrono::steady_clock::now();
    while (!try_once()) {
        ASSERT_LT(std::chrono::steady_clock::now() - back_since, std::chrono::seconds(5));
        run_task(sleep_for(std::chrono::milliseconds(10)));
    }
    database.reset();
    run_on_test_postgres("DROP ROLE " + role);
}

TEST_F(PostgresDatabaseTest, AServerThatIsNotThereIsAClearError) {
    TemporaryFolder nobody;
    PostgresOptions away = options;
    away.url = Secret("postgresql://tenon:planted-password@/tenon?host=" + nobody.path().string());
    const auto refused = open_postgres(away);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(refused.error().message.find("planted-password"), std::string::npos);
}

TEST_F(PostgresDatabaseTest, AWrongUrlIsRefusedWithoutBeingRepeated) {
    PostgresOptions wrong = options;
    for (const char* url : {"planted-password", "postgresql://tenon:planted-password@[::1/x",
                            "mysql://tenon:planted-password@host/x"}) {
        wrong.url = Secret(url);
        const auto refused = open_postgres(wrong);
        ASSERT_FALSE(refused) << url;
        EXPECT_EQ(refused.error().code, "storage.invalid_url");
        EXPECT_EQ(refused.error().message.find("planted-password"), std::string::npos);
    }
}

}  // namespace
}  // namespace tenon
