// Digests, message authentication and password hashing.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

std::string sha256(std::string_view bytes);                             // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes

// argon2id through libsodium, "interactive" cost (64 MiB, about 0.1 s): run it on a BlockingPool.
Result<std::string> hash_password(const Secret& password);
bool verify_password(const Secret& password, std::string_view hash);

}  // namespace tenon
