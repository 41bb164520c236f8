#include "base/json.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Json, RoundTripsWithShortNumbers) {
    for (const char* text :
         {R"({"a":1,"b":[1.5,0.1,100,1e+100,true,null,"x"]})", "[]", "{}", "\"\"", "-7",
          "18446744073709551615", R"({"deep":{"er":[{"x":[]}]}})"}) {
        const auto parsed = parse_json(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(write_json(*parsed), text);
    }
}

TEST(Json, RefusesWhatIsNotStrictJson) {
    for (const char* text :
         {"", " ", "{", "[1,]", "{'a':1}", "01", "nul", "\"\x01\"", "[1] x", "{\"a\":1}{",
          "\"\xff\"", "\"\\ud800\"", "NaN", "//x\n1", "\xef\xbb\xbf{}"}) {
        EXPECT_FALSE(parse_json(text)) << text;
    }
}

TEST(Json, RefusesDuplicateMembersAtAnyDepth) {
    const auto parsed = parse_json(R"({"x":[{"alg":1,"alg":2}]})");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, "json.duplicate_member");
    EXPECT_TRUE(parse_json(R"([{"a":1},{"a":2}])"));
    EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})"));
}

TEST(Json, RefusesInputOverItsLimits) {
    EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
    EXPECT_EQ(parse_json("[1,2,3]", {.bytes_max = 4}).error().kind, ErrorKind::too_large);
}

TEST(Json, EscapesControlCharactersAndQuotes) {
    EXPECT_EQ(json_quote("a\"\\\n\x01é"), "\"a\\\"\\\\\\n\\u0001é\"");
}

TEST(Json, FindsPaths) {
    const Json root = *parse_json(R"({"a":{"b":[{"c":7}]},"":1,"x.y":2})");
    EXPECT_EQ(find_path(root, "a.b[0].c")->get_int64(), 7);
    EXPECT_EQ(find_path(root, "a.b[1].c"), nullptr);
    EXPECT_EQ(find_path(root, "a.b[x]"), nullptr);
    EXPECT_EQ(find_path(root, "a.c.d"), nullptr);
    EXPECT_EQ(find_path(root, "a.b["), nullptr);
    EXPECT_EQ(find_path(root, ""), &root);
}

TEST(Json, ReadsMembersWithDefaults) {
    const Json root = *parse_json(R"({"s":"x","n":3,"d":2.5,"b":true,"z":null})");
    EXPECT_EQ(string_member(root, "s"), "x");
    EXPECT_EQ(string_member(root, "n", "other"), "other");
    EXPECT_EQ(int_member(root, "n"), 3);
    EXPECT_EQ(int_member(root, "d"), 2);
    EXPECT_EQ(int_member(root, "z", 9), 9);
    EXPECT_TRUE(bool_member(root, "b"));
    EXPECT_EQ(scalar_text(*find_member(root, "d")), "2.5");
    EXPECT_FALSE(scalar_text(*find_member(root, "z")));
}

}  // namespace
}  // namespace tenon
