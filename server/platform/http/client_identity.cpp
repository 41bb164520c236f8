#include "platform/http/client_identity.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "platform/crypto/jwt_signer.h"
#include "platform/crypto/openssl_handles.h"

namespace tenon::http {
namespace {

using Bio = OpenSslHandle<BIO, BIO_free>;
using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;
using Certificate = OpenSslHandle<X509, X509_free>;

struct ChainFree {
    void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
using Chain = std::unique_ptr<STACK_OF(X509), ChainFree>;

constexpr std::size_t kPemBytesMax = 65'536;
constexpr int kChainMax = 10;

Error certificate_error(std::string message) {
    return {ErrorKind::invalid_input, "certificate.invalid", std::move(message)};
}

// An encrypted PEM would make OpenSSL ask the terminal for a passphrase.
int refuse_passphrase(char*, int, int, void*) { return -1; }

Bio bio_of(const Secret& text) {
    Bio bio(BIO_new_mem_buf(text.reveal().data(), static_cast<int>(text.reveal().size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

std::string fingerprint_of(X509* certificate) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1) throw std::bad_alloc();
    std::string hex;
    for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

}  // namespace

struct ClientIdentity::Parts {
    Certificate certificate;
    Chain chain;
    Key key;
};

Result<std::shared_ptr<const ClientIdentity>> ClientIdentity::from_pem(const Secret& pem) {
    if (pem.reveal().size() > kPemBytesMax) {
        return certificate_error("The PEM text is longer than 64 KiB.");
    }
    const Secret text = normalized_pem(pem);
    auto parts = std::make_shared<Parts>();
    const Bio key_bio = bio_of(text);
    parts->key.reset(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, refuse_passphrase, nullptr));
    const Bio bio = bio_of(text);
    parts->certificate.reset(PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr));
    parts->chain.reset(sk_X509_new_null());
    if (!parts->chain) throw std::bad_alloc();
    while (parts->certificate && sk_X509_num(parts->chain.get()) < kChainMax) {
        X509* more = PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr);
        if (more == nullptr) break;
        sk_X509_push(parts->chain.get(), more);
    }
    ERR_clear_error();
    if (!parts->certificate) return certificate_error("The PEM text holds no certificate.");
    if (!parts->key) {
        return certificate_error("The PEM text holds no private key without a passphrase.");
    }
    const bool fits = X509_check_private_key(parts->certificate.get(), parts->key.get()) == 1;
    ERR_clear_error();
    if (!fits) return certificate_error("The private key is not that of the first certificate.");
    std::string fingerprint = fingerprint_of(parts->certificate.get());
    return std::make_shared<const ClientIdentity>(std::move(parts), std::move(fingerprint));
}

bool ClientIdentity::apply_to(ssl_st& ssl) const {
    return SSL_use_cert_and_key(&ssl, parts_->certificate.get(), parts_->key.get(),
                                parts_->chain.get(), 1) == 1;
}

}  // namespace tenon::http
