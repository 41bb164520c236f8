// What only SQLite has: the file, its owner, group commit, the bounded queue.
#include "platform/storage/sqlite_database.h"

#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/storage/testing.h"

namespace tenon {
namespace {

Ok execute(Database& database, const std::string& sql) {
    return run_task(database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.execute(sql));
        return {};
    }));
}

std::string scalar(Database& database, const std::string& sql) {
    const auto row = run_task(database.write([&](Connection& tx) { return tx.find_row(sql, {}); }));
    return row && *row ? (*row)->optional_text(0).value_or("NULL") : "(error)";
}

class SqliteDatabaseTest : public ::testing::Test {
 protected:
    std::unique_ptr<Database> open() { return open_with(options); }
    static std::unique_ptr<Database> open_with(const SqliteOptions& options) {
        auto database = open_sqlite(options);
        EXPECT_TRUE(database) << (database ? "" : database.error().message);
        return database ? std::move(*database) : nullptr;
    }
    unsigned mode_of(const std::string& suffix) const {
        struct stat facts{};
        EXPECT_EQ(::stat((options.path.string() + suffix).c_str(), &facts), 0);
        return facts.st_mode & 0777U;
    }

    TemporaryFolder folder;
    SqliteOptions options{.path = folder.path() / "data" / "tenon.db"};
};

TEST_F(SqliteDatabaseTest, KeepsItsFilesToItself) {
    const auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER)"));
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) EXPECT_EQ(mode_of(suffix), 0600U);
}

TEST_F(SqliteDatabaseTest, CorrectsTheModeOfAFileThatWasOpenToOthers) {
    std::filesystem::create_directories(options.path.parent_path());
    std::ofstream(options.path).flush();
    ASSERT_EQ(::chmod(options.path.c_str(), 0644), 0);
    const auto database = open();
    EXPECT_EQ(mode_of(""), 0600U);
}

TEST_F(SqliteDatabaseTest, IsSetForDurabilityAndCleanDeletes) {
    const auto database = open();
    EXPECT_EQ(scalar(*database, "PRAGMA journal_mode"), "wal");
    for (const char* pragma : {"synchronous=2", "foreign_keys=1", "secure_delete=1"}) {
        const std::string text = pragma;
        const std::string name = text.substr(0, text.find('='));
        EXPECT_EQ(scalar(*database, "SELECT CAST(" + name + " AS TEXT) FROM pragma_" + name),
                  text.substr(name.size() + 1));
    }
}

TEST_F(SqliteDatabaseTest, HasOneOwner) {
    auto owner = open();
    const auto second = open_sqlite(options);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "storage.owned");
    EXPECT_NE(second.error().message.find(options.path.string() + " "), std::string::npos);
    EXPECT_NE(second.error().message.find(options.path.string() + ".lock"), std::string::npos);
    owner.reset();
    EXPECT_NE(open(), nullptr);
}

TEST_F(SqliteDatabaseTest, TellsWhichFileCannotBeOpened) {
    std::ofstream(folder.path() / "data").flush();  // a file where the folder should be
    const auto refused = open_sqlite(options);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find(options.path.string()), std::string::npos);
}

TEST_F(SqliteDatabaseTest, RefusesAFileThatIsNoDatabase) {
    std::filesystem::create_directories(options.path.parent_path());
    std::ofstream(options.path) << std::string(8192, 'x');
    EXPECT_FALSE(open_sqlite(options));
}

TEST_F(SqliteDatabaseTest, CutsTheWriteAheadLogWhenItCloses) {
    auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER)"));
    database.reset();
    EXPECT_FALSE(std::filesystem::exists(options.path.string() + "-wal"));
}

// A child process writes, tells each acknowledged number through a pipe, and is killed in the
// middle.
TEST_F(SqliteDatabaseTest, LosesNoAcknowledgedWriteWhenKilled) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
        const auto database = open();
        (void)execute(*database, "CREATE TABLE things (id INTEGER)");
        for (std::int64_t id = 1;; ++id) {
            if (!execute(*database, "INSERT INTO things VALUES (" + std::to_string(id) + ")"))
                ::_exit(1);
            if (::write(ends[1], &id, sizeof id) != sizeof id) ::_exit(1);
        }
    }
    ::close(ends[1]);
    std::int64_t acknowledged = 0;
    while (acknowledged < 50 &&
           ::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::close(ends[0]);
    ASSERT_GE(acknowledged, 50);
    const auto database = open();
    EXPECT_EQ(scalar(*database, "PRAGMA integrity_check"), "ok");
    EXPECT_GE(std::stoll(scalar(*database, "SELECT CAST(count(*) AS TEXT) FROM things")),
              acknowledged);
}

