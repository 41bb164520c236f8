#include "auth_methods/api_request.h"

#include <algorithm>

#include "base/text.h"
#include "integrations/template_rules.h"

namespace tenon {
namespace {

void set_header(std::vector<PreparedHeader>& headers, std::string name, Secret value) {
    const auto same = std::ranges::find_if(headers, [&name](const PreparedHeader& header) {
        return equals_ignoring_case(header.name, name);
    });
    if (same == headers.end()) {
        headers.push_back({std::move(name), std::move(value)});
    } else {
        same->value = std::move(value);
    }
}

// While an account is being connected its profile is not known yet. What needs it is left out of
// those first requests; the rules of definitions see to it that they name absolute URLs then.
bool waits_for_profile(std::string_view text, const TemplateValues& values) {
    return values.profile == nullptr && uses_group(text, "profile");
}

Ok set_rendered(std::vector<PreparedHeader>& headers, const std::vector<NamedTemplate>& templates,
                const TemplateValues& values) {
    for (const NamedTemplate& header : templates) {
        if (waits_for_profile(header.value, values)) continue;
        ASSIGN_OR_RETURN(auto value, render(header.value, values, TemplatePlace::header));
        set_header(headers, header.name, std::move(value));
    }
    return {};
}

Result<Secret> basic_value(const ApiAuthorization& authorization, const TemplateValues& values) {
    ASSIGN_OR_RETURN(const Secret user, render(authorization.username, values, TemplatePlace::raw));
    ASSIGN_OR_RETURN(const Secret password,
                     render(authorization.password, values, TemplatePlace::raw));
    std::string pair;
    pair.reserve(user.reveal().size() + 1 + password.reveal().size());
    pair.append(user.reveal()).append(":").append(password.reveal());
    std::string encoded = base64_encode(pair);
    wipe(pair);
    Secret value("Basic " + encoded);
    wipe(encoded);
    return value;
}

Result<Secret> query_of(const std::vector<NamedTemplate>& params, const TemplateValues& values) {
    std::string query;
    for (const NamedTemplate& param : params) {
        ASSIGN_OR_RETURN(const Secret value, render(param.value, values, TemplatePlace::form));
        if (!query.empty()) query += '&';
        query += percent_encode(param.name) + '=' + percent_encode(value.reveal());
    }
    return Secret(std::move(query));
}

Ok authorize(PreparedCall& call, const ApiAuthorization& authorization,
             const TemplateValues& values) {
    switch (authorization.type) {
        case ApiAuthorizationType::none:
            return {};
        case ApiAuthorizationType::bearer: {
            ASSIGN_OR_RETURN(const Secret token,
                             render(authorization.token, values, TemplatePlace::header));
            set_header(call.headers, "Authorization",
                       Secret("Bearer " + std::string(token.reveal())));
            return {};
        }
        case ApiAuthorizationType::basic: {
            ASSIGN_OR_RETURN(auto value, basic_value(authorization, values));
            set_header(call.headers, "Authorization", std::move(value));
            return {};
        }
        case ApiAuthorizationType::query_params: {
            ASSIGN_OR_RETURN(call.query, query_of(authorization.params, values));
            return {};
        }
        case ApiAuthorizationType::auth_header:
            return set_rendered(call.headers, authorization.headers, values);
    }
    return {};
}

bool is_absolute(std::string_view url) {
    const std::string start = ascii_lower(url.substr(0, 8));
    return start.starts_with("http://") || start.starts_with("https://");
}

void append_query(Url& url, std::string_view query) {
    if (query.empty()) return;
    if (!url.query.empty()) url.query += '&';
    url.query += query;
    url.has_query = true;
}

}  // namespace

Result<PreparedCall> prepare_call(const TemplateValues& values) {
    const ApiSetup& api = values.integration->integration->definition.api;
    PreparedCall call;
    call.identity = values.integration->identity;
    if (!waits_for_profile(api.base_url, values)) {
        ASSIGN_OR_RETURN(const Secret base, render(api.base_url, values, TemplatePlace::url));
        ASSIGN_OR_RETURN(call.base_url, Url::parse(base.reveal()));
    }
    RETURN_IF_ERROR(set_rendered(call.headers, api.headers, values));
    RETURN_IF_ERROR(authorize(call, api.authorization, values));
    return call;
}

Result<Url> resolve_target(const PreparedCall& call, std::string_view target,
                           const TemplateValues& values) {
    ASSIGN_OR_RETURN(const Secret rendered, render(target, values, TemplatePlace::url));
    const std::string_view text = rendered.reveal();
    if (is_absolute(text)) return Url::parse(text);
    const std::size_t question = text.find('?');
    std::string_view path = text.substr(0, question);
    while (path.starts_with('/')) path.remove_prefix(1);
    Url url = call.base_url;
    if (!path.empty()) {
        if (!url.path.ends_with('/')) url.path += '/';
        url.path += path;
    }
    if (question != std::string_view::npos) append_query(url, text.substr(question + 1));
    // Parsed once more: the joined text must still be a URL by the one parser that the connection
    // uses.
    return Url::parse(url.str());
}

http::ClientRequest make_api_request(const PreparedCall& call, std::string method, Url target) {
    append_query(target, call.query.reveal());
    http::ClientRequest request;
    request.method = std::move(method);
    request.url = target.str();
    request.identity = call.identity;
    request.headers.set("Accept", "application/json");
    request.headers.set("User-Agent", "Tenon");
    for (const PreparedHeader& header : call.headers) {
        request.headers.set(header.name, header.value.reveal());
    }
    return request;
}

}  // namespace tenon
