// Keys are judged before a database is touched: a lost or wrong key file must cost nothing.
#include "app/storage.h"

#include <fstream>
#include <gtest/gtest.h>

#include "embedded/projects_migrations.h"
#include "platform/storage/testing.h"
#include "projects/vault.h"

namespace tenon {
namespace {

class StorageTest : public testing::Test {
 protected:
    StorageTest() { config.data = folder.path() / "data"; }

    // A database of an older version: some tables, and the check value of `keys`.
    void given_older_database(const MasterKeys& keys) {
        const auto database = std::move(*open_database(config));
        std::vector<Migration> older;
        append_migrations(older, "projects", embedded::projects_migrations());
        ASSERT_TRUE(run_task(migrate(*database, older)));
        ASSERT_TRUE(run_task(check_master_keys(*database, keys, clock)));
    }
    std::string refused() {
        const auto opened = open_storage(config, clock);
        return opened ? "opened" : opened.error().code + ": " + opened.error().message;
    }
    bool has_table(const std::string& name) {
        const auto database = std::move(*open_database(config));
        const auto rows = run_task(database->read([&](Connection& tx) {
            return tx.query("SELECT 1 FROM sqlite_schema WHERE name = $1", {name});
        }));
        return rows && !rows->empty();
    }

    TemporaryFolder folder;
    Config config;
    SystemClock clock;
};

TEST_F(StorageTest, AFirstStartMakesTheKeyFileAndALaterOneUsesIt) {
    ASSERT_TRUE(open_storage(config, clock));
    const std::string first = read_master_keys(config.key_file())->current().id;
    const auto again = open_storage(config, clock);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->keys.current().id, first);
}

TEST_F(StorageTest, AMissingKeyFileIsNotReplacedForADatabaseWithSecrets) {
    given_older_database(MasterKeys::random());
    const std::string why = refused();
    EXPECT_TRUE(why.starts_with("master_keys.missing: ")) << why;
    EXPECT_NE(why.find(config.key_file().string()), std::string::npos) << why;
    EXPECT_NE(why.find("Restore that file from its backup"), std::string::npos) << why;
    EXPECT_FALSE(std::filesystem::exists(config.key_file()));
    EXPECT_FALSE(has_table("users")) << "it was migrated all the same";
}

TEST_F(StorageTest, AWrongKeyIsNoticedBeforeAnythingIsMigrated) {
    given_older_database(MasterKeys::random());
    ASSERT_TRUE(load_or_create_master_keys(config.key_file()));
    const std::string why = refused();
    EXPECT_TRUE(why.starts_with("vault.wrong_master_key: ")) << why;
    EXPECT_FALSE(has_table("users")) << "it was migrated all the same";
}

TEST_F(StorageTest, TheRightKeyMigratesAnOlderDatabase) {
    given_older_database(*load_or_create_master_keys(config.key_file()));
    EXPECT_EQ(refused(), "opened");
    EXPECT_TRUE(has_table("users"));
}

}  // namespace
}  // namespace tenon
