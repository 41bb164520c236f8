#include "auth_methods/token_request.h"

#include <algorithm>

#include "base/text.h"

namespace tenon {
namespace {

std::string form_body(const std::vector<NamedValue>& parameters) {
    std::string body;
    for (const NamedValue& parameter : parameters) {
        if (!body.empty()) body += '&';
        body += form_encode(parameter.name) + '=' + form_encode(parameter.value.reveal());
    }
    return body;
}

std::string json_body(const std::vector<NamedValue>& parameters) {
    std::string body = "{";
    for (const NamedValue& parameter : parameters) {
        if (body.size() > 1) body += ',';
        body += json_quote(parameter.name) + ':' + json_quote(parameter.value.reveal());
    }
    return body + '}';
}

// RFC 6749 §2.3.1: id and secret are form-encoded before they become Basic's user and password.
std::string basic_proof(const TokenRequest& request) {
    return "Basic " + base64_encode(form_encode(request.client_id.reveal()) + ':' +
                                    form_encode(request.client_secret.reveal()));
}

bool has_parameter(const std::vector<NamedValue>& parameters, std::string_view name) {
    return std::ranges::any_of(parameters, [name](const auto& p) { return p.name == name; });
}

void add_client_parameters(std::vector<NamedValue>& parameters, const TokenRequest& request) {
    if (!has_parameter(parameters, request.client_id_parameter)) {
        parameters.push_back({request.client_id_parameter, request.client_id});
    }
    if (!request.client_secret.empty() &&
        !has_parameter(parameters, request.client_secret_parameter)) {
        parameters.push_back({request.client_secret_parameter, request.client_secret});
    }
}

std::string with_query(const std::string& url, const std::string& query) {
    if (query.empty()) return url;
    return url + (url.find('?') == std::string::npos ? '?' : '&') + query;
}

// Who the client is, and what it proves that with.
Ok set_client(TokenRequest& request, const Authentication& authentication,
              const TemplateValues& values) {
    const bool user_brings_client =
        authentication.method == AuthMethodKind::oauth_client_credential;
    if (user_brings_client) {
        request.client_id = values.credential->client_id;
        request.client_secret = values.credential->client_secret;
    } else {
        ASSIGN_OR_RETURN(request.client_id,
                         render(authentication.client_id, values, TemplatePlace::raw));
        request.client_secret = values.integration->client_secret;
    }
    if (authentication.client_authentication == ClientAuthentication::tls_client_auth) {
        request.client_secret = {};
    }
    if (authentication.client_authentication != ClientAuthentication::private_key_jwt) return {};
    request.private_key = user_brings_client ? std::move(request.client_secret)
                                             : values.integration->client_private_key;
    request.client_secret = {};
    request.assertion = authentication.client_assertion;
    ASSIGN_OR_RETURN(const Secret audience,
                     render(request.assertion.audience, values, TemplatePlace::raw));
    request.assertion.audience = audience.reveal();
    return {};
}

}  // namespace

Result<TokenRequest> begin_token_request(const TemplateValues& values, std::string_view url) {
    const Integration& integration = *values.integration->integration;
    const Authentication& authentication = integration.definition.authentication;
    TokenRequest request;
    request.integration_id = integration.id;
    request.integration_revision = integration.revision;
    ASSIGN_OR_RETURN(const Secret rendered, render(url, values, TemplatePlace::url));
    ASSIGN_OR_RETURN(const Url parsed, Url::parse(rendered.reveal()));
    request.url = parsed.str();
    request.method = name_of(authentication.token_request_method);
    request.body = authentication.token_request_body;
    request.client_authentication = authentication.client_authentication;
    request.client_id_parameter = authentication.client_id_parameter;
    request.client_secret_parameter = authentication.client_secret_parameter;
    request.identity = values.integration->identity;
    request.timeout = authentication.token_timeout;
    RETURN_IF_ERROR(set_client(request, authentication, values));
    return request;
}

Result<TokenRequest> spelled_request(const CustomTokenRequest& spelled, std::string_view url,
                                     const TemplateValues& values) {
    ASSIGN_OR_RETURN(auto request, begin_token_request(values, url));
    request.method = spelled.method;
    request.body = spelled.body_type;
    if (!spelled.authenticates_client) request.client_id = {};
    RETURN_IF_ERROR(add_parameters(request, spelled.body, values));
    RETURN_IF_ERROR(add_headers(request, spelled.headers, values));
    return request;
}

void set_parameter(TokenRequest& request, std::string name, Secret value) {
    const auto same = std::ranges::find(request.parameters, name, &NamedValue::name);
    if (same == request.parameters.end()) {
        request.parameters.push_back({std::move(name), std::move(value)});
    } else {
        same->value = std::move(value);
    }
}

Ok add_parameters(TokenRequest& request, const std::vector<NamedTemplate>& parameters,
                  const TemplateValues& values) {
    const TemplatePlace place =
        request.body == TokenRequestBody::json ? TemplatePlace::json : TemplatePlace::form;
    for (const NamedTemplate& parameter : parameters) {
        ASSIGN_OR_RETURN(const Template parsed, Template::parse(parameter.value));
        ASSIGN_OR_RETURN(auto value, parsed.render(lookup_in(values), place));
        if (value.empty() && !parsed.is_constant()) continue;
        set_parameter(request, parameter.name, std::move(value));
    }
    return {};
}

Ok add_headers(TokenRequest& request, const std::vector<NamedTemplate>& headers,
               const TemplateValues& values) {
    for (const NamedTemplate& header : headers) {
        ASSIGN_OR_RETURN(auto value, render(header.value, values, TemplatePlace::header));
        request.headers.push_back({header.name, std::move(value)});
    }
    return {};
}

std::string joined_scopes(const Authentication& authentication) {
    std::string joined;
    for (const std::string& scope : authentication.scopes) {
        if (!joined.empty()) joined += authentication.scope_separator;
        joined += scope;
    }
    return joined;
}

http::ClientRequest to_http(const TokenRequest& request, ClientProof proof) {
    http::ClientRequest message;
    message.method = request.method;
    message.headers.set("Accept", "application/json");
    message.headers.set("User-Agent", "Tenon");
    std::vector<NamedValue> parameters = request.parameters;
    if (proof == ClientProof::body_parameters || proof == ClientProof::assertion) {
        add_client_parameters(parameters, request);
    }
    if (proof == ClientProof::basic_header) {
        message.headers.set("Authorization", basic_proof(request));
    }
    message.identity = request.identity;
    message.url = request.url;
    if (request.method == "GET" || request.body == TokenRequestBody::query) {
        message.url = with_query(request.url, form_body(parameters));
    } else if (!parameters.empty()) {
        const bool is_json = request.body == TokenRequestBody::json;
        message.body = is_json ? json_body(parameters) : form_body(parameters);
        message.headers.set("Content-Type",
                            is_json ? "application/json" : "application/x-www-form-urlencoded");
    }
    for (const PreparedHeader& header : request.headers) {
        message.headers.set(header.name, header.value.reveal());
    }
    return message;
}

std::vector<const Secret*> secrets_of(const TokenRequest& request) {
    std::vector<const Secret*> secrets = {&request.client_secret, &request.private_key};
    // Names such as grant_type and scope carry nothing secret, and hiding their values would garble
    // every message.
    constexpr std::string_view kPlain[] = {
        "grant_type", "scope",    "client_id",       "redirect_uri",
        "audience",   "resource", "token_type_hint", "client_assertion_type"};
    for (const NamedValue& parameter : request.parameters) {
        if (std::ranges::find(kPlain, parameter.name) == std::end(kPlain)) {
            secrets.push_back(&parameter.value);
        }
    }
    for (const PreparedHeader& header : request.headers) secrets.push_back(&header.value);
    return secrets;
}

}  // namespace tenon
