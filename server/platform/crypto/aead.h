// AES-256-GCM with a random 96-bit nonce per message (NIST SP 800-38D; at most 2^32 messages a key,
// so data keys are per project and can be rotated). The additional data binds a ciphertext to its
// row: moved elsewhere, it is refused.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

constexpr std::size_t kAeadKeyBytes = 32;

// A 256-bit key; wiped when it dies.
class AeadKey {
 public:
    static AeadKey random();
    static Result<AeadKey> from_bytes(std::string_view bytes);  // exactly 32
    AeadKey(const AeadKey&) = default;
    AeadKey& operator=(const AeadKey&) = default;
    ~AeadKey();
    std::string_view reveal() const;

 private:
    AeadKey() = default;
    std::array<char, kAeadKeyBytes> bytes_{};
};

// Returns nonce (12) + ciphertext + tag (16).
std::string aead_seal(const AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data);
// Fails with internal "vault.tampered" when a bit, the key or the associated data differs.
Result<Secret> aead_open(const AeadKey& key, std::string_view sealed,
                         std::string_view associated_data);

}  // namespace tenon
