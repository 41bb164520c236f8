// A call to the provider's API as the integration's API setup says: base URL, API authorization,
// static headers. Used by the test endpoint, the user profile request and the proxy.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth_methods/template_values.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/url.h"
#include "platform/http/client.h"

namespace tenon {

struct PreparedHeader {
    std::string name;
    Secret value;  // free of control characters
};

// Depends on the integration's revision, the credential's version and the environment secrets
// alone, so it may be kept as long as those stay.
struct PreparedCall {
    Url base_url;
    std::vector<PreparedHeader> headers;  // static headers, then the authorization; no name twice
    Secret query;  // "key=value&…" to append, percent-encoded; empty for none
    std::shared_ptr<const http::ClientIdentity> identity = nullptr;  // for mutual TLS
};

// `values` needs the integration. Without a profile, headers that use it are left out and a base
// URL that uses it stays empty (only absolute targets resolve then). Errors: invalid_input
// "template.value_missing" and "url.invalid".
Result<PreparedCall> prepare_call(const TemplateValues& values);

// A path below the base URL (its own query string is kept), or an absolute http(s) URL; both may
// hold templates.
Result<Url> resolve_target(const PreparedCall& call, std::string_view target,
                           const TemplateValues& values);

// A complete request with the call's headers and query.
http::ClientRequest make_api_request(const PreparedCall& call, std::string method, Url target);

}  // namespace tenon
