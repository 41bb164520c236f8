// The published Wycheproof vectors for RS256: forged signatures, broken tokens, and every other RSA
// algorithm offered as if it were ours (reliability promise G12).
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "base/text.h"
#include "platform/crypto/jwt.h"

namespace tenon {
namespace {

const Json& vectors() {
    static const Json parsed = [] {
        std::ifstream file(TENON_SOURCE_DIR
                           "/server/platform/crypto/testdata/wycheproof_rs256.json");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        return *parse_json(text);
    }();
    return parsed;
}

std::string_view text_at(const Json& list, std::size_t index) { return list.at(index).as_string(); }

TEST(Wycheproof, SignaturesAreJudgedAsPublished) {
    int refused = 0;
    for (const Json& group : vectors().at("signatures").as_array()) {
        const auto key = RsaPublicKey::from_pem(string_member(group, "publicKey"));
        ASSERT_TRUE(key);
        for (const Json& test : group.at("cases").as_array()) {  // id, result, message, signature
            const bool valid =
                key->verify_rs256(*hex_decode(text_at(test, 2)), *hex_decode(text_at(test, 3)));
            if (text_at(test, 1) == "valid") EXPECT_TRUE(valid) << test;
            if (text_at(test, 1) == "invalid") EXPECT_FALSE(valid) << test;
            if (text_at(test, 1) == "invalid") ++refused;
        }
    }
    EXPECT_EQ(refused, 249);
}

// The vectors' payloads are no claims, so none is accepted; a genuine signature shows by how far it
// gets.
TEST(Wycheproof, OnlyGenuineTokensGetAsFarAsTheirClaims) {
    int refused = 0;
    for (const Json& group : vectors().at("tokens").as_array()) {
        const auto key = RsaPublicKey::from_pem(string_member(group, "publicKey"));
        ASSERT_TRUE(key);
        for (const Json& test : group.at("cases").as_array()) {  // id, result, token
            const auto claims = verify_jwt_rs256(text_at(test, 2), {*key}, {}, Timestamp());
            ASSERT_FALSE(claims) << test;
            EXPECT_EQ(claims.error().code, "token.invalid") << test;
            const bool judged_claims = claims.error().message.find("claims") != std::string::npos;
            if (text_at(test, 1) == "invalid") {
                EXPECT_FALSE(judged_claims) << test << claims.error().message;
                ++refused;
            } else if (text_at(test, 2).find("..") == std::string_view::npos) {
                EXPECT_TRUE(judged_claims) << test << claims.error().message;
            }
        }
    }
    EXPECT_GE(refused, 227);
}

}  // namespace
}  // namespace tenon
