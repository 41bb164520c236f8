// For tests only: a fresh database of either engine, and the fixture that runs a store's tests on
// both.
//
//     class WidgetStoreTest : public StoreFixture {
//      protected:
//         void SetUp() override { migrate_with("widgets", embedded::widgets_migrations()); }
//     };
//     TEST_P(WidgetStoreTest, RefusesASecondWidgetOfThatName) { … in_transaction([&](Connection&
//     tx) { … }) … } INSTANTIATE_ON_BOTH_ENGINES(WidgetStoreTest);
//
// PostgreSQL is the server of TENON_TEST_POSTGRES_URL, or a private one that the first test of the
// program starts (tools/private-postgres.sh) and that stops with the program. Each test has a
// schema of its own.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "platform/scheduling/event_loop.h"
#include "platform/storage/database.h"
#include "platform/storage/migrations.h"
#include "platform/storage/postgres_database.h"
#include "platform/storage/sqlite_database.h"

namespace tenon {

// A folder that lives as long as this object; in memory where that is offered, since each commit is
// synced.
class TemporaryFolder {
 public:
    TemporaryFolder() {
        std::string name = parent() / "tenon-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

 private:
    static std::filesystem::path parent() {
        const bool use_memory =
            std::getenv("TMPDIR") == nullptr && ::access("/dev/shm", W_OK | X_OK) == 0;
        return use_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    }

    std::filesystem::path path_;
};

// The PostgreSQL server of this test program.
class TestPostgres {
 public:
    static const TestPostgres& get() {
        static const TestPostgres server;
        return server;
    }
    const std::string& url() const { return url_; }

 private:
    TestPostgres() {
        if (const char* given = std::getenv("TENON_TEST_POSTGRES_URL")) {
            url_ = given;
            return;
        }
        folder_ = std::make_unique<TemporaryFolder>();
        url_ = run("start " + folder_->path().string() + " " + std::to_string(::getpid()));
    }
    ~TestPostgres() {
        if (folder_) run("stop " + folder_->path().string());
    }
    // The first line that the script prints.
    static std::string run(const std::string& arguments) {
        const std::string command = TENON_SOURCE_DIR "/tools/private-postgres.sh " + arguments;
        std::FILE* pipe = ::popen(command.c_str(), "r");
        std::string line(4096, '\0');
        if (pipe == nullptr) throw std::runtime_error("popen failed");
        const char* read = std::fgets(line.data(), static_cast<int>(line.size()), pipe);
        if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
        return read == nullptr ? "" : std::string(trim(line.c_str()));
    }

    std::unique_ptr<TemporaryFolder> folder_;
    std::string url_;
};

// Runs one statement on a new connection to the whole server, outside of any test's schema.
inline void run_on_test_postgres(const std::string& sql) {
    PostgresOptions options;
    options.url = Secret(TestPostgres::get().url());
    options.connections = 1;
    auto database = open_postgres(options);
    if (!database) throw std::runtime_error(database.error().message);
    const Ok done = run_task((*database)->write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(tx.query(sql));
        return {};
    }));
    if (!done) throw std::runtime_error(done.error().message);
}

// Options for a schema of its own; `url` names it.
inline PostgresOptions fresh_postgres_schema() {
    const std::string schema = "test_" + hex_encode(random_token(12));
    run_on_test_postgres("CREATE SCHEMA " + schema);
    PostgresOptions options;
    const std::string& url = TestPostgres::get().url();
    const char* joint = url.find('?') == std::string::npos ? "?" : "&";
    options.url = Secret(url + joint + "options=-csearch_path%3D" + schema);
    options.connections = 3;
    return options;
}

// A new, empty database with the folder or schema that it lives in.
class TestDatabase {
 public:
    explicit TestDatabase(Engine engine) {
        sqlite_.path = folder_.path() / "test.db";
        if (engine == Engine::postgresql) postgres_ = fresh_postgres_schema();
        reopen(engine);
    }
    Database& get() { return *database_; }
    // Closes the database and opens it again, as a restart does.
    void reopen() { reopen(database_->engine()); }
    const SqliteOptions& sqlite_options() const { return sqlite_; }
    const PostgresOptions& postgres_options() const { return postgres_; }

 private:
    void reopen(Engine engine) {
        database_.reset();
        auto opened = engine == Engine::sqlite ? open_sqlite(sqlite_) : open_postgres(postgres_);
        if (!opened) throw std::runtime_error(opened.error().message);
        database_ = std::move(*opened);
    }

    TemporaryFolder folder_;
    SqliteOptions sqlite_;
    PostgresOptions postgres_;
    std::unique_ptr<Database> database_;
};

// A test with a fresh database of each engine, and a clock that stands still.
class StoreFixture : public ::testing::TestWithParam<Engine> {
 protected:
    Database& database() { return test_database_.get(); }
    TestDatabase& test_database() { return test_database_; }

    // Adds a module's migrations and applies them; call it for the modules below first.
    template <class Files>
    void migrate_with(std::string_view module, const Files& files) {
        append_migrations(migrations_, module, files);
        const auto applied = run_task(migrate(database(), migrations_));
        if (!applied) throw std::runtime_error(applied.error().message);
    }

    // Runs a store's functions in one write transaction and returns the closure's Result.
    template <class Fn>
    auto in_transaction(Fn fn) {
        return run_task(database().write(std::move(fn)));
    }

    FakeClock clock;

 private:
    TestDatabase test_database_{GetParam()};
    std::vector<Migration> migrations_;
};

// A fresh database that outlives nothing: for tests that need one outside of StoreFixture.
inline std::unique_ptr<TestDatabase> open_test_database(Engine engine) {
    return std::make_unique<TestDatabase>(engine);
}

inline std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
    return info.param == Engine::sqlite ? "Sqlite" : "Postgresql";
}

#define INSTANTIATE_ON_BOTH_ENGINES(Suite)                                                       \
    INSTANTIATE_TEST_SUITE_P(                                                                    \
        Engines, Suite, ::testing::Values(::tenon::Engine::sqlite, ::tenon::Engine::postgresql), \
        ::tenon::engine_name)

}  // namespace tenon
