// A private key that signs JSON Web Tokens for others to verify: RS256 with an RSA key of 2048 to
// 8192 bits, ES256 (RFC 7518 §3.4) with a P-256 key.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace tenon {

class JwtSigner {
 public:
    // PEM without a passphrase, at most 16 KiB; line ends may be written as the two characters
    // "\n", or be lost to spaces in a one-line form field. Errors: invalid_input "key.invalid",
    // which never shows the key.
    static Result<JwtSigner> from_pem(const Secret& pem);

    std::string_view algorithm() const;  // "RS256" or "ES256"
    // A compact token; `header` brings what stands beside `alg`. Errors: internal.
    Result<std::string> sign_jwt(JsonObject header, const Json& claims) const;

    struct Impl;

 private:
    explicit JwtSigner(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

// A PEM text with its line ends put right; see JwtSigner::from_pem().
Secret normalized_pem(const Secret& pem);

}  // namespace tenon
