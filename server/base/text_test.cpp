#include "base/text.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tenon {
namespace {

TEST(Text, Base64FollowsTheVectorsOfRfc4648) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(base64_encode(plain), encoded);
        EXPECT_EQ(base64_decode(encoded), plain);
    }
}

TEST(Text, Base64RefusesWhatIsNotCanonical) {
    for (const char* text : {"Zg=", "Zg", "Zh==", "Zg==\n", "Z", "====", "Zm9v Zg==", "Zm-v"}) {
        EXPECT_FALSE(base64_decode(text)) << text;
    }
    for (const char* text : {"Zh", "Z", "Zg==", "Zm+v", "Zm/v"}) {
        EXPECT_FALSE(base64url_decode(text)) << text;
    }
}

TEST(Text, EncodingsRoundTripAllBytes) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_EQ(base64url_decode(base64url_encode(all)), all);
    EXPECT_EQ(hex_decode(hex_encode(all)), all);
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
    EXPECT_EQ(form_decode(form_encode(all)), all);
}

TEST(Text, PercentEncodingKeepsUnreservedCharactersOnly) {
    EXPECT_EQ(percent_encode("a b/c?d=é~"), "a%20b%2Fc%3Fd%3D%C3%A9~");
    EXPECT_EQ(form_encode("a b*~"), "a+b*%7E");
    EXPECT_FALSE(percent_decode("%"));
    EXPECT_FALSE(percent_decode("%4"));
    EXPECT_FALSE(percent_decode("%zz"));
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(form_decode("a+b"), "a b");
}

TEST(Text, Utf8IsCheckedStrictly) {
    for (const char* good :
         {"", "abc", "é", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(is_valid_utf8(good)) << good;
    }
    for (const char* bad :
         {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "a\xff"}) {
        EXPECT_FALSE(is_valid_utf8(bad));
    }
}

TEST(Text, SplitKeepsEmptyParts) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Text, HtmlIsEscaped) {
    EXPECT_EQ(html_escape("<a href=\"x\">'&'</a>"),
              "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(Text, RandomTokensHaveTheirLengthAndDiffer) {
    EXPECT_EQ(random_token(16).size(), 22U);
    EXPECT_NE(random_token(16), random_token(16));
}

}  // namespace
}  // namespace tenon
