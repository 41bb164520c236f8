#include "projects/master_keys.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

#include "base/text.h"
#include "platform/storage/testing.h"

namespace tenon {
namespace {

class MasterKeysTest : public ::testing::Test {
 protected:
    unsigned mode() const {
        struct stat facts{};
        EXPECT_EQ(::stat(file.c_str(), &facts), 0);
        return facts.st_mode & 0777U;
    }

    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "data" / "keys.json";
};

TEST_F(MasterKeysTest, AFirstStartMakesAPrivateFile) {
    const auto made = load_or_create_master_keys(file);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(mode(), 0600U);
    const auto again = load_or_create_master_keys(file);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->current().id, made->current().id);
    EXPECT_EQ(again->current().key.reveal(), made->current().key.reveal());
    EXPECT_EQ(again->path(), file);
    // Nothing is left beside it.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), 1);
}

TEST_F(MasterKeysTest, SeveralFirstStartsAgreeOnOneKey) {
    std::filesystem::create_directories(file.parent_path());
    std::vector<std::string> ids(8);
    std::vector<std::thread> starts;
    for (std::string& id : ids) {
        starts.emplace_back([&] { id = load_or_create_master_keys(file)->current().id; });
    }
    for (std::thread& start : starts) start.join();
    for (const std::string& id : ids) EXPECT_EQ(id, ids.front());
}

TEST_F(MasterKeysTest, RefusesAFileThatOthersMayRead) {
    ASSERT_TRUE(load_or_create_master_keys(file));
    for (const ::mode_t open : {0640U, 0604U, 0660U, 0644U}) {
        ASSERT_EQ(::chmod(file.c_str(), open), 0);
        const auto refused = load_or_create_master_keys(file);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "master_keys.too_open");
        EXPECT_NE(refused.error().message.find("chmod 600 " + file.string()), std::string::npos);
    }
    ASSERT_EQ(::chmod(file.c_str(), 0400), 0);
    EXPECT_TRUE(read_master_keys(file));
}

TEST_F(MasterKeysTest, AMissingOrDamagedFileIsAClearError) {
    const auto missing = read_master_keys(file);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, "master_keys.unreadable");
    ASSERT_TRUE(load_or_create_master_keys(file));
    std::ofstream(file, std::ios::trunc)
        << "{\"keys\": [{\"id\": \"a\", \"key\": \"cGxhbnRlZA==\"}]}";
    const auto damaged = load_or_create_master_keys(file);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code, "master_keys.invalid");
    EXPECT_EQ(damaged.error().message.find("cGxhbnRlZA"), std::string::npos);
}

TEST_F(MasterKeysTest, WritesReplaceTheFileAndStayPrivate) {
    const MasterKeys first = *load_or_create_master_keys(file);
    const MasterKeys both = first.with_new_key();
    ASSERT_TRUE(write_master_keys(file, both));
    EXPECT_EQ(mode(), 0600U);
    const MasterKeys read = *read_master_keys(file);
    ASSERT_EQ(read.all().size(), 2U);
    EXPECT_EQ(read.current().id, both.current().id);
    EXPECT_NE(read.find(first.current().id), nullptr);
    EXPECT_EQ(read.without(first.current().id).all().size(), 1U);
}

TEST(MasterKeysTextTest, RefusesWhatIsNotAListOfKeys) {
    const std::string key = base64_encode(std::string(32, 'k'));
    const std::string cases[] = {
        "",
        "{}",
        "{\"keys\": []}",
        "{\"keys\": {}}",
        "{\"keys\": [1]}",
        "{\"keys\": [{\"id\": \"\", \"key\": \"" + key + "\"}]}",
        "{\"keys\": [{\"id\": \"a b\", \"key\": \"" + key + "\"}]}",
        "{\"keys\": [{\"id\": \"a\"}]}",
        "{\"keys\": [{\"id\": \"a\", \"key\": \"AAAA\"}]}",
        "{\"keys\": [{\"id\": \"a\", \"key\": 7}]}",
        "{\"keys\": [{\"id\": \"a\", \"key\": \"" + key + "\"}, {\"id\": \"a\", \"key\": \"" + key +
            "\"}]}",
    };
    for (const std::string& text : cases) {
        const auto keys = MasterKeys::parse(Secret(text));
        ASSERT_FALSE(keys) << text;
        EXPECT_EQ(keys.error().code, "master_keys.invalid");
        EXPECT_EQ(keys.error().message.find(key), std::string::npos);
    }
    const auto good =
        MasterKeys::parse(Secret("{\"keys\": [{\"id\": \"a\", \"key\": \"" + key + "\"}]}"));
    ASSERT_TRUE(good);
    EXPECT_EQ(good->current().key.reveal(), std::string(32, 'k'));
    EXPECT_TRUE(MasterKeys::parse(good->text()));
}

}  // namespace
}  // namespace tenon
