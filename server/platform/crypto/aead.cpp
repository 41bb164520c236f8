#include "platform/crypto/aead.h"

#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <span>
#include <stdexcept>

#include "base/random.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
// OpenSSL counts in int; nothing that Tenon seals comes near this.
constexpr std::size_t kMessageBytesMax = 1U << 30U;

using CipherContext = OpenSslHandle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

// Fetched once: a lookup by name costs more than sealing a small value.
const EVP_CIPHER* aes_256_gcm() {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    if (cipher == nullptr) throw std::runtime_error("OpenSSL offers no AES-256-GCM");
    return cipher;
}

EVP_CIPHER_CTX* thread_context() {
    thread_local const CipherContext context(EVP_CIPHER_CTX_new());
    if (!context) throw std::bad_alloc();
    return context.get();
}

Error tampered() {
    return {ErrorKind::internal, "vault.tampered",
            "A sealed value does not match its key or its place."};
}

void require(int ok, const char* what) {
    if (ok != 1) throw std::runtime_error(what);
}

}  // namespace

AeadKey AeadKey::random() {
    AeadKey key;
    std::array<std::uint8_t, kAeadKeyBytes> bytes{};
    fill_random(bytes);
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

Result<AeadKey> AeadKey::from_bytes(std::string_view bytes) {
    if (bytes.size() != kAeadKeyBytes) {
        return Error{ErrorKind::invalid_input, "key.invalid_length", "A key has exactly 32 bytes."};
    }
    AeadKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    return key;
}

AeadKey::~AeadKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::string_view AeadKey::reveal() const { return {bytes_.data(), bytes_.size()}; }

std::string aead_seal(const AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data) {
    if (plaintext.size() > kMessageBytesMax || associated_data.size() > kMessageBytesMax) {
        throw std::length_error("aead_seal: message too long");
    }
    std::string sealed(kNonceBytes + plaintext.size() + kTagBytes, '\0');
    auto* const nonce = to_bytes(sealed);
    auto* const ciphertext = nonce + kNonceBytes;
    fill_random(std::span(nonce, kNonceBytes));

    EVP_CIPHER_CTX* const context = thread_context();
    int length = 0;
    require(EVP_EncryptInit_ex2(context, aes_256_gcm(), to_bytes(key.reveal()), nonce, nullptr),
            "AES-256-GCM: init");
    if (!associated_data.empty()) {
        require(EVP_EncryptUpdate(context, nullptr, &length, to_bytes(associated_data),
                                  static_cast<int>(associated_data.size())),
                "AES-256-GCM: associated data");
    }
    require(EVP_EncryptUpdate(context, ciphertext, &length, to_bytes(plaintext),
                              static_cast<int>(plaintext.size())),
            "AES-256-GCM: encrypt");
    require(EVP_EncryptFinal_ex(context, ciphertext + length, &length), "AES-256-GCM: final");
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                ciphertext + plaintext.size()),
            "AES-256-GCM: tag");
    return sealed;
}

Result<Secret> aead_open(const AeadKey& key, std::string_view sealed,
                         std::string_view associated_data) {
    if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > kMessageBytesMax ||
        associated_data.size() > kMessageBytesMax) {
        return tampered();
    }
    const std::string_view nonce = sealed.substr(0, kNonceBytes);
    const std::string_view ciphertext =
        sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
    std::string tag(sealed.substr(sealed.size() - kTagBytes));

    EVP_CIPHER_CTX* const context = thread_context();
    int length = 0;
    require(EVP_DecryptInit_ex2(context, aes_256_gcm(), to_bytes(key.reveal()), to_bytes(nonce),
                                nullptr),
            "AES-256-GCM: init");
    if (!associated_data.empty()) {
        require(EVP_DecryptUpdate(context, nullptr, &length, to_bytes(associated_data),
                                  static_cast<int>(associated_data.size())),
                "AES-256-GCM: associated data");
    }
    std::string plaintext(ciphertext.size(), '\0');
    require(EVP_DecryptUpdate(context, to_bytes(plaintext), &length, to_bytes(ciphertext),
                              static_cast<int>(ciphertext.size())),
            "AES-256-GCM: decrypt");
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()),
            "AES-256-GCM: tag");
    if (EVP_DecryptFinal_ex(context, to_bytes(plaintext) + length, &length) != 1) {
        wipe(plaintext);  // unauthenticated text is never looked at
        return tampered();
    }
    return Secret(std::move(plaintext));
}

}  // namespace tenon
