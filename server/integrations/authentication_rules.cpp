// The rules of `authentication`: input fields, the grant's URLs, parameters and captures.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "base/text_pattern.h"
#include "base/url.h"
#include "integrations/definition_json.h"
#include "integrations/field_checks.h"

namespace tenon {
namespace {

// Parameters that carry the safety of the flow and are Tenon's alone.
constexpr std::string_view kAuthorizeReserved[] = {"client_id", "redirect_uri", "state",
                                                   "code_challenge", "code_challenge_method"};
constexpr std::string_view kTokenReserved[] = {"client_id",    "client_secret", "code",
                                               "redirect_uri", "code_verifier", "refresh_token"};

template <class List>
bool contains(const List& list, std::string_view text) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

std::string at(std::string_view list, std::size_t index, std::string_view member) {
    return fmt::format("authentication.{}[{}]{}{}", list, index, member.empty() ? "" : ".", member);
}

// ---- input fields ----

bool is_input_id(std::string_view id) {
    return is_variable_name(id) && id.find('-') == std::string_view::npos &&
           id != "oauthAccessToken";
}

void check_options(const InputField& field, const std::string& path, FieldChecks& checks) {
    if (field.type != InputType::select) {
        if (!field.options.empty()) checks.wrong(path + ".options", "belongs to the type select");
        return;
    }
    if (field.options.empty()) checks.missing(path + ".options", "is required for the type select");
    std::set<std::string_view> values;
    for (const InputOption& option : field.options) {
        checks.line(path + ".options", option.label);
        checks.line(path + ".options", option.value);
        if (!values.insert(option.value).second) {
            checks.wrong(path + ".options", "must not hold a value twice");
        }
    }
    if (!field.default_value.empty() && !values.contains(field.default_value)) {
        checks.wrong(path + ".defaultValue", "must be one of the options");
    }
}

void check_pattern(const InputField& field, const std::string& path, FieldChecks& checks) {
    if (field.pattern.empty()) return;
    if (field.type == InputType::select) {
        checks.wrong(path + ".pattern", "does not belong to the type select");
        return;
    }
    const auto pattern = TextPattern::compile(field.pattern);
    if (!pattern) {
        checks.wrong(path + ".pattern", pattern.error().message);
    } else if (!field.default_value.empty() && !pattern->matches(field.default_value)) {
        checks.wrong(path + ".defaultValue", "must match the pattern");
    }
}

void check_input(const InputField& field, const std::string& path, FieldChecks& checks) {
    if (!is_input_id(field.id)) {
        checks.wrong(
            path + ".id",
            "must be letters, digits and '_', not begin with a digit, and not be oauthAccessToken");
    }
    if (trim(field.title).empty()) checks.wrong(path + ".title", "must not be blank");
    checks.line(path + ".title", field.title);
    checks.line(path + ".subtitle", field.subtitle);
    checks.line(path + ".placeholder", field.placeholder);
    checks.line(path + ".prefixLabel", field.prefix_label);
    checks.line(path + ".suffixLabel", field.suffix_label);
    if (field.type == InputType::password && !field.default_value.empty()) {
        checks.wrong(path + ".defaultValue", "must not be set for the type password");
    }
    check_options(field, path, checks);
    check_pattern(field, path, checks);
}

void check_authentication_inputs(const Authentication& authentication, FieldChecks& checks) {
    const std::string path = "authentication.inputFields";
    const auto& fields = authentication.input_fields;
    const std::size_t count = check_inputs(path, fields, checks);
    if (authentication.method == AuthMethodKind::basic && count == 0) {
        checks.missing(path, "must hold at least one field");
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].type != InputType::toggle) continue;
        checks.wrong(at("inputFields", i, "type"), "switch belongs to userSettings");
    }
}

// ---- grants ----

void check_reserved(const std::string& field, const std::vector<NamedTemplate>& parameters,
                    const Authentication& a, FieldChecks& checks) {
    for (const NamedTemplate& parameter : parameters) {
        const bool reserved = contains(kTokenReserved, parameter.name) ||
                              parameter.name == a.client_id_parameter ||
                              parameter.name == a.client_secret_parameter;
        if (reserved) checks.wrong(field + "." + parameter.name, "is set by Tenon itself");
    }
}

