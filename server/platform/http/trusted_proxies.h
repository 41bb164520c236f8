// Who really calls, when a reverse proxy stands in front: X-Forwarded-For is believed only as far
// as the addresses that wrote it are trusted, so that no client can choose its own address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/http/ip_address.h"

namespace tenon::http {

class TrustedProxies {
 public:
    TrustedProxies() = default;  // nobody: the connection's other end is the client

    // Addresses and networks, such as 10.0.0.7 or fd00::/8. Errors: invalid_input
    // "proxy.entry_invalid".
    static Result<TrustedProxies> of(const std::vector<std::string>& entries);

    bool empty() const { return networks_.empty(); }
    // The rightmost address of the list that no trusted proxy has; `peer` itself unless it is
    // trusted. An entry that is no address ends the walk: what stands left of it is hearsay.
    // `forwarded_for` is the field's values in order, joined by commas.
    std::string client_address(const std::string& peer, std::string_view forwarded_for) const;

 private:
    bool is_trusted(std::string_view address) const;

    std::vector<IpNetwork> networks_;
};

}  // namespace tenon::http
