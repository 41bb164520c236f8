// For tests: a certificate authority made on the spot and server certificates of every wrong kind.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>
#include <unistd.h>

namespace tenon::http::testing {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<&X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<&SSL_CTX_free>>;

struct CertificateOptions {
    std::string alternative_names = "DNS:provider.test";  // in OpenSSL's form; empty for none
    long begins_in_seconds = -3'600;
    long ends_in_seconds = 86'400;
    bool is_authority = false;
};

struct Identity {
    KeyPtr key;
    CertificatePtr certificate;
};

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    ASSERT_NE(extension, nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself when that is null.
inline Identity make_identity(const Identity* issuer, const CertificateOptions& options = {}) {
    static int serial = 1;
    Identity made{KeyPtr(EVP_EC_gen("P-256")), CertificatePtr(X509_new())};
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), options.begins_in_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate), options.ends_in_seconds);
    X509_set_pubkey(certificate, made.key.get());
    const std::string name = "Test " + std::to_string(serial);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509* signer = issuer == nullptr ? certificate : issuer->certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    add_extension(certificate, signer, NID_basic_constraints,
                  options.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!options.alternative_names.empty()) {
        add_extension(certificate, signer, NID_subject_alt_name, options.alternative_names);
    }
    EVP_PKEY* key = issuer == nullptr ? made.key.get() : issuer->key.get();
    X509_sign(certificate, key, EVP_sha256());
    return made;
}

inline Identity make_authority() {
    CertificateOptions options;
    options.alternative_names.clear();
    options.is_authority = true;
    return make_identity(nullptr, options);
}

inline ContextPtr server_context(const Identity& identity, int version_max = TLS1_3_VERSION) {
    ContextPtr context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
    if (version_max < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), version_max);
    return context;
}

// A file with the certificate, removed at the end.
class CertificateFile {
 public:
    explicit CertificateFile(const Identity& identity) {
        char name[] = "/tmp/tenon_test_ca_XXXXXX";
        const int fd = ::mkstemp(name);
        path_ = name;
        FILE* file = ::fdopen(fd, "w");
        PEM_write_X509(file, identity.certificate.get());
        std::fclose(file);
    }
    CertificateFile(const CertificateFile&) = delete;
    CertificateFile& operator=(const CertificateFile&) = delete;
    ~CertificateFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

 private:
    std::string path_;
};

}  // namespace tenon::http::testing
