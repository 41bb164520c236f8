// The certificate and key that a client shows in mutual TLS (RFC 8446 §4.3.2, RFC 8705).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"

struct ssl_st;  // OpenSSL's SSL

namespace tenon::http {

// Immutable and shared between threads. Connections of different identities are never mixed:
// the fingerprint is part of the pools' key.
class ClientIdentity {
 public:
    // PEM: the certificate, its chain if any, and its private key without a passphrase, at most 64
    // KiB. Errors: invalid_input "certificate.invalid", which never shows the text.
    static Result<std::shared_ptr<const ClientIdentity>> from_pem(const Secret& pem);

    // SHA-256 over the certificate, as 64 hex digits.
    const std::string& fingerprint() const { return fingerprint_; }
    // Gives the connection this certificate; false when out of memory.
    bool apply_to(ssl_st& ssl) const;

    struct Parts;
    ClientIdentity(std::shared_ptr<const Parts> parts, std::string fingerprint)
        : parts_(std::move(parts)), fingerprint_(std::move(fingerprint)) {}

 private:
    std::shared_ptr<const Parts> parts_;
    std::string fingerprint_;
};

}  // namespace tenon::http
