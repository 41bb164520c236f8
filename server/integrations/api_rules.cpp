// The rules of `api`: base URL, authorization, headers, test endpoint, user profile, limits.
#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/url.h"
#include "integrations/definition_json.h"
#include "integrations/field_checks.h"

namespace tenon {
namespace {

bool is_relative(std::string_view url) {
    const bool is_variable = url.starts_with("{{");  // a whole URL
    return !is_variable && (url.starts_with("/") || url.find("://") == std::string_view::npos);
}

void check_authorization(const ApiAuthorization& authorization, FieldChecks& checks) {
    const std::string field = "api.authorization.";
    IntegrationDefinition alone;
    alone.api.authorization = authorization;
    const JsonObject json = to_json(alone, JsonDetail::brief);
    if (const Json* members = json.at("api").as_object().if_contains("authorization")) {
        for (const auto& member : members->as_object()) {
            if (applies_to_type(member.key(), authorization.type)) continue;
            checks.wrong(
                field + std::string(member.key()),
                fmt::format("does not belong to the type {}", name_of(authorization.type)));
        }
    }
    switch (authorization.type) {
        case ApiAuthorizationType::none:
            return;
        case ApiAuthorizationType::bearer:
            checks.require(field + "token", authorization.token);
            checks.text(field + "token", authorization.token, kForConnectedAccount,
                        TemplatePlace::header);
            return;
        case ApiAuthorizationType::basic:
            // Some providers take the key as one half and nothing as the other.
            if (authorization.username.empty())
                checks.require(field + "password", authorization.password);
            checks.text(field + "username", authorization.username, kForConnectedAccount,
                        TemplatePlace::raw);
            checks.text(field + "password", authorization.password, kForConnectedAccount,
                        TemplatePlace::raw);
            return;
        case ApiAuthorizationType::query_params:
            if (authorization.params.empty())
                checks.missing(field + "params", "must hold at least one parameter");
            checks.parameters(field + "params", authorization.params, kForConnectedAccount);
            return;
        case ApiAuthorizationType::auth_header:
            if (authorization.headers.empty())
                checks.missing(field + "headers", "must hold at least one header");
            checks.headers(field + "headers", authorization.headers, kForConnectedAccount);
            return;
    }
}

bool is_set_by_authorization(std::string_view header, const ApiAuthorization& authorization) {
    if (authorization.type == ApiAuthorizationType::bearer ||
        authorization.type == ApiAuthorizationType::basic) {
        return equals_ignoring_case(header, "Authorization");
    }
    if (authorization.type != ApiAuthorizationType::auth_header) return false;
    const auto& headers = authorization.headers;
    return std::any_of(headers.begin(), headers.end(), [header](const NamedTemplate& other) {
        return equals_ignoring_case(header, other.name);
    });
}

void check_headers(const ApiSetup& api, FieldChecks& checks) {
    checks.headers("api.headers", api.headers, kForApiCall);
    for (const NamedTemplate& header : api.headers) {
        if (is_set_by_authorization(header.name, api.authorization)) {
            checks.wrong("api.headers." + header.name, "is set by the authorization already");
        }
    }
}

// Lower-case names with at least two labels, so that no pattern covers a whole top-level domain.
bool is_host_pattern(std::string_view pattern) {
    if (pattern.starts_with("*.")) pattern.remove_prefix(2);
    return is_valid_host_name(pattern) && pattern.find('.') != std::string_view::npos &&
           pattern == ascii_lower(pattern);
}

void check_additional_hosts(const ApiSetup& api, FieldChecks& checks) {
    for (std::size_t i = 0; i < api.additional_hosts.size(); ++i) {
        if (is_host_pattern(api.additional_hosts[i])) continue;
        checks.wrong(fmt::format("api.additionalHosts[{}]", i),
                     "must be a host such as files.example.com or *.example.com");
    }
}

// The base URL may need the profile, and then nothing that runs before the profile is known can
// stand below it.
void check_order(const ApiSetup& api, FieldChecks& checks) {
    if (!uses_group(api.base_url, "profile")) return;
    constexpr std::string_view kRule =
        "must be an absolute URL, since the base URL uses the user profile, which is not known yet";
    if (api.test_endpoint && is_relative(api.test_endpoint->path)) {
        checks.wrong("api.testEndpoint.path", std::string(kRule));
    }
    const bool requests_profile =
        api.user_profile && api.user_profile->strategy == UserProfileStrategy::http;
    if (requests_profile && is_relative(api.user_profile->url)) {
        checks.wrong("api.userProfile.url", std::string(kRule));
    }
}

void check_profile(const UserProfile& profile, FieldChecks& checks) {
    checks.captures("api.userProfile.fields", profile.fields);
    checks.json_path("api.userProfile.providerIdPath", profile.provider_id_path);
    if (profile.strategy == UserProfileStrategy::http) {
        checks.require("api.userProfile.url", profile.url);
        checks.text("api.userProfile.url", profile.url, kForConnectedAccount, TemplatePlace::url);
        checks.headers("api.userProfile.headers", profile.headers, kForConnectedAccount);
        checks.text("api.userProfile.body", profile.body, kForConnectedAccount, TemplatePlace::raw);
        if (profile.method == "GET" && !profile.body.empty()) {
            checks.wrong("api.userProfile.body", "cannot be sent with GET");
        }
        return;
    }
    constexpr std::string_view kRule = "does not belong to the strategy jwt";
    if (!profile.url.empty()) checks.wrong("api.userProfile.url", std::string(kRule));
    if (!profile.headers.empty()) checks.wrong("api.userProfile.headers", std::string(kRule));
    if (!profile.body.empty()) checks.wrong("api.userProfile.body", std::string(kRule));
}

void check_test(const TestEndpoint& test, FieldChecks& checks) {
    checks.require("api.testEndpoint.path", test.path);
    checks.text("api.testEndpoint.path", test.path, kForConnectedAccount, TemplatePlace::url);
    checks.headers("api.testEndpoint.headers", test.headers, kForConnectedAccount);
    checks.text("api.testEndpoint.body", test.body, kForConnectedAccount, TemplatePlace::raw);
    if ((test.method == "GET" || test.method == "HEAD") && !test.body.empty()) {
        checks.wrong("api.testEndpoint.body", "cannot be sent with " + test.method);
    }
}

// Signing needs the bytes of each request before it is sent, which a byte proxy does not hold.
void check_signing(const ApiSetup& api, FieldChecks& checks) {
    if (api.request_signing == RequestSigning::none) return;
    checks.wrong("api.requestSigning",
                 fmt::format("must be none: requests are not signed here, so a provider that asks "
                             "for {} needs a signing service of yours in front of it",
                             name_of(api.request_signing)));
}

void check_retry(const ApiSetup& api, FieldChecks& checks) {
    std::set<int> seen;
    for (std::size_t i = 0; i < api.retry.statuses.size(); ++i) {
        const std::string field = fmt::format("api.retry.statuses[{}]", i);
        const int status = api.retry.statuses[i];
        if (status < 400 || status > 599) checks.wrong(field, "must be a status from 400 to 599");
        // A refused credential is refreshed once instead; see the proxy.
        if (status == 401) checks.wrong(field, "must not be 401, which refreshes the token");
        if (!seen.insert(status).second) checks.wrong(field, "stands there twice");
    }
    for (const auto& [field, name] :
         {std::pair("api.retry.afterHeader", &api.retry.after_header),
          std::pair("api.retry.resetHeader", &api.retry.reset_header)}) {
        if (!name->empty() && !is_header_name(*name))
            checks.wrong(field, "is no valid header name");
    }
    if (api.retries_max == 0 && !(api.retry == RetryRule{})) {
        checks.wrong("api.retry", "needs retriesMax of at least 1");
    }
}

void check_limits(const ApiSetup& api, FieldChecks& checks) {
    if (!api.total_timeout) return;
    const auto check = [&](std::string_view name, const std::optional<Milliseconds>& limit) {
        if (limit && *limit > *api.total_timeout) {
            checks.wrong(fmt::format("api.timeouts.{}", name), "must not be longer than totalMs");
        }
    };
    check("connectMs", api.connect_timeout);
    check("firstByteMs", api.first_byte_timeout);
    check("idleMs", api.idle_timeout);
}

}  // namespace

void check_api(const IntegrationDefinition& definition, FieldChecks& checks) {
    const ApiSetup& api = definition.api;
    checks.require("api.baseUrl", api.base_url);
    std::string sample;
    checks.url("api.baseUrl", api.base_url, kForApiCall, &sample);
    if (sample.find('?') != std::string::npos) checks.wrong("api.baseUrl", "must not have a query");
    const bool has_token = definition.authentication.method != AuthMethodKind::basic;
    if (!has_token && api.authorization == ApiAuthorization{}) {
        checks.missing("api.authorization",
                       "must say how calls are authorised: this method has no access token");
    } else {
        check_authorization(api.authorization, checks);
    }
    check_headers(api, checks);
    check_additional_hosts(api, checks);
    if (api.test_endpoint) check_test(*api.test_endpoint, checks);
    if (api.user_profile) check_profile(*api.user_profile, checks);
    check_order(api, checks);
    check_limits(api, checks);
    check_retry(api, checks);
    check_signing(api, checks);
}

}  // namespace tenon
