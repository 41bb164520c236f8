// User tokens under attack: reliability.md rows 35 to 41, and what honest signers send.
#include "platform/crypto/jwt.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

const RsaKeyPair& project_pair() {
    static const RsaKeyPair pair = *generate_rsa_key();
    return pair;
}
const RsaKeyPair& stranger_pair() {
    static const RsaKeyPair pair = *generate_rsa_key();
    return pair;
}

// 2026-01-01T00:00:00Z
constexpr std::int64_t kNow = 1'767'225'600;

std::string signed_text(std::string_view header, std::string_view claims, const Secret& key) {
    const std::string text = base64url_encode(header) + "." + base64url_encode(claims);
    return text + "." + base64url_encode(*sign_rs256(text, key));
}

class JwtTest : public testing::Test {
 protected:
    JwtTest() { rules_.audiences = {"useparagon.com/p1", "tenon/p1"}; }

    Result<Json> verify(std::string_view token) {
        return verify_jwt_rs256(token, {*RsaPublicKey::from_pem(project_pair().public_pem)}, rules_,
                                from_millis(kNow * 1000));
    }
    // Signed by the project, so only the header or the claims can be at fault.
    Result<Json> verify_header(std::string_view header) {
        return verify(signed_text(header, claims_text(), project_pair().private_pem));
    }
    Result<Json> verify_claims(std::string_view claims) {
        return verify(signed_text(R"({"alg":"RS256"})", claims, project_pair().private_pem));
    }
    static std::string claims_text() {
        return R"({"sub":"alice","exp":)" + std::to_string(kNow + 3600) + "}";
    }
    static std::string with_exp(std::string_view rest) {
        return R"({"exp":)" + std::to_string(kNow + 3600) + "," + std::string(rest) + "}";
    }
    static void expect_invalid(const Result<Json>& result, std::string_view what,
                               std::string_view code = "token.invalid") {
        ASSERT_FALSE(result) << what;
        EXPECT_EQ(result.error().kind, ErrorKind::unauthenticated) << what;
        EXPECT_EQ(result.error().code, code) << what;
    }

    JwtRules rules_;
};

TEST_F(JwtTest, AcceptsWhatHonestSignersSend) {
    const Json claims = *parse_json(with_exp(R"("sub":"org:123","iat":1767225600,"extra":[1])"));
    const auto token = sign_jwt_rs256(claims, project_pair().private_pem, "paragon");
    ASSERT_TRUE(token);
    const auto verified = verify(*token);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(string_member(*verified, "sub"), "org:123");
    for (const char* header :
         {R"({"alg":"RS256"})", R"({"alg":"RS256","typ":"JWT"})", R"({"alg":"RS256","typ":"jwt"})",
          R"({"alg":"RS256","typ":"at+jwt"})", R"({"alg":"RS256","kid":"paragon"})",
          R"({"kid":"arn:aws:kms:us-east-1:1:key/4a","alg":"RS256","unknown":{"a":1}})"}) {
        EXPECT_TRUE(verify_header(header)) << header;
    }
}

TEST_F(JwtTest, SignsWithAPemWhoseLineEndsAreEscaped) {
    std::string escaped;
    for (const char c : project_pair().private_pem.reveal()) {
        if (c == '\n')
            escaped += "\\n";
        else
            escaped += c;
    }
    const auto token = sign_jwt_rs256(*parse_json(claims_text()), Secret(escaped));
    ASSERT_TRUE(token);
    EXPECT_TRUE(verify(*token));
}

TEST_F(JwtTest, AcceptsAnyOfSeveralKeys) {
    const std::string token =
        signed_text(R"({"alg":"RS256"})", claims_text(), project_pair().private_pem);
    const auto ours = *RsaPublicKey::from_pem(project_pair().public_pem);
    const auto other = *RsaPublicKey::from_pem(stranger_pair().public_pem);
    const Timestamp now = from_millis(kNow * 1000);
    EXPECT_TRUE(verify_jwt_rs256(token, {other, ours}, rules_, now));
    EXPECT_TRUE(verify_jwt_rs256(token, {ours, other}, rules_, now));
    expect_invalid(verify_jwt_rs256(token, {other}, rules_, now), "revoked key");
    expect_invalid(verify_jwt_rs256(token, {}, rules_, now), "no key");
}

