// The random secrets that accounts/ hands out: session cookies, links, API keys. Each has 256
// random bits, so its plain SHA-256 is safe to store and to look up by.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {

inline Secret make_access_token(std::string_view prefix = {}) {
    return Secret(std::string(prefix) + random_token(32));
}

inline std::string hash_access_token(const Secret& token) {
    return hex_encode(sha256(token.reveal()));
}

}  // namespace tenon
