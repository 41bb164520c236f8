#include "base/random.h"

#include <cstdlib>
#include <sys/random.h>

#include "base/text.h"

namespace tenon {

void fill_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got <= 0) std::abort();
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_token(std::size_t bytes) {
    std::string raw(bytes, '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
    fill_random({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    return base64url_encode(raw);
}

}  // namespace tenon
