// An IP address as bytes: what DNS answers, what the egress policy judges and what is dialled are
// this one value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::http {

struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};  // the first four for IPv4
    bool is_v6 = false;

    // Canonical text only: dotted decimal, or RFC 4291 without brackets and without a zone. Other
    // IPv4 spellings are turned into this one by Url::parse.
    static std::optional<IpAddress> parse(std::string_view text);
    static IpAddress v4(std::uint32_t host_order);
    std::string str() const;
    std::size_t bit_count() const { return is_v6 ? 128 : 32; }
    auto operator<=>(const IpAddress&) const = default;
};

// A network such as 10.0.0.0/8 or fd00::/8.
struct IpNetwork {
    IpAddress base;
    int prefix_bits = 0;

    // Refuses prefixes that are too long and bases with bits beyond the prefix.
    static std::optional<IpNetwork> parse(std::string_view text);
    bool contains(const IpAddress& address) const;
};

}  // namespace tenon::http
