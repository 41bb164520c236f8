// Digests against their published vectors, AES-256-GCM against every kind of tampering, passwords.
#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/crypto/aead.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

TEST(Sha256, AgreesWithFips180Vectors) {
    EXPECT_EQ(hex_encode(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_encode(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_encode(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(KeyedNames, NameTheSameTextAlikeAndOthersOtherwise) {
    const KeyedNames names;
    const std::string long_text(700, 'a');
    std::string changed = long_text;
    changed.back() = 'b';
    EXPECT_EQ(names(long_text), names(std::string(700, 'a')));
    EXPECT_NE(names(long_text), names(changed));
    EXPECT_NE(names(""), names(std::string_view("\0", 1)));
}

TEST(KeyedNames, MeanNothingToAnotherObject) {
    EXPECT_NE(KeyedNames()("token"), KeyedNames()("token"));
}

// RFC 4231, test cases 1, 2, 3 and 6.
TEST(HmacSha256, AgreesWithRfc4231) {
    EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xaa'),
                                     "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, AnEmptyKeyIsNotTheKeyOfTheCallBefore) {
    const std::string expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    EXPECT_EQ(hex_encode(hmac_sha256("", "")), expected);
    (void)hmac_sha256("another key", "");
    EXPECT_EQ(hex_encode(hmac_sha256("", "")), expected);
}

TEST(Aead, OpensWhatItSealed) {
    const AeadKey key = AeadKey::random();
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 5000U}) {
        const std::string plaintext(size, 'p');
        const std::string sealed = aead_seal(key, plaintext, "row 1");
        EXPECT_EQ(sealed.size(), size + 28);
        const auto opened = aead_open(key, sealed, "row 1");
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->reveal(), plaintext);
    }
}

// NIST GCM test case 16 (256-bit key, 96-bit nonce, associated data) in our nonce + ciphertext +
// tag form.
TEST(Aead, OpensTheVectorOfTheGcmSpecification) {
    const auto key = AeadKey::from_bytes(
        *hex_decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
    ASSERT_TRUE(key);
    const std::string sealed = *hex_decode(
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
    const auto opened =
        aead_open(*key, sealed, *hex_decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(hex_encode(opened->reveal()),
              "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

TEST(Aead, RefusesEveryFlippedBit) {
    const AeadKey key = AeadKey::random();
    const std::string sealed = aead_seal(key, "a small value", "row 1");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string changed = sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        const auto opened = aead_open(key, changed, "row 1");
        ASSERT_FALSE(opened) << "bit " << bit;
        EXPECT_EQ(opened.error().code, "vault.tampered");
        EXPECT_EQ(opened.error().kind, ErrorKind::internal);
        EXPECT_EQ(opened.error().message.find("small"), std::string::npos);
    }
}

TEST(Aead, RefusesAnotherRowAnotherKeyAndCutText) {
    const AeadKey key = AeadKey::random();
    const std::string sealed = aead_seal(key, "value", "row 1");
    EXPECT_FALSE(aead_open(key, sealed, "row 2"));
    EXPECT_FALSE(aead_open(key, sealed, ""));
    EXPECT_FALSE(aead_open(AeadKey::random(), sealed, "row 1"));
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_FALSE(aead_open(key, std::string_view(sealed).substr(0, length), "row 1"));
    }
    EXPECT_FALSE(aead_open(key, sealed + "x", "row 1"));
}

TEST(Aead, NeverSealsTwiceAlike) {
    const AeadKey key = AeadKey::random();
    EXPECT_NE(aead_seal(key, "value", "row"), aead_seal(key, "value", "row"));
}

TEST(AeadKey, HasExactly32Bytes) {
    EXPECT_FALSE(AeadKey::from_bytes(std::string(31, 'k')));
    EXPECT_FALSE(AeadKey::from_bytes(std::string(33, 'k')));
    ASSERT_TRUE(AeadKey::from_bytes(std::string(32, 'k')));
    EXPECT_EQ(AeadKey::from_bytes(std::string(32, 'k'))->reveal(), std::string(32, 'k'));
    EXPECT_NE(AeadKey::random().reveal(), AeadKey::random().reveal());
}

TEST(Password, IsArgon2idWithItsOwnSalt) {
    const Secret password("correct horse battery");
    const auto hash = hash_password(password);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=65536,"));
    EXPECT_NE(*hash, *hash_password(password));
    EXPECT_TRUE(verify_password(password, *hash));
    EXPECT_FALSE(verify_password(Secret("correct horse batterz"), *hash));
    EXPECT_FALSE(verify_password(Secret(""), *hash));
}

TEST(Password, WhatIsNoHashMatchesNothing) {
    for (const std::string& hash :
         {std::string(), std::string("x"), std::string("$argon2id$"), std::string(500, '$')}) {
        EXPECT_FALSE(verify_password(Secret("password"), hash));
    }
}

}  // namespace
}  // namespace tenon
