// JSON Web Tokens as Tenon needs them (RFC 7519, 8725): RS256 only, the key chosen by the project
// and never by the token, size and shape checked before anything is decoded.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"

namespace tenon {

class RsaPublicKey {
 public:
    // PEM (SubjectPublicKeyInfo). Refuses moduli under 2048 or over 8192 bits and other key types.
    static Result<RsaPublicKey> from_pem(std::string_view pem);
    bool verify_rs256(std::string_view message, std::string_view signature) const;

    struct Impl;

 private:
    explicit RsaPublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

struct RsaKeyPair {
    Secret private_pem;      // PKCS#8
    std::string public_pem;  // SubjectPublicKeyInfo
};
// Takes 0.05 to 0.5 s at 2048 bits: run it on a BlockingPool.
Result<RsaKeyPair> generate_rsa_key(int bits = 2048);
// The bare signature. Errors: invalid_input "key.invalid", which never shows the key.
Result<std::string> sign_rs256(std::string_view message, const Secret& private_pem);
// Signs claims as a compact RS256 token. `private_pem` may hold literal "\n" instead of line ends.
Result<std::string> sign_jwt_rs256(const Json& claims, const Secret& private_pem,
                                   std::string_view kid = {});

struct JwtRules {
    std::size_t bytes_max = 16'384;
    std::chrono::seconds clock_skew{60};
    std::vector<std::string> audiences;  // when the token has `aud`, it must hold one of these
};

// Verifies against every key in turn (several are active during a rotation) and returns the claims.
// `exp` is needed; `nbf`, `iat` must not lie in the future; `crit` and any `alg` but RS256 are
// refused; numbers must be numbers. Every failure is unauthenticated "token.invalid" or
// "token.expired", with a message that names the rule.
Result<Json> verify_jwt_rs256(std::string_view token, const std::vector<RsaPublicKey>& keys,
                              const JwtRules& rules, Timestamp now);

}  // namespace tenon
