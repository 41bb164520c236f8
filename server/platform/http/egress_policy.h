// Which addresses outgoing requests may reach. Every address a name resolves to is judged when it
// is about to be dialled, and exactly that address is dialled, so a DNS answer cannot change in
// between. Only public unicast addresses are allowed; the operator can open single ports of private
// hosts (--allow-egress). There is no off switch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "platform/http/ip_address.h"

namespace tenon::http {

// The class that forbids an address ("loopback", "private network", "link-local", …), or nothing
// for a public one. IPv6 forms that carry an IPv4 address are forbidden as a whole: nobody needs
// them to reach a public host.
std::optional<std::string_view> forbidden_address_class(const IpAddress& address);

class EgressPolicy {
 public:
    EgressPolicy() = default;  // public addresses only

    // Entries are host:port, address:port or network:port; IPv6 stands in brackets: [fd00::1]:443,
    // [fd00::/8]:443. An address or network opens that port whatever name led there; a host name
    // opens it for URLs with that name. Errors: invalid_input "egress.entry_invalid" with the entry
    // and the rule.
    static Result<EgressPolicy> allowing(const std::vector<std::string>& entries);

    // Errors: forbidden "egress.denied", naming host and class.
    Ok check(std::string_view host, std::uint16_t port, const IpAddress& address) const;

    // What can be judged before DNS, for refusing a URL when it is saved: literal addresses and
    // names that always mean this machine (localhost). Errors: as check().
    Ok check_url(const Url& url) const;

 private:
    struct NamedHost {
        std::string host;
        std::uint16_t port = 0;
    };
    struct Network {
        IpNetwork network;
        std::uint16_t port = 0;
    };
    bool allows_name(std::string_view host, std::uint16_t port) const;
    bool allows_address(const IpAddress& address, std::uint16_t port) const;

    std::vector<NamedHost> hosts_;
    std::vector<Network> networks_;
};

}  // namespace tenon::http