// What an extra parameter of the authorization request must not change.
std::string_view problem_of_authorize_parameter(const std::string& name, const std::string& value,
                                                const Authentication& authentication) {
    if (contains(kAuthorizeReserved, name) || name == authentication.client_id_parameter) {
        return "is set by Tenon itself";
    }
    if (name == "response_type" && value != "code") return "must be code";
    if (name == "response_mode" && value != "query") return "must be query";
    if (name == "scope" && !authentication.scopes.empty()) return "is set from scopes";
    return {};
}

void check_authorize_query(const std::string& sample, const Authentication& authentication,
                           FieldChecks& checks) {
    const auto url = Url::parse(sample);
    if (!url || !url->has_query) return;
    for (const std::string_view pair : split(url->query, '&')) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string name = form_decode(pair.substr(0, equals)).value_or("");
        const std::string value =
            form_decode(pair.substr(std::min(equals + 1, pair.size()))).value_or("");
        const std::string_view problem =
            problem_of_authorize_parameter(name, value, authentication);
        if (!problem.empty()) {
            checks.wrong("authentication.authorizationUrl",
                         fmt::format("has the parameter {}, which {}", name, problem));
        }
    }
}

void check_authorization_page(const Authentication& a, FieldChecks& checks) {
    std::string sample;
    checks.require("authentication.authorizationUrl", a.authorization_url);
    checks.url("authentication.authorizationUrl", a.authorization_url,
               kForAuthorizationPage & ~kClientId, &sample);
    check_authorize_query(sample, a, checks);
    checks.parameters("authentication.authorizeParameters", a.authorize_parameters,
                      kForAuthorizationPage);
    for (const NamedTemplate& parameter : a.authorize_parameters) {
        const std::string_view problem =
            problem_of_authorize_parameter(parameter.name, parameter.value, a);
        if (!problem.empty()) {
            checks.wrong("authentication.authorizeParameters." + parameter.name,
                         std::string(problem));
        }
    }
    for (std::size_t i = 0; i < a.captured_from_callback.size(); ++i) {
        const std::string& name = a.captured_from_callback[i];
        if (!is_variable_name(name)) {
            checks.wrong(at("captureFromCallback", i, ""),
                         "must be a name of letters, digits, '_' and '-'");
        } else if (name == "code" || name == "state") {
            checks.wrong(at("captureFromCallback", i, ""), "is used up by the flow itself");
        }
    }
    if (a.issuer.empty()) return;
    const auto issuer = Url::parse(a.issuer);
    if (!issuer)
        checks.wrong("authentication.issuer", issuer.error().message);
    else if (issuer->has_query)
        checks.wrong("authentication.issuer", "must not have a query");
}

void check_scopes(const Authentication& a, FieldChecks& checks) {
    const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    const std::string& separator = a.scope_separator;
    if (separator.empty() || !std::all_of(separator.begin(), separator.end(), printable)) {
        checks.wrong("authentication.scopeSeparator", "must be one to three printable characters");
        return;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < a.scopes.size(); ++i) {
        const std::string& scope = a.scopes[i];
        if (scope.empty() || !std::all_of(scope.begin(), scope.end(), printable)) {
            checks.wrong(at("scopes", i, ""), "must be printable ASCII characters");
        } else if (scope.find(separator) != std::string::npos) {
            checks.wrong(at("scopes", i, ""),
                         "must not hold the separator; write each scope by itself");
        } else if (!seen.insert(scope).second) {
            checks.wrong(at("scopes", i, ""), "stands there twice");
        }
    }
}

void check_token_answer(const Authentication& a, FieldChecks& checks) {
    if (a.token_response.access_token.empty())
        checks.wrong("authentication.tokenResponse.accessToken", "is required");
    checks.json_path("authentication.tokenResponse.accessToken", a.token_response.access_token);
    checks.json_path("authentication.tokenResponse.refreshToken", a.token_response.refresh_token);
    checks.json_path("authentication.tokenResponse.expiresIn", a.token_response.expires_in);
    checks.json_path("authentication.tokenResponse.scope", a.token_response.scope);
    checks.json_path("authentication.tokenResponse.error", a.token_response.error);
    checks.captures("authentication.captureFromToken", a.captured_from_token);
}

void check_no_authorization(const std::string& field, const std::vector<NamedTemplate>& headers,
                            FieldChecks& checks) {
    for (const NamedTemplate& header : headers) {
        if (equals_ignoring_case(header.name, "Authorization")) {
            checks.wrong(
                field + "." + header.name,
                "is set for HTTP Basic; choose the client authentication body to set it here");
        }
    }
}

