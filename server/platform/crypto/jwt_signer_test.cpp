#include "platform/crypto/jwt_signer.h"

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "platform/crypto/jwt.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon {
namespace {

using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using Bio = OpenSslHandle<BIO, BIO_free>;

Secret pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &data);
    return Secret(std::string(data, static_cast<std::size_t>(length)));
}

const Json& claims() {
    static const Json made = JsonObject{{"iss", "app"}, {"exp", 2'000}};
    return made;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

TEST(JwtSigner, AnRsaKeySignsRs256WhichOurOwnVerifierTakes) {
    const auto pair = generate_rsa_key();
    const auto signer = JwtSigner::from_pem(pair->private_pem);
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ(signer->algorithm(), "RS256");
    const auto token = signer->sign_jwt({{"kid", "k"}}, claims());
    const auto key = RsaPublicKey::from_pem(pair->public_pem);
    EXPECT_TRUE(verify_jwt_rs256(*token, {*key}, {}, from_millis(1'000'000)));
}

// RFC 7518 §3.4: both numbers as 32 bytes each, in front of each other.
TEST(JwtSigner, AP256KeySignsEs256InTheFormOfJws) {
    const Key key(EVP_EC_gen("P-256"));
    const auto signer = JwtSigner::from_pem(pem_of(key.get()));
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ(signer->algorithm(), "ES256");
    // Leading zeros come up in one of 128 signatures.
    for (int round = 0; round < 300; ++round) {
        const auto token = signer->sign_jwt({}, claims());
        ASSERT_TRUE(token);
        const auto dot = token->rfind('.');
        const auto raw = base64url_decode(token->substr(dot + 1));
        ASSERT_EQ(raw->size(), 64U);
        ECDSA_SIG* const signature = ECDSA_SIG_new();
        ECDSA_SIG_set0(signature, BN_bin2bn(to_bytes(*raw), 32, nullptr),
                       BN_bin2bn(to_bytes(*raw) + 32, 32, nullptr));
        unsigned char* der = nullptr;
        const int length = i2d_ECDSA_SIG(signature, &der);
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.get());
        const std::string message = token->substr(0, dot);
        EXPECT_EQ(EVP_DigestVerify(context, der, static_cast<std::size_t>(length),
                                   to_bytes(message), message.size()),
                  1);
        EVP_MD_CTX_free(context);
        OPENSSL_free(der);
        ECDSA_SIG_free(signature);
    }
}

TEST(JwtSigner, TakesPemWhoseLineEndsWereLost) {
    const auto pair = generate_rsa_key();
    const std::string pem(pair->private_pem.reveal());
    for (const std::string& text : {replaced(pem, "\n", "\\n"), replaced(pem, "\n", " "),
                                    replaced(pem, "\n", "\r\n"), "  " + pem + "\n\n"}) {
        EXPECT_TRUE(JwtSigner::from_pem(Secret(text)));
    }
}

TEST(JwtSigner, RefusesOtherKeysAndTextsWithoutShowingThem) {
    const Key p384(EVP_EC_gen("P-384"));
    const Key small(EVP_RSA_gen(1024));
    const Key edwards(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    for (const Secret& pem :
         {pem_of(p384.get()), pem_of(small.get()), pem_of(edwards.get()), Secret("planted"),
          Secret(""), Secret("-----BEGIN PRIVATE KEY-----"), Secret(std::string(20'000, 'x'))}) {
        const auto refused = JwtSigner::from_pem(pem);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "key.invalid");
        EXPECT_EQ(refused.error().message.find("planted"), std::string::npos);
    }
}

}  // namespace
}  // namespace tenon
