#include "base/id.h"

#include "base/random.h"

namespace tenon {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// The value of each hexadecimal digit, -1 for other bytes.
constexpr std::array<std::int8_t, 256> make_hex_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t digit = 0; digit < 16; ++digit) {
        const auto value = static_cast<std::int8_t>(digit);
        values[static_cast<unsigned char>(kHex[digit])] = value;
        values[static_cast<unsigned char>("0123456789ABCDEF"[digit])] = value;
    }
    return values;
}
constexpr std::array<std::int8_t, 256> kHexValues = make_hex_values();

// Where the two digits of each byte stand in the text.
constexpr std::array<std::uint8_t, 16> kDigitsAt = {0,  2,  4,  6,  9,  11, 14, 16,
                                                    19, 21, 24, 26, 28, 30, 32, 34};

// Negative when something else than two digits stands at `text`.
int byte_at(const char* text) {
    const int high = kHexValues[static_cast<unsigned char>(text[0])];
    const int low = kHexValues[static_cast<unsigned char>(text[1])];
    return (high | low) < 0 ? -1 : high * 16 + low;
}

Error wrong_id() {
    return {ErrorKind::invalid_input, "invalid_id",
            "An id is a UUID: 36 characters, such as 123e4567-e89b-42d3-a456-426614174000."};
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
    if (text.size() != 36) return wrong_id();
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return wrong_id();
    Uuid uuid;
    int seen = 0;  // negative once any byte was not one
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        const int byte = byte_at(text.data() + kDigitsAt[i]);
        uuid.bytes[i] = static_cast<std::uint8_t>(byte);
        seen |= byte;
    }
    if (seen < 0) return wrong_id();
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
