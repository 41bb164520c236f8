#include "app/config.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace tenon {
namespace {

const char* no_variable(const char*) { return nullptr; }

TEST(Config, HasWorkingDefaults) {
    const auto config = build_config({}, no_variable, {});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->public_url, "http://127.0.0.1:7300");
    EXPECT_EQ(config->database_file(), "data/tenon.db");
    EXPECT_TRUE(config->database_url.empty());
}

TEST(Config, FlagsWinOverVariablesAndVariablesOverTheFile) {
    const auto variable = [](const char* name) -> const char* {
        return std::string_view(name) == "TENON_LOG_LEVEL" || std::string_view(name) == "TENON_DATA"
                   ? "debug"
                   : nullptr;
    };
    const SettingValues file{{"log-level", {"error"}}, {"data", {"from-file"}}, {"workers", {"3"}}};
    const auto config = build_config({{"log-level", {"warning"}}}, variable, file);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->log_level, LogLevel::warning);
    EXPECT_EQ(config->data, "debug");
    EXPECT_EQ(config->workers, 3);
}

TEST(Config, EveryDefaultTextIsAcceptedByItsOwnSetting) {
    std::set<std::string_view> names;
    for (const Setting& setting : settings()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        if (setting.default_text.empty() ||
            setting.default_text.find('<') != std::string_view::npos)
            continue;
        Config config;
        EXPECT_TRUE(setting.apply(config, setting.default_text)) << setting.name;
    }
}

TEST(Config, WrongValuesAreRefusedByNameAndPlace) {
    const std::pair<const char*, const char*> wrong[] = {
        {"listen", "nowhere"},      {"listen", "127.0.0.1:99999"}, {"listen", ":80"},
        {"public-url", "ftp://x"},  {"public-url", "https://x/y"}, {"database-url", "mysql://x"},
        {"workers", "-1"},          {"workers", "many"},           {"log-level", "loud"},
        {"log-format", "xml"},      {"allow-egress", "10.0.0.1"},  {"drain-timeout", "10"},
        {"drain-timeout", "ten s"}, {"database-connections", "0"}, {"request-head-bytes-max", "1"}};
    for (const auto& [name, value] : wrong) {
        const auto config = build_config({{name, {value}}}, no_variable, {});
        ASSERT_FALSE(config) << name << '=' << value;
        EXPECT_NE(config.error().message.find(std::string("--") + name), std::string::npos)
            << config.error().message;
    }
    EXPECT_FALSE(build_config({{"tls-key", {"k.pem"}}}, no_variable, {}));
}

TEST(Config, TheFileRefusesUnknownKeysByLine) {
    const std::string path = ::testing::TempDir() + "tenon-config-test.toml";
    std::ofstream(path) << "log_level = \"debug\"\nallow-egress = [\"10.0.0.1:80\"]\nworkers = 2\n";
    const auto good = read_config_file(path);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->at("log-level"), std::vector<std::string>{"debug"});
    EXPECT_EQ(good->at("workers"), std::vector<std::string>{"2"});
    std::ofstream(path) << "\nlisten_adress = \"x\"\n";
    const auto unknown = read_config_file(path);
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("line 2"), std::string::npos) << unknown.error().message;
    EXPECT_FALSE(read_config_file("/nowhere/at/all.toml"));
}

}  // namespace
}  // namespace tenon
