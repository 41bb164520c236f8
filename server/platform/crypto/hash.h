// Digests, message authentication and password hashing.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

std::string sha256(std::string_view bytes);  // 32 raw bytes

// The digest of the parts put together, without touching the heap; for the hot path.
using Sha256Digest = std::array<unsigned char, 32>;
Sha256Digest sha256_digest(std::initializer_list<std::string_view> parts);

std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes

// argon2id through libsodium, "interactive" cost (64 MiB, about 0.1 s): run both on a BlockingPool.
// Errors: unavailable "password.no_memory".
Result<std::string> hash_password(const Secret& password);
// False for a wrong password and for a text that is no argon2 hash.
bool verify_password(const Secret& password, std::string_view hash);

}  // namespace tenon
