#include "base/id.h"

#include <gtest/gtest.h>
#include <set>

namespace tenon {
namespace {

using ThingId = Id<struct ThingIdTag>;

TEST(Id, RandomIdsAreVersionFourAndDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const std::string text = ThingId::random().str();
        EXPECT_EQ(text.size(), 36U);
        EXPECT_EQ(text[14], '4');
        EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
        EXPECT_TRUE(seen.insert(text).second);
    }
}

TEST(Id, ParsesWhatItPrintsInEitherCase) {
    const ThingId id = ThingId::random();
    EXPECT_EQ(ThingId::parse(id.str()).value(), id);
    EXPECT_EQ(ThingId::parse("123E4567-E89B-42D3-A456-426614174000").value().str(),
              "123e4567-e89b-42d3-a456-426614174000");
}

TEST(Id, RefusesEverythingElse) {
    for (const char* text :
         {"", "123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400",
          "123e4567-e89b-42d3-a456-4266141740000", "123e4567-e89b-42d3-a456-42661417400g",
          "{123e4567-e89b-42d3-a456-4266141740}", "123e4567_e89b_42d3_a456_426614174000"}) {
        const auto parsed = ThingId::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, "invalid_id");
    }
}

}  // namespace
}  // namespace tenon
