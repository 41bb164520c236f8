// What a proxied request is aimed at, read from its raw path and headers without decoding anything
// that goes on to the provider (paragon-contract §4.8). All five forms end here:
//
//   A  /projects/{p}/sdk/proxy/{type}/{path}
//   B  /projects/{p}/sdk/proxy/custom/{integrationId}/{path}
//   C  /projects/{p}/sdk/proxy/{integrationId}/{path}
//   D  /projects/{p}/sdk/proxy/custom.{slug}/{path}
//   E  any of them with a full URL as path, or with X-Paragon-Proxy-Url: <full URL, or path and
//   query>
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url.h"
#include "integrations/integration.h"
#include "projects/project.h"

namespace tenon {

// Views into the request; valid as long as it is.
struct ProxyTarget {
    ProjectId project_id;
    std::optional<IntegrationId> integration_id;  // forms B and C
    std::string_view slug;                        // form D, without "custom."
    // Path and query behind the integration, byte for byte: no leading slash in the path, no '?' in
    // the query.
    std::string_view api_path;
    std::string_view query;
    bool has_query = false;
};

// `target` is the request target as received (path and query). Errors: not_found for a project or
// integration that cannot exist; invalid_input "proxy.path_invalid".
Result<ProxyTarget> parse_proxy_target(std::string_view target);

// Puts X-Paragon-Proxy-Url in place of path and query. Errors: invalid_input "proxy.url_conflict"
// when a path was given too.
Ok apply_proxy_url_header(ProxyTarget& target, std::string_view proxy_url);

// The URL to call: `base` followed by the target's path, or the full URL when the path is one.
// Views into both, so that nothing is copied on the hot path. `extra_query` (from the API
// authorization) is added behind the caller's. Dot segments are refused, so that a call never
// leaves the base path.
class ProxyUrl {
 public:
    // Errors: invalid_input with the field "path".
    static Result<ProxyUrl> make(const Url& base, const ProxyTarget& target,
                                 std::string_view extra_query);

    // Scheme, host and port of the call.
    const Url& origin() const { return full_ ? *full_ : *base_; }
    bool leaves_base() const { return full_.has_value(); }
    // path[?query], byte for byte.
    void append_request_target(std::string& out) const;

 private:
    const Url* base_ = nullptr;
    std::optional<Url> full_;  // only when the target is a full URL
    std::string_view api_path_;
    std::string_view query_;
    std::string_view extra_query_;
    bool has_query_ = false;
};

}  // namespace tenon
