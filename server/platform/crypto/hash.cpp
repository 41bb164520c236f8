#include "platform/crypto/hash.h"

#include <new>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <stdexcept>

#include "base/random.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon {
namespace {

using DigestContext = OpenSslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using MacContext = OpenSslHandle<EVP_MAC_CTX, EVP_MAC_CTX_free>;

// Fetched once: a lookup by name costs more than the digest of a token.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
    return algorithm;
}

MacContext make_hmac_context() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (algorithm == nullptr) throw std::runtime_error("OpenSSL offers no HMAC");
    return MacContext(EVP_MAC_CTX_new(algorithm));
}

void require_sodium() {
    static const int started = sodium_init();
    if (started < 0) throw std::runtime_error("libsodium does not start");
}

}  // namespace

std::string sha256(std::string_view bytes) {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    std::string digest(32, '\0');
    if (EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), to_bytes(digest), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    return digest;
}

KeyedNames::KeyedNames() { fill_random(key_); }

KeyedNames::Name KeyedNames::operator()(std::string_view text) const {
    static_assert(std::tuple_size_v<Name> == crypto_shorthash_siphashx24_BYTES);
    static_assert(std::tuple_size_v<Name> == crypto_shorthash_siphashx24_KEYBYTES);
    Name name{};
    crypto_shorthash_siphashx24(name.data(), to_bytes(text), text.size(), key_.data());
    return name;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    thread_local const MacContext context = make_hmac_context();
    if (!context) throw std::bad_alloc();
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest_name, 0),
                                     OSSL_PARAM_construct_end()};
    // An empty key is a null key to OpenSSL, which would mean "the one of last time".
    const std::string_view key_bytes = key.empty() ? std::string_view("\0", 1) : key;
    std::string mac(32, '\0');
    std::size_t length = 0;
    if (EVP_MAC_init(context.get(), to_bytes(key_bytes), key_bytes.size(), parameters) != 1 ||
        EVP_MAC_update(context.get(), to_bytes(bytes), bytes.size()) != 1 ||
        EVP_MAC_final(context.get(), to_bytes(mac), &length, mac.size()) != 1 ||
        length != mac.size()) {
        throw std::runtime_error("HMAC-SHA-256 failed");
    }
    return mac;
}

Result<std::string> hash_password(const Secret& password) {
    require_sodium();
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    const std::string_view text = password.reveal();
    if (crypto_pwhash_str(hash.data(), text.data(), text.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
        return Error{ErrorKind::unavailable, "password.no_memory",
                     "There is not enough memory to hash a password (64 MiB)."};
    }
    hash.resize(hash.find('\0'));
    return hash;
}

bool verify_password(const Secret& password, std::string_view hash) {
    require_sodium();
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    const std::string terminated(hash);
    const std::string_view text = password.reveal();
    return crypto_pwhash_str_verify(terminated.c_str(), text.data(), text.size()) == 0;
}

}  // namespace tenon
