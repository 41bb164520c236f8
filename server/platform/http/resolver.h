// Host names to addresses, on the event loop, through c-ares. One resolver a loop; answers are kept
// for their TTL within a bound. Literal addresses and localhost never reach DNS.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "platform/http/ip_address.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

struct ResolverOptions {
    // host:port of the DNS server; empty: the system's configuration.
    std::string dns_server;
    // Answered before DNS, /etc/hosts included. For tests and for split-horizon installs.
    std::map<std::string, std::vector<std::string>, std::less<>> overrides;
    std::size_t cache_names_max = 1024;
    std::chrono::seconds cache_time_max{60};
    std::size_t addresses_max = 16;  // of one name; further ones are dropped
    std::size_t lookups_max = 256;   // at a time; more are refused with unavailable
};

class Resolver {
 public:
    // On the thread of the loop that will use it.
    explicit Resolver(ResolverOptions options);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // At least one address, in the order to try them.
    // Errors: provider_failed "upstream.dns_failed"; provider_timed_out "upstream.timeout";
    // unavailable "upstream.overloaded".
    Task<Result<std::vector<IpAddress>>> resolve(std::string host,
                                                 std::chrono::milliseconds timeout);

 private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace tenon::http
