// Digests, message authentication and password hashing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

std::string sha256(std::string_view bytes);  // 32 raw bytes

// Names long texts, such as bearer tokens, in a table without keeping them: SipHash-2-4 with 128
// bits under a random key of its own, so that nobody outside can find two texts with one name, nor
// the text from the name. For memory alone: every object names differently.
class KeyedNames {
 public:
    using Name = std::array<unsigned char, 16>;
    KeyedNames();
    Name operator()(std::string_view text) const;

 private:
    std::array<unsigned char, 16> key_;
};

std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes

// argon2id through libsodium, "interactive" cost (64 MiB, about 0.1 s): run both on a BlockingPool.
// Errors: unavailable "password.no_memory".
Result<std::string> hash_password(const Secret& password);
// False for a wrong password and for a text that is no argon2 hash.
bool verify_password(const Secret& password, std::string_view hash);

}  // namespace tenon