TEST_F(JwtTest, RefusesNoneInEverySpelling) {  // row 35
    for (const char* alg : {"none", "None", "NONE", "nOnE", "none ", "", "null"}) {
        const std::string header = R"({"alg":")" + std::string(alg) + R"("})";
        const std::string text = base64url_encode(header) + "." + base64url_encode(claims_text());
        expect_invalid(verify(text + "."), alg);
        expect_invalid(verify(text), alg);
        expect_invalid(verify(text + ".AAAA"), alg);
        expect_invalid(verify_header(header), alg);
    }
    for (const char* header : {R"({})", R"({"alg":null})", R"({"alg":["RS256"]})", R"({"alg":0})",
                               R"({"alg":true})", R"({"ALG":"RS256"})", R"({"alg":"rs256"})"}) {
        expect_invalid(verify_header(header), header);
    }
}

TEST_F(JwtTest, RefusesHmacKeyedWithThePublicKeyInAnyForm) {  // row 36
    const std::string& pem = project_pair().public_pem;
    std::string stripped;  // base64 body alone
    for (const std::string_view line : split(pem, '\n')) {
        if (!line.starts_with("-----")) stripped += line;
    }
    const std::string der = *base64_decode(stripped);
    std::string crlf;
    for (const char c : pem) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const std::vector<std::string> secrets = {pem,
                                              std::string(trim(pem)),
                                              pem + "\n",
                                              crlf,
                                              stripped,
                                              der,
                                              hex_encode(der),
                                              base64url_encode(der),
                                              base64_encode(pem),
                                              sha256(der),
                                              ""};
    for (const char* alg : {"HS256", "HS384", "HS512", "RS256"}) {
        const std::string header = R"({"alg":")" + std::string(alg) + R"("})";
        const std::string text = base64url_encode(header) + "." + base64url_encode(claims_text());
        for (const std::string& secret : secrets) {
            expect_invalid(verify(text + "." + base64url_encode(hmac_sha256(secret, text))), alg);
        }
    }
    for (const char* alg : {"RS384", "RS512", "PS256", "ES256", "EdDSA", "HS256"}) {
        expect_invalid(verify_header(R"({"alg":")" + std::string(alg) + R"("})"), alg);
    }
}

