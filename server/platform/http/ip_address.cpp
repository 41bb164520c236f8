#include "platform/http/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace tenon::http {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string zero_terminated(text);
    // inet_pton reads up to the first zero byte, so such a text would be cut instead of refused.
    if (zero_terminated.find('\0') != std::string::npos) return std::nullopt;
    IpAddress address;
    address.is_v6 = text.find(':') != std::string_view::npos;
    const int family = address.is_v6 ? AF_INET6 : AF_INET;
    if (inet_pton(family, zero_terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i) {
        address.bytes[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    }
    return address;
}

std::string IpAddress::str() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
    return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto base = IpAddress::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    int bits = -1;
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, bits);
    if (!base || ec != std::errc{} || stop != end || bits < 0) return std::nullopt;
    if (bits > static_cast<int>(base->bit_count())) return std::nullopt;
    const IpNetwork network{*base, bits};
    IpAddress first = *base;
    for (std::size_t bit = static_cast<std::size_t>(bits); bit < base->bit_count(); ++bit) {
        first.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    }
    if (first != *base) return std::nullopt;
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
    if (address.is_v6 != base.is_v6) return false;
    const auto whole_bytes = static_cast<std::size_t>(prefix_bits / 8);
    if (!std::equal(base.bytes.begin(), base.bytes.begin() + prefix_bits / 8,
                    address.bytes.begin())) {
        return false;
    }
    const int rest = prefix_bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
    return ((base.bytes[whole_bytes] ^ address.bytes[whole_bytes]) & mask) == 0;
}

}  // namespace tenon::http
