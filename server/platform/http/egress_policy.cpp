#include "platform/http/egress_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon::http {
namespace {

struct ForbiddenNetwork {
    std::string_view network;
    std::string_view name;
};

// IANA's special-purpose registries for IPv4 and IPv6, and the addresses where clouds answer with
// machine credentials. The first line that holds the address names it.
constexpr std::array<ForbiddenNetwork, 41> kForbidden = {{
    {"0.0.0.0/8", "unspecified"},
    {"10.0.0.0/8", "private network"},
    {"100.64.0.0/10", "carrier-grade NAT"},
    {"127.0.0.0/8", "loopback"},
    {"168.63.129.16/32", "cloud metadata"},
    {"169.254.169.254/32", "cloud metadata"},
    {"169.254.0.0/16", "link-local"},
    {"172.16.0.0/12", "private network"},
    {"192.0.0.0/24", "reserved"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4 relay"},
    {"192.168.0.0/16", "private network"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"::/96", "IPv4-compatible"},
    {"::ffff:0:0/96", "IPv4-mapped"},
    {"::ffff:0:0:0/96", "IPv4-translated"},
    {"64:ff9b::/96", "NAT64"},
    {"64:ff9b:1::/48", "NAT64"},
    {"100::/64", "discard"},
    {"2001::/32", "Teredo"},
    {"2001:2::/48", "benchmarking"},
    {"2001::/23", "reserved"},
    {"2001:db8::/32", "documentation"},
    {"2002::/16", "6to4"},
    {"3fff::/20", "documentation"},
    {"fd00:ec2::254/128", "cloud metadata"},
    {"fd20:ce::254/128", "cloud metadata"},
    {"fc00::/7", "private network"},
    {"fe80::/10", "link-local"},
    {"fec0::/10", "site-local"},
    {"ff00::/8", "multicast"},
    // What is not global unicast (2000::/3) is not given out.
    {"::/3", "reserved"},
    {"4000::/2", "reserved"},
    {"8000::/2", "reserved"},
    {"c000::/2", "reserved"},
}};

struct ForbiddenRange {
    IpNetwork network;
    std::string_view name;
};

// The table above, parsed once.
const std::vector<ForbiddenRange>& forbidden_ranges() {
    static const std::vector<ForbiddenRange> ranges = [] {
        std::vector<ForbiddenRange> out;
        for (const ForbiddenNetwork& line : kForbidden) {
            out.push_back({IpNetwork::parse(line.network).value(), line.name});
        }
        return out;
    }();
    return ranges;
}

// Names that mean this machine whatever DNS says (RFC 6761, and what Debian's /etc/hosts gives).
bool is_local_name(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost") || host == "localhost.localdomain" ||
           host == "ip6-localhost" || host == "ip6-loopback";
}

Error denied(std::string_view host, std::string_view address_class) {
    return {ErrorKind::forbidden, "egress.denied",
            fmt::format("Requests to {} are not allowed: its address is of the class \"{}\". The "
                        "operator of Tenon can open one host and port with --allow-egress.",
                        host, address_class)};
}

Error invalid_entry(std::string_view entry, std::string_view rule) {
    return {ErrorKind::invalid_input, "egress.entry_invalid",
            fmt::format("--allow-egress {}: {}", entry, rule)};
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    unsigned port = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, port);
    if (ec != std::errc{} || stop != end || port == 0 || port > 65'535) return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

// An address or a network; an address is the network of itself alone.
std::optional<IpNetwork> parse_network(std::string_view text) {
    if (text.find('/') != std::string_view::npos) return IpNetwork::parse(text);
    const auto address = IpAddress::parse(text);
    if (!address) return std::nullopt;
    return IpNetwork{*address, static_cast<int>(address->bit_count())};
}

}  // namespace

std::optional<std::string_view> forbidden_address_class(const IpAddress& address) {
    for (const ForbiddenRange& range : forbidden_ranges()) {
        if (range.network.contains(address)) return range.name;
    }
    return std::nullopt;
}

Result<EgressPolicy> EgressPolicy::allowing(const std::vector<std::string>& entries) {
    EgressPolicy policy;
    for (const std::string& entry : entries) {
        const std::size_t colon = entry.rfind(':');
        if (colon == std::string::npos) return invalid_entry(entry, "must end with :port");
        const auto port = parse_port(std::string_view(entry).substr(colon + 1));
        if (!port) return invalid_entry(entry, "the port must be a number from 1 to 65535");
        std::string_view host = std::string_view(entry).substr(0, colon);
        const bool bracketed = host.starts_with('[') && host.ends_with(']');
        if (bracketed) host = host.substr(1, host.size() - 2);
        if (!bracketed && host.find(':') != std::string_view::npos) {
            return invalid_entry(entry, "IPv6 must stand in brackets: [fd00::1]:443");
        }
        if (const auto network = parse_network(host)) {
            policy.networks_.push_back({*network, *port});
            continue;
        }
        // Read as a URL's host, so that the entry and the URLs mean the same name.
        const auto url = Url::parse(fmt::format("http://{}/", host));
        if (bracketed || !is_valid_host_name(host) || !url || IpAddress::parse(url->host)) {
            return invalid_entry(
                entry,
                "must be host:port, address:port or network:port, such as 10.0.0.0/8:443; a "
                "network's address must not have bits behind its prefix");
        }
        policy.hosts_.push_back({url->host, *port});
    }
    return policy;
}

bool EgressPolicy::allows_name(std::string_view host, std::uint16_t port) const {
    return std::any_of(hosts_.begin(), hosts_.end(), [&](const NamedHost& allowed) {
        return allowed.port == port && allowed.host == host;
    });
}

bool EgressPolicy::allows_address(const IpAddress& address, std::uint16_t port) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& allowed) {
        return allowed.port == port && allowed.network.contains(address);
    });
}

Ok EgressPolicy::check(std::string_view host, std::uint16_t port, const IpAddress& address) const {
    if (allows_name(host, port) || allows_address(address, port)) return {};
    const auto forbidden = forbidden_address_class(address);
    if (forbidden) return denied(host, *forbidden);
    return {};
}

Ok EgressPolicy::check_url(const Url& url) const {
    if (const auto address = IpAddress::parse(url.host)) return check(url.host, url.port, *address);
    if (!is_local_name(url.host) || allows_name(url.host, url.port)) return {};
    const IpAddress v4 = IpAddress::v4(0x7f000001);
    const IpAddress v6 = IpAddress::parse("::1").value();
    if (allows_address(v4, url.port) || allows_address(v6, url.port)) return {};
    return denied(url.host, "loopback");
}

}  // namespace tenon::http