TEST_F(JwtTest, RefusesKeysThatTheTokenBringsAlong) {  // row 37
    for (const char* member :
         {R"("jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"})", R"("jku":"https://evil.example/keys")",
          R"("x5u":"https://evil.example/cert")", R"("x5c":["MIIB"])"}) {
        const std::string header = R"({"alg":"RS256",)" + std::string(member) + "}";
        expect_invalid(verify_header(header), header);
        expect_invalid(verify(signed_text(header, claims_text(), stranger_pair().private_pem)),
                       header);
    }
    const std::string claims = with_exp(R"("sub":"a","iss":"https://evil.example")");
    expect_invalid(verify(signed_text(R"({"alg":"RS256"})", claims, stranger_pair().private_pem)),
                   "iss of a stranger");
}

TEST_F(JwtTest, RefusesHostileKeyIds) {  // row 38
    for (const char* kid :
         {R"("../../../../dev/null")", R"("/dev/null")", R"("/etc/passwd")",
          R"("file:///dev/null")", R"("https://evil.example/key")", R"("' UNION SELECT 'key")",
          R"("key; ls")", R"("|whoami")", R"("key\u0000")", R"x("$(id)")x", R"("{{7*7}}")", "7",
          "null", R"(["paragon"])", R"("..\\..\\key")"}) {
        const std::string header = R"({"alg":"RS256","kid":)" + std::string(kid) + "}";
        expect_invalid(verify_header(header), header);
        expect_invalid(verify(signed_text(header, claims_text(), stranger_pair().private_pem)),
                       header);
    }
    expect_invalid(verify_header(R"({"alg":"RS256","kid":")" + std::string(300, 'k') + R"("})"),
                   "long kid");
}

TEST_F(JwtTest, RefusesCriticalExtensionsAndOtherTypes) {
    for (const char* header :
         {R"({"alg":"RS256","crit":["exp"],"exp":1})", R"({"alg":"RS256","crit":[]})",
          R"({"alg":"RS256","crit":null})", R"({"alg":"RS256","b64":false,"crit":["b64"]})",
          R"({"alg":"RS256","typ":"dpop+jwt"})", R"({"alg":"RS256","typ":"secevent+jwt"})",
          R"({"alg":"RS256","typ":1})", R"({"alg":"RS256","typ":""})"}) {
        expect_invalid(verify_header(header), header);
    }
}

TEST_F(JwtTest, RefusesWrongTimes) {  // row 39
    const std::string future = std::to_string(kNow + 61);
    for (const std::string& claims :
         {std::string(R"({"sub":"a"})"), std::string(R"({"exp":null})"),
          R"({"exp":")" + std::to_string(kNow + 60) + R"("})", std::string(R"({"exp":true})"),
          std::string(R"({"exp":[1767229200]})"), std::string(R"({"exp":{}})"),
          std::string(R"({"exp":1e400})"), std::string(R"({"exp":1e300})"),
          std::string(R"({"exp":18446744073709551615})"), std::string(R"({"exp":-1})"),
          R"({"exp":)" + std::to_string((kNow + 60) * 1000) + "}", with_exp(R"("nbf":)" + future),
          with_exp(R"("iat":)" + future), with_exp(R"("nbf":"0")"), with_exp(R"("iat":"0")"),
          with_exp(R"("iat":null)"), with_exp(R"("nbf":false)"), with_exp(R"("iat":1e308)")}) {
        expect_invalid(verify_claims(claims), claims);
    }
}

TEST_F(JwtTest, GivesClocksAMinuteOfLeeway) {
    const auto claims = [](std::int64_t exp, std::int64_t nbf) {
        return R"({"exp":)" + std::to_string(exp) + R"(,"nbf":)" + std::to_string(nbf) + "}";
    };
    EXPECT_TRUE(verify_claims(claims(kNow - 59, kNow - 100)));
    EXPECT_TRUE(verify_claims(claims(kNow + 10, kNow + 60)));
    EXPECT_TRUE(verify_claims(R"({"exp":1767225600.5,"iat":1767225599.25})"));
    expect_invalid(verify_claims(claims(kNow - 60, kNow - 100)), "at the limit", "token.expired");
    expect_invalid(verify_claims(R"({"exp":0})"), "1970", "token.expired");
}

TEST_F(JwtTest, ChecksTheAudienceWhenThereIsOne) {
    for (const char* aud : {R"("useparagon.com/p1")", R"("tenon/p1")", R"(["other","tenon/p1"])"}) {
        EXPECT_TRUE(verify_claims(with_exp(R"("aud":)" + std::string(aud)))) << aud;
    }
    for (const char* aud :
         {R"("useparagon.com/p2")", R"("useparagon.com/p1x")", R"("")", "null", "[]",
          R"(["other"])", R"(["tenon/p1",1])", "{}", "1", R"([["tenon/p1"]])", R"("TENON/P1")"}) {
        expect_invalid(verify_claims(with_exp(R"("aud":)" + std::string(aud))), aud);
    }
    rules_.audiences.clear();
    expect_invalid(verify_claims(with_exp(R"("aud":"tenon/p1")")), "none accepted");
}

TEST_F(JwtTest, RefusesAmbiguousAndBrokenJson) {  // row 41
    expect_invalid(verify_header(R"({"alg":"none","alg":"RS256"})"), "duplicate alg");
    expect_invalid(verify_claims(with_exp(R"("sub":"alice","sub":"bob")")), "duplicate sub");
    expect_invalid(verify_claims(with_exp(R"("sub":"a","\u0073ub":"b")")), "duplicate by escape");
    expect_invalid(verify_claims("\xEF\xBB\xBF" + claims_text()), "byte order mark");
    expect_invalid(verify_header("\xEF\xBB\xBF{\"alg\":\"RS256\"}"), "byte order mark");
    expect_invalid(verify_claims(with_exp("\"sub\":\"\xff\xfe\"")), "not UTF-8");
    expect_invalid(verify_claims(with_exp("\"sub\":\"\xed\xa0\x80\"")), "a surrogate in UTF-8");
    expect_invalid(verify_claims(with_exp(R"("a":)" + std::string(60, '[') + std::string(60, ']'))),
                   "deep");
    expect_invalid(verify_header(R"({"alg":"RS256","a":)" + std::string(1000, '[') + "}"), "deep");
    for (const char* text : {"", "null", "[]", "1", "\"text\"", "{", "{} {}", "{}x", "{'exp':1}",
                             "{\"exp\":1,}", "{\"exp\":NaN}", "{\"exp\":0x7fffffff}"}) {
        expect_invalid(verify_claims(text), text);
        expect_invalid(verify_header(text), text);
    }
}

TEST_F(JwtTest, RefusesWrongShapes) {
    const std::string good =
        signed_text(R"({"alg":"RS256"})", claims_text(), project_pair().private_pem);
    ASSERT_TRUE(verify(good));
    const std::string huge = with_exp(R"("a":")" + std::string(rules_.bytes_max, 'a') + "\"");
    for (const std::string& token :
         {std::string(), std::string("."), std::string(".."), std::string("..."), good + ".",
          "." + good, good + ".AAAA", good + "=", good + " ", " " + good, good + "\n",
          good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1), good + good,
          std::string(1'000'000, 'a'), std::string(100'000, '.'), "Bearer " + good,
          signed_text(R"({"alg":"RS256"})", huge, project_pair().private_pem)}) {
        expect_invalid(verify(token), token.substr(0, 40));
    }
    rules_.bytes_max = good.size();
    EXPECT_TRUE(verify(good));
    rules_.bytes_max = good.size() - 1;
    expect_invalid(verify(good), "one byte over the limit");
}

TEST_F(JwtTest, RefusesEveryChangedCharacter) {
    const std::string good =
        signed_text(R"({"alg":"RS256"})", claims_text(), project_pair().private_pem);
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string changed = good;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        expect_invalid(verify(changed), "character " + std::to_string(i));
    }
}

