#include "base/text_pattern.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(TextPattern, MatchesLikeEcmaScript) {
    const auto id = TextPattern::compile("^[A-Za-z_][A-Za-z0-9_]{0,63}$");
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_TRUE(id->occurs_in("api_key"));
    EXPECT_TRUE(id->occurs_in(std::string(64, 'a')));
    EXPECT_FALSE(id->occurs_in(std::string(65, 'a')));
    EXPECT_FALSE(id->occurs_in("9a"));
    EXPECT_FALSE(id->occurs_in(""));
    EXPECT_FALSE(id->occurs_in("a\nb"));
    const auto word = TextPattern::compile("b+");
    EXPECT_TRUE(word->occurs_in("abbc"));
    EXPECT_FALSE(word->matches("abbc"));
    EXPECT_TRUE(word->matches("bb"));
}

TEST(TextPattern, TakesNoLongerForHostilePatterns) {
    const auto nested = TextPattern::compile("^(a+)+$");
    ASSERT_TRUE(nested);
    EXPECT_FALSE(nested->occurs_in(std::string(1000, 'a') + "!"));
    EXPECT_FALSE(nested->occurs_in(std::string(kPatternTextBytesMax + 1, 'a')));
}

TEST(TextPattern, RefusesWhatItCannotBound) {
    EXPECT_FALSE(TextPattern::compile("(a)\\1"));
    EXPECT_FALSE(TextPattern::compile("(a"));
    EXPECT_FALSE(TextPattern::compile("((a{100}){100}){100}"));
    EXPECT_FALSE(TextPattern::compile("a{999999999999999999999}"));
    EXPECT_FALSE(TextPattern::compile(std::string(kPatternBytesMax + 1, 'a')));
}

}  // namespace
}  // namespace tenon
