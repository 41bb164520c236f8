#include "platform/http/trusted_proxies.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon::http {
namespace {

constexpr std::size_t kHopsMax = 32;

// A dual-stack socket shows IPv4 peers as ::ffff:10.0.0.7; networks are written for IPv4.
std::string_view without_mapping(std::string_view address) {
    constexpr std::string_view kMapped = "::ffff:";
    if (!equals_ignoring_case(address.substr(0, kMapped.size()), kMapped)) return address;
    const std::string_view rest = address.substr(kMapped.size());
    return rest.find('.') == std::string_view::npos ? address : rest;
}

// "10.0.0.7", "10.0.0.7:1234", "[fd00::1]:1234" or "fd00::1", without its port.
std::string_view host_part(std::string_view entry) {
    entry = trim(entry);
    if (entry.starts_with('[')) {
        const std::size_t close = entry.find(']');
        return close == std::string_view::npos ? entry : entry.substr(1, close - 1);
    }
    const std::size_t colon = entry.find(':');
    const bool has_port = colon != std::string_view::npos && colon == entry.rfind(':');
    return has_port ? entry.substr(0, colon) : entry;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::of(const std::vector<std::string>& entries) {
    TrustedProxies proxies;
    for (const std::string& entry : entries) {
        const auto address = IpAddress::parse(entry);
        const auto network =
            address ? std::optional(IpNetwork{*address, static_cast<int>(address->bit_count())})
                    : IpNetwork::parse(entry);
        if (!network) {
            return Error{
                ErrorKind::invalid_input, "proxy.entry_invalid",
                fmt::format("{} is neither an IP address nor a network such as 10.0.0.0/8", entry)};
        }
        proxies.networks_.push_back(*network);
    }
    return proxies;
}

bool TrustedProxies::is_trusted(std::string_view address) const {
    const auto parsed = IpAddress::parse(without_mapping(address));
    return parsed && std::ranges::any_of(networks_, [&](const IpNetwork& network) {
               return network.contains(*parsed);
           });
}

std::string TrustedProxies::client_address(const std::string& peer,
                                           std::string_view forwarded_for) const {
    std::string client = peer;
    if (!is_trusted(peer)) return client;
    auto entries = split(forwarded_for, ',');
    std::size_t hops = 0;
    for (auto entry = entries.rbegin(); entry != entries.rend() && ++hops <= kHopsMax; ++entry) {
        const auto address = IpAddress::parse(without_mapping(host_part(*entry)));
        if (!address) break;
        client = address->str();
        if (!is_trusted(client)) break;
    }
    return client;
}

}  // namespace tenon::http
