#include "platform/crypto/jwt_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon {
namespace {

using Bio = OpenSslHandle<BIO, BIO_free>;
using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = OpenSslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignature = OpenSslHandle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr int kModulusBitsMin = 2048;
constexpr int kModulusBitsMax = 8192;
constexpr std::size_t kPemBytesMax = 16'384;
constexpr int kP256Bytes = 32;

Error key_error(std::string message) {
    return {ErrorKind::invalid_input, "key.invalid", std::move(message)};
}

// An encrypted PEM would make OpenSSL ask the terminal for a passphrase.
int refuse_passphrase(char*, int, int, void*) { return -1; }

bool is_p256(EVP_PKEY* key) {
    char group[32] = {};
    std::size_t length = 0;
    if (EVP_PKEY_is_a(key, "EC") != 1) return false;
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       &length) != 1) {
        return false;
    }
    return std::string_view(group, length) == "prime256v1";
}

bool is_good_rsa(EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    return EVP_PKEY_is_a(key, "RSA") == 1 && bits >= kModulusBitsMin && bits <= kModulusBitsMax;
}

Result<std::string> sign_sha256(EVP_PKEY* key, std::string_view message) {
    const DigestContext context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t length = signature.size();
    const bool ok = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestSign(context.get(), to_bytes(signature), &length, to_bytes(message),
                                   message.size()) == 1;
    if (!ok) {
        ERR_clear_error();
        return Error::internal("The token could not be signed.");
    }
    signature.resize(length);
    return signature;
}

// OpenSSL gives ECDSA signatures as DER; JWS wants both numbers as 32 bytes each.
Result<std::string> to_jws_signature(std::string_view der) {
    const unsigned char* at = to_bytes(der);
    const EcSignature parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string raw(2 * kP256Bytes, '\0');
    const bool ok =
        parsed &&
        BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), to_bytes(raw), kP256Bytes) == kP256Bytes &&
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), to_bytes(raw) + kP256Bytes, kP256Bytes) ==
            kP256Bytes;
    if (!ok) return Error::internal("The token could not be signed.");
    return raw;
}

// "-----BEGIN X----- base64 … -----END X-----" with any white space, as lines. Text outside of such
// blocks is dropped.
std::string with_lines(std::string_view text) {
    constexpr std::string_view kDashes = "-----";
    std::string out;
    for (auto begin = text.find("-----BEGIN "); begin != std::string_view::npos;
         begin = text.find("-----BEGIN ", begin)) {
        const auto head_end = text.find(kDashes, begin + kDashes.size());
        const auto foot = text.find("-----END ", begin);
        if (head_end == std::string_view::npos || foot == std::string_view::npos) break;
        const auto foot_end = text.find(kDashes, foot + kDashes.size());
        if (foot_end == std::string_view::npos || head_end > foot) break;
        const auto body_begin = head_end + kDashes.size();
        out += text.substr(begin, body_begin - begin);
        out += '\n';
        std::size_t column = 0;
        for (const char c : text.substr(body_begin, foot - body_begin)) {
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
            out += c;
            if (++column % 64 == 0) out += '\n';
        }
        if (column % 64 != 0) out += '\n';
        out += text.substr(foot, foot_end + kDashes.size() - foot);
        out += '\n';
        begin = foot_end;
    }
    return out;
}

}  // namespace

struct JwtSigner::Impl {
    Key key;
    bool is_ec = false;
};

Secret normalized_pem(const Secret& pem) {
    std::string text(pem.reveal());
    for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) {
        text.replace(at, 2, "\n");
    }
    Secret lines(with_lines(text));
    wipe(text);
    return lines;
}

Result<JwtSigner> JwtSigner::from_pem(const Secret& pem) {
    if (pem.reveal().size() > kPemBytesMax) return key_error("The PEM text is longer than 16 KiB.");
    const Secret text = normalized_pem(pem);
    const Bio bio(BIO_new_mem_buf(text.reveal().data(), static_cast<int>(text.reveal().size())));
    if (!bio) throw std::bad_alloc();
    auto impl = std::make_shared<Impl>();
    impl->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
    ERR_clear_error();
    if (!impl->key) return key_error("The private key must be PEM text without a passphrase.");
    impl->is_ec = is_p256(impl->key.get());
    if (!impl->is_ec && !is_good_rsa(impl->key.get())) {
        return key_error("The private key must be RSA of 2048 to 8192 bits, or EC on P-256.");
    }
    return JwtSigner(std::move(impl));
}

std::string_view JwtSigner::algorithm() const { return impl_->is_ec ? "ES256" : "RS256"; }

Result<std::string> JwtSigner::sign_jwt(JsonObject header, const Json& claims) const {
    header["alg"] = algorithm();
    header["typ"] = "JWT";
    const std::string text =
        base64url_encode(write_json(header)) + "." + base64url_encode(write_json(claims));
    ASSIGN_OR_RETURN(std::string signature, sign_sha256(impl_->key.get(), text));
    if (impl_->is_ec) {
        ASSIGN_OR_RETURN(signature, to_jws_signature(signature));
    }
    return text + "." + base64url_encode(signature);
}

}  // namespace tenon