TEST_F(JwtTest, TheMessageNeverRepeatsTheToken) {
    const auto result = verify_claims(R"({"sub":"planted-value","exp":"planted-value"})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message.find("planted"), std::string::npos);
}

TEST(RsaPublicKey, RefusesWhatIsNoUsableRsaKey) {
    const std::string& pem = project_pair().public_pem;
    EXPECT_TRUE(RsaPublicKey::from_pem(pem));
    EXPECT_FALSE(RsaPublicKey::from_pem(""));
    EXPECT_FALSE(RsaPublicKey::from_pem("-----BEGIN PUBLIC KEY-----"));
    EXPECT_FALSE(RsaPublicKey::from_pem(project_pair().private_pem.reveal()));
    EXPECT_FALSE(RsaPublicKey::from_pem(pem.substr(0, pem.size() / 2)));
    EXPECT_FALSE(RsaPublicKey::from_pem(std::string(1'000'000, '-')));
    // 1024-bit RSA and P-256, public halves made for this test.
    EXPECT_FALSE(RsaPublicKey::from_pem(R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCd5dhHDVIoRwt05I345v4bs7sp
XjzzqKThssU4YUciVpHqY6czGwo+RwUsIX36RBzBMVCt5z1JQMRBx2qE4uP9g+Hn
nBIc4FfWQrMaM0lCkLIwwKCltenU2y0wV9I1efdPk8L6rrgv0gtaaQrMdsEmoVx7
x1Z81u40iEhG5Yn6aQIDAQAB
-----END PUBLIC KEY-----)"));
    EXPECT_FALSE(RsaPublicKey::from_pem(R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDoz1IxlNHfNEoWcBJnx+stUTXzC3
/NH5tn7m5OtiNMp8Kh0Kp9TJhcR6Ye8zGpFr5xp3BAnyIPSo/eG0ABoLyA==
-----END PUBLIC KEY-----)"));
}

TEST(RsaKeyPair, RefusesSmallAndHugeModuli) {
    EXPECT_FALSE(generate_rsa_key(1024));
    EXPECT_FALSE(generate_rsa_key(16384));
}

TEST(SignJwt, RefusesWhatIsNoPrivateKeyWithoutShowingIt) {
    const auto result = sign_jwt_rs256(JsonObject{{"exp", 1}}, Secret("planted-key"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "key.invalid");
    EXPECT_EQ(result.error().message.find("planted"), std::string::npos);
}

}  // namespace
}  // namespace tenon
