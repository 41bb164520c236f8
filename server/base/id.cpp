#include "base/id.h"

#include "base/random.h"

namespace tenon {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

Uuid Uuid::random() {
    Uuid uuid;
    fill_random(uuid.bytes);
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

Result<Uuid> Uuid::parse(std::string_view text) {
    const Error wrong{
        ErrorKind::invalid_input, "invalid_id",
        "An id is a UUID: 36 characters, such as 123e4567-e89b-42d3-a456-426614174000."};
    if (text.size() != 36) return wrong;
    Uuid uuid;
    std::size_t digit = 0;
    for (std::size_t i = 0; i < 36; ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') return wrong;
            continue;
        }
        const int value = hex_value(text[i]);
        if (value < 0) return wrong;
        std::uint8_t& byte = uuid.bytes[digit / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | value);
        ++digit;
    }
    return uuid;
}

std::string Uuid::str() const {
    std::string text(36, '-');
    std::size_t at = 0;
    for (const std::uint8_t byte : bytes) {
        if (is_dash_position(at)) ++at;
        text[at++] = kHex[byte >> 4];
        text[at++] = kHex[byte & 15];
    }
    return text;
}

}  // namespace tenon