// Holds the writer thread inside a closure until released, so that what is queued behind it is
// known.
class HeldWriter {
 public:
    explicit HeldWriter(Database& database) {
        thread_ = std::thread([this, &database] {
            (void)run_task(database.write([this](Connection&) -> Ok {
                entered_.set_value();
                release_.get_future().wait();
                return {};
            }));
        });
        entered_.get_future().wait();
    }
    ~HeldWriter() {
        release();
        thread_.join();
    }
    void release() {
        if (!std::exchange(released_, true)) release_.set_value();
    }

 private:
    std::promise<void> entered_;
    std::promise<void> release_;
    bool released_ = false;
    std::thread thread_;
};

Task<void> insert_one(Database& database, int id, int& done, int& refused) {
    const Ok written = co_await database.write([id](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.execute("INSERT INTO things VALUES ($1)", {id}));
        return {};
    });
    if (written) {
        ++done;
    } else {
        EXPECT_EQ(written.error().kind, ErrorKind::unavailable);
        EXPECT_TRUE(written.error().retry_after);
        ++refused;
    }
}

Task<void> insert_while_held(Database& database, HeldWriter& held, int count, int& done,
                             int& refused) {
    for (int id = 0; id < count; ++id) {
        EventLoop::current()->spawn(insert_one(database, id, done, refused));
    }
    EXPECT_EQ(done, 0);
    held.release();
    while (done + refused < count) co_await sleep_for(std::chrono::milliseconds(1));
}

TEST_F(SqliteDatabaseTest, RefusesWritesBeyondItsQueue) {
    options.queue_max = 10;
    const auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER)"));
    HeldWriter held(*database);
    int done = 0;
    int refused = 0;
    run_task(insert_while_held(*database, held, 25, done, refused));
    EXPECT_EQ(done, 10);
    EXPECT_EQ(refused, 15);
}

TEST_F(SqliteDatabaseTest, WritesThatWaitTogetherShareACommit) {
    const auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER)"));
    HeldWriter held(*database);
    int done = 0;
    int refused = 0;
    const auto log_before = std::filesystem::file_size(options.path.string() + "-wal");
    run_task(insert_while_held(*database, held, 100, done, refused));
    EXPECT_EQ(done, 100);
    const auto log_after = std::filesystem::file_size(options.path.string() + "-wal");
    // One page and its header for the whole group, not one for each of the hundred.
    EXPECT_LE(log_after - log_before, 3U * (4096U + 24U));
}

TEST_F(SqliteDatabaseTest, ReadsGoOnWhileAWriteRuns) {
    const auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER)"));
    const HeldWriter held(*database);
    const auto row = run_task(database->read(
        [](Connection& tx) { return tx.find_row("SELECT count(*) FROM things", {}); }));
    ASSERT_TRUE(row);
    EXPECT_EQ((*row)->integer(0), 0);
}

TEST_F(SqliteDatabaseTest, AFullDiskFailsTheWriteAndNothingElse) {
    const auto database = open();
    ASSERT_TRUE(execute(*database, "CREATE TABLE things (id INTEGER, data TEXT)"));
    ASSERT_TRUE(execute(*database, "PRAGMA max_page_count=20"));
    const Ok full = run_task(database->write([](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.execute("INSERT INTO things VALUES (1, 'small')"));
        RETURN_IF_ERROR(
            tx.execute("INSERT INTO things VALUES (2, $1)", {std::string(200'000, 'x')}));
        return {};
    }));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(scalar(*database, "SELECT CAST(count(*) AS TEXT) FROM things"), "0");
    EXPECT_TRUE(execute(*database, "INSERT INTO things VALUES (3, 'small')"));
}

}  // namespace
}  // namespace tenon
