// Whatever Url::parse accepts must mean the same after it is written and read again, with a host
// that no later reader can split differently.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/url.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)tenon::has_dot_segments(text);
    const auto url = tenon::Url::parse(text);
    if (!url) return 0;
    require(url->scheme == "http" || url->scheme == "https");
    require(url->port != 0 && url->path.front() == '/');
    require(url->host.find_first_of("/@\\#?[]% \t\r\n") == std::string::npos);
    require(url->host_is_ipv6 || tenon::is_valid_host_name(url->host));
    const auto again = tenon::Url::parse(url->str());
    require(again.has_value());
    require(again->host == url->host && again->port == url->port && again->scheme == url->scheme);
    require(again->request_target() == url->request_target());
    return 0;
}
