#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sstream>

namespace tenon {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Streamable<Secret>, "a Secret must not be printable");
static_assert(!fmt::is_formattable<Secret>::value, "a Secret must not be formattable");
static_assert(!std::is_convertible_v<Secret, std::string_view>, "only reveal() gives the text");

TEST(Secret, RevealsOnlyOnRequestAndEmptiesTheMovedFrom) {
    Secret secret(std::string("planted"));
    EXPECT_EQ(secret.reveal(), "planted");
    const Secret moved = std::move(secret);
    EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
    EXPECT_EQ(moved.reveal(), "planted");
}

TEST(Secret, WipeOverwritesTheBytes) {
    std::string text = "a text long enough to live on the heap";
    const char* bytes = text.data();
    const std::size_t size = text.size();
    wipe(text);
    for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(bytes[i], '\0');
}

TEST(Secret, ComparesInConstantTimeAndExactly) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace tenon