void check_token_headers(const Authentication& a, FieldChecks& checks) {
    checks.headers("authentication.tokenHeaders", a.token_headers, kForTokenRequest);
    checks.headers("authentication.refreshHeaders", a.refresh_headers, kForApiCall);
    if (a.client_authentication != ClientAuthentication::basic &&
        a.client_authentication != ClientAuthentication::automatic) {
        return;
    }
    check_no_authorization("authentication.tokenHeaders", a.token_headers, checks);
    check_no_authorization("authentication.refreshHeaders", a.refresh_headers, checks);
}

// A request that is spelled out whole, as `tokenRequest` or `revocationRequest`.
void check_spelled_request(const std::string& field, const CustomTokenRequest& request,
                           unsigned variables, FieldChecks& checks) {
    checks.headers(field + ".headers", request.headers, variables);
    checks.parameters(field + ".body", request.body, variables);
    if (request.authenticates_client)
        check_no_authorization(field + ".headers", request.headers, checks);
    if (request.body_type == TokenRequestBody::query) {
        checks.wrong(field + ".bodyType", "must be form or json");
    }
    if (request.method == "GET" && !request.body.empty()) {
        checks.wrong(field + ".body", "cannot be sent with GET");
    }
}

void check_revocation(const Authentication& a, FieldChecks& checks) {
    checks.url("authentication.revocationUrl", a.revocation_url, kForApiCall);
    if (!a.revocation_request) return;
    if (a.revocation_url.empty()) {
        checks.wrong("authentication.revocationRequest", "needs a revocationUrl to go to");
    }
    check_spelled_request("authentication.revocationRequest", *a.revocation_request, kForApiCall,
                          checks);
}

void check_token_request(const Authentication& a, FieldChecks& checks) {
    checks.require("authentication.accessTokenUrl", a.access_token_url);
    checks.url("authentication.accessTokenUrl", a.access_token_url, kForTokenRequest);
    checks.url("authentication.refreshUrl", a.refresh_url, kForApiCall);
    check_revocation(a, checks);
    checks.parameters("authentication.tokenParameters", a.token_parameters, kForTokenRequest);
    checks.parameters("authentication.refreshParameters", a.refresh_parameters, kForApiCall);
    check_reserved("authentication.tokenParameters", a.token_parameters, a, checks);
    check_reserved("authentication.refreshParameters", a.refresh_parameters, a, checks);
    check_token_headers(a, checks);
    check_token_answer(a, checks);
    if (a.token_request_method == TokenRequestMethod::get &&
        a.token_request_body != TokenRequestBody::query) {
        checks.wrong("authentication.tokenRequestMethod",
                     "GET has no body; set tokenRequestBody to query");
    }
    if (!a.custom_token_request) return;
    check_spelled_request("authentication.tokenRequest", *a.custom_token_request, kForTokenRequest,
                          checks);
}

// Nothing that was typed for another method stays behind unseen.
void check_foreign_members(const Authentication& authentication, FieldChecks& checks) {
    IntegrationDefinition alone;
    alone.authentication = authentication;
    const JsonObject json = to_json(alone, JsonDetail::brief);
    for (const auto& member : json.at("authentication").as_object()) {
        if (applies_to_method(member.key(), authentication.method)) continue;
        checks.wrong(
            "authentication." + std::string(member.key()),
            fmt::format("does not belong to the method {}", name_of(authentication.method)));
    }
}

}  // namespace

std::size_t check_inputs(const std::string& path, const std::vector<InputField>& fields,
                         FieldChecks& checks) {
    // An id stands for a value in one map.
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string place = fmt::format("{}[{}]", path, i);
        check_input(fields[i], place, checks);
        if (!ids.insert(fields[i].id).second) checks.wrong(place + ".id", "must be unique");
    }
    return ids.size();
}

void check_authentication(const Authentication& a, FieldChecks& checks) {
    check_foreign_members(a, checks);
    check_authentication_inputs(a, checks);
    if (a.method == AuthMethodKind::basic) return;
    if (a.method == AuthMethodKind::oauth) {
        check_authorization_page(a, checks);
        checks.require("authentication.clientId", a.client_id);
    }
    checks.text("authentication.clientId", a.client_id, kInputs | kSecrets, TemplatePlace::form);
    check_client_authentication(a, checks);
    check_scopes(a, checks);
    check_token_request(a, checks);
}

}  // namespace tenon
