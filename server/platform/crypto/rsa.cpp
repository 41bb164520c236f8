// RSA keys as JWT needs them: reading PEM, making a pair, RS256 (RSASSA-PKCS1-v1_5 with SHA-256).
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdexcept>

#include "platform/crypto/jwt.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon {
namespace {

using Bio = OpenSslHandle<BIO, BIO_free>;
using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = OpenSslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Number = OpenSslHandle<BIGNUM, BN_free>;

constexpr int kModulusBitsMin = 2048;
constexpr int kModulusBitsMax = 8192;
constexpr int kExponentBitsMax = 64;  // larger ones only serve to make a verification slow
constexpr std::size_t kPemBytesMax = 16'384;

Error key_error(std::string message) {
    return {ErrorKind::invalid_input, "key.invalid", std::move(message)};
}

// An encrypted PEM would make OpenSSL ask the terminal for a passphrase.
int refuse_passphrase(char*, int, int, void*) { return -1; }

Bio memory_bio(std::string_view text) {
    Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

std::string written(BIO* bio) {
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

Ok check_rsa_key(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA") != 1) return key_error("The key must be an RSA key.");
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kModulusBitsMin || bits > kModulusBitsMax) {
        return key_error("An RSA key must have 2048 to 8192 bits.");
    }
    BIGNUM* raw = nullptr;
    const bool found = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &raw) == 1;
    const Number exponent(raw);
    if (!found || BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1 ||
        BN_num_bits(exponent.get()) > kExponentBitsMax) {
        return key_error("The RSA key's public exponent is not usable.");
    }
    return {};
}

// Environment variables and JSON often carry a PEM with its line ends written as the two characters
// "\n".
std::string with_line_ends(std::string_view pem) {
    std::string text;
    text.reserve(pem.size());
    for (std::size_t i = 0; i < pem.size(); ++i) {
        if (pem[i] == '\\' && i + 1 < pem.size() && pem[i + 1] == 'n') {
            text += '\n';
            ++i;
        } else {
            text += pem[i];
        }
    }
    return text;
}

// Fetched once: a lookup by name costs as much as a small digest.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
    return algorithm;
}

EVP_MD_CTX* thread_context() {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    EVP_MD_CTX_reset(context.get());
    return context.get();
}

}  // namespace

struct RsaPublicKey::Impl {
    Key key;
    std::size_t signature_bytes = 0;
};

Result<RsaPublicKey> RsaPublicKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemBytesMax) return key_error("The PEM text is longer than 16 KiB.");
    const Bio bio = memory_bio(pem);
    Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    if (!key) {
        return key_error("The key must be PEM text that begins with -----BEGIN PUBLIC KEY-----.");
    }
    RETURN_IF_ERROR(check_rsa_key(key.get()));
    auto impl = std::make_shared<Impl>();
    impl->signature_bytes = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
    impl->key = std::move(key);
    return RsaPublicKey(std::move(impl));
}

bool RsaPublicKey::verify_rs256(std::string_view message, std::string_view signature) const {
    if (signature.size() != impl_->signature_bytes) return false;
    EVP_MD_CTX* const context = thread_context();
    EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
    const bool valid = EVP_DigestVerifyInit(context, &key_context, sha256_algorithm(), nullptr,
                                            impl_->key.get()) == 1 &&
                       EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PADDING) == 1 &&
                       EVP_DigestVerify(context, to_bytes(signature), signature.size(),
                                        to_bytes(message), message.size()) == 1;
    if (!valid) ERR_clear_error();
    return valid;
}

Result<RsaKeyPair> generate_rsa_key(int bits) {
    if (bits < kModulusBitsMin || bits > kModulusBitsMax) {
        return key_error("An RSA key must have 2048 to 8192 bits.");
    }
    const Key key(EVP_RSA_gen(static_cast<unsigned>(bits)));
    // Secure-memory BIO: its buffer is wiped when freed.
    const Bio private_bio(BIO_new(BIO_s_secmem()));
    const Bio public_bio(BIO_new(BIO_s_mem()));
    if (!key || !private_bio || !public_bio ||
        PEM_write_bio_PKCS8PrivateKey(private_bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1 ||
        PEM_write_bio_PUBKEY(public_bio.get(), key.get()) != 1) {
        ERR_clear_error();
        return Error::internal("The RSA key could not be made.");
    }
    return RsaKeyPair{Secret(written(private_bio.get())), written(public_bio.get())};
}

Result<std::string> sign_rs256(std::string_view message, const Secret& private_pem) {
    if (private_pem.reveal().size() > kPemBytesMax) {
        return key_error("The PEM text is longer than 16 KiB.");
    }
    const Secret pem(with_line_ends(private_pem.reveal()));
    const Bio bio = memory_bio(pem.reveal());
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    if (!key) return key_error("The private key must be PEM text without a passphrase.");
    RETURN_IF_ERROR(check_rsa_key(key.get()));
    EVP_MD_CTX* const context = thread_context();
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
    std::size_t length = signature.size();
    if (EVP_DigestSignInit(context, nullptr, sha256_algorithm(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context, to_bytes(signature), &length, to_bytes(message), message.size()) !=
            1) {
        ERR_clear_error();
        return Error::internal("The token could not be signed.");
    }
    signature.resize(length);
    return signature;
}

}  // namespace tenon
