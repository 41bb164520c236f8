#include "connect/account_verifier.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "auth_methods/api_request.h"
#include "auth_methods/template_values.h"
#include "auth_methods/token_answer.h"
#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon {

namespace {

constexpr std::string_view kTestFailed = "7003";
constexpr std::string_view kProfileFailed = "0704";

bool is_success(int status) { return status >= 200 && status < 300; }

// What the provider refused is the account's fault (400); no answer is the provider's (502, 504).
Error verification_error(std::string_view code, std::string message, ErrorKind kind,
                         std::optional<int> provider_status) {
    Error error{kind, std::string(code), std::move(message)};
    JsonObject meta;
    meta["isIntegrationError"] = true;
    if (provider_status) meta["providerStatus"] = *provider_status;
    error.meta_json = write_json(meta);
    return error;
}

// Only these two kinds may be told as they are; others (a denied address, a bad template) say what
// is wrong with the definition.
ErrorKind kind_of_failed_request(const Error& error) {
    const bool no_answer = error.kind == ErrorKind::provider_failed ||
                           error.kind == ErrorKind::provider_timed_out ||
                           error.kind == ErrorKind::unavailable;
    return no_answer ? error.kind : ErrorKind::unprocessable;
}

std::vector<const Secret*> all_of(const CredentialSecrets& secrets) {
    std::vector<const Secret*> all{
        &secrets.access_token, &secrets.refresh_token, &secrets.username,     &secrets.password,
        &secrets.api_key,      &secrets.client_id,     &secrets.client_secret};
    for (const auto* group : {&secrets.inputs, &secrets.token, &secrets.callback}) {
        for (const auto& [name, secret] : *group) all.push_back(&secret);
    }
    return all;
}

// What the provider said about it, without any secret that it may have echoed; empty when the body
// is no JSON or says nothing.
std::string provider_words(std::string_view body, const CredentialSecrets& secrets) {
    const auto json = parse_json(body);
    if (!json) return {};
    std::string words = words_of(*json);
    if (words.empty()) words = string_member(*json, "error");
    return shown_words(words, all_of(secrets));
}

Error refused(std::string_view code, std::string_view what, const http::ClientResponse& response,
              const CredentialSecrets& secrets) {
    std::string message = fmt::format("{} with status {}", what, response.status);
    const std::string words = provider_words(response.body, secrets);
    message += words.empty() ? "." : ": " + words;
    const ErrorKind kind =
        response.status >= 500 ? ErrorKind::provider_failed : ErrorKind::invalid_input;
    return verification_error(code, std::move(message), kind, response.status);
}

// The claims of a token, unverified: it came from the token endpoint over TLS and is only read for
// facts about the account (OpenID Connect Core §3.1.3.7, item 6).
Result<Json> claims_of(const Secret& token) {
    const auto parts = split(token.reveal(), '.');
    if (parts.size() == 3) {
        if (const auto payload = base64url_decode(parts[1])) return parse_json(*payload);
    }
    return Error{ErrorKind::unprocessable, std::string(kProfileFailed),
                 "The access token is not a JSON Web Token, so it has no fields to read."};
}

std::optional<Json> flat_value(const Json* value, std::size_t bytes_max) {
    if (value == nullptr || value->is_null() || value->is_object() || value->is_array()) {
        return std::nullopt;
    }
    if (!value->is_string()) return *value;
    if (value->get_string().size() > bytes_max) return std::nullopt;
    return *value;
}

JsonObject profile_fields(const Json& answer, const UserProfile& profile,
                          const VerifierLimits& limits) {
    JsonObject fields;
    for (const CapturedValue& field : profile.fields) {
        if (auto value =
                flat_value(find_path(answer, field.path), limits.profile_value_bytes_max)) {
            fields[field.name] = std::move(*value);
        }
    }
    if (!profile.fields.empty() || !answer.is_object()) return fields;
    for (const auto& member : answer.get_object()) {
        if (fields.size() >= limits.profile_fields_max) break;
        if (auto value = flat_value(&member.value(), limits.profile_value_bytes_max)) {
            fields[member.key()] = std::move(*value);
        }
    }
    return fields;
}

// Values stand inside JSON strings, inside form values, or as they are.
std::string escaped_for_body(std::string_view value, std::string_view content_type) {
    if (content_type.find("json") != std::string_view::npos) {
        const std::string quoted = json_quote(value);
        return quoted.substr(1, quoted.size() - 2);
    }
    if (content_type.find("x-www-form-urlencoded") != std::string_view::npos) {
        return form_encode(value);
    }
    return std::string(value);
}

Result<std::string> render_body(const std::string& text, const TemplateValues& values,
                                std::string_view content_type) {
    ASSIGN_OR_RETURN(const Template body, Template::parse(text));
    const Template::Lookup plain = lookup_in(values);
    const Template::Lookup escaped = [&](const TemplateName& name) -> std::optional<Secret> {
        auto value = plain(name);
        if (!value) return std::nullopt;
        return Secret(escaped_for_body(value->reveal(), content_type));
    };
    ASSIGN_OR_RETURN(const Secret rendered, body.render(escaped, TemplatePlace::raw));
    return std::string(rendered.reveal());
}

// Headers and body that a test endpoint or a profile request has of its own.
Ok add_own_parts(http::ClientRequest& request, const std::vector<NamedTemplate>& headers,
                 const std::string& body, const TemplateValues& values) {
    for (const NamedTemplate& header : headers) {
        ASSIGN_OR_RETURN(const Secret value, render(header.value, values, TemplatePlace::header));
        request.headers.set(header.name, value.reveal());
    }
    if (body.empty()) return {};
    if (!request.headers.has("Content-Type")) {
        request.headers.set("Content-Type", "application/json");
    }
    ASSIGN_OR_RETURN(request.body, render_body(body, values, request.headers.get("Content-Type")));
    return {};
}

Result<http::ClientRequest> build_profile_request(const UserProfile& profile,
                                                  const TemplateValues& values) {
    ASSIGN_OR_RETURN(const PreparedCall call, prepare_call(values));
    ASSIGN_OR_RETURN(Url target, resolve_target(call, profile.url, values));
    http::ClientRequest request = make_api_request(call, profile.method, std::move(target));
    RETURN_IF_ERROR(add_own_parts(request, profile.headers, profile.body, values));
    return request;
}

Result<http::ClientRequest> build_test_request(const TestEndpoint& test,
                                               const TemplateValues& values) {
    ASSIGN_OR_RETURN(const PreparedCall call, prepare_call(values));
    ASSIGN_OR_RETURN(Url target, resolve_target(call, test.path, values));
    http::ClientRequest request = make_api_request(call, test.method, std::move(target));
    RETURN_IF_ERROR(add_own_parts(request, test.headers, test.body, values));
    return request;
}

}  // namespace

Task<Result<VerifiedAccount>> AccountVerifier::verify(
    std::shared_ptr<const OpenIntegration> integration, CredentialSecrets secrets) const {
    const ApiSetup& api = integration->integration->definition.api;
    if (api.test_endpoint) CO_RETURN_IF_ERROR(co_await call_test_endpoint(*integration, secrets));
    if (!api.user_profile) co_return VerifiedAccount{};
    auto account = co_await read_profile(*integration, secrets);
    if (account || api.user_profile->require_success) co_return account;
    log_info("connect.profile_skipped", {{"integration", integration->integration->id.str()},
                                         {"reason", account.error().code}});
    co_return VerifiedAccount{};
}

Task<Ok> AccountVerifier::call_test_endpoint(const OpenIntegration& integration,
                                             const CredentialSecrets& secrets) const {
    const std::string& name = integration.integration->definition.name;
    const TemplateValues values{.integration = &integration, .credential = &secrets};
    auto request =
        build_test_request(*integration.integration->definition.api.test_endpoint, values);
    if (!request) {
        co_return verification_error(kTestFailed,
                                     "The test request cannot be made: " + request.error().message,
                                     ErrorKind::unprocessable, std::nullopt);
    }
    request->limits = limits_.requests;
    const auto response = co_await client_.send(std::move(*request));
    if (!response) {
        co_return verification_error(
            kTestFailed, name + " did not answer the test request: " + response.error().message,
            kind_of_failed_request(response.error()), std::nullopt);
    }
    if (is_success(response->status)) co_return Ok{};
    co_return refused(kTestFailed, name + " answered the test request", *response, secrets);
}

Task<Result<VerifiedAccount>> AccountVerifier::read_profile(
    const OpenIntegration& integration, const CredentialSecrets& secrets) const {
    const UserProfile& profile = *integration.integration->definition.api.user_profile;
    auto answer = profile.strategy == UserProfileStrategy::jwt
                      ? claims_of(secrets.access_token)
                      : co_await request_profile(integration, secrets);
    if (!answer) {
        Error error = std::move(answer).error();
        if (error.code != kProfileFailed) {
            error = verification_error(kProfileFailed,
                                       "The user profile cannot be read: " + error.message,
                                       kind_of_failed_request(error), std::nullopt);
        }
        co_return error;
    }
    VerifiedAccount account;
    account.provider_data = profile_fields(*answer, profile, limits_);
    if (!profile.provider_id_path.empty()) {
        const Json* id = find_path(*answer, profile.provider_id_path);
        if (id != nullptr) account.provider_id = scalar_text(*id).value_or("");
    }
    co_return account;
}

Task<Result<Json>> AccountVerifier::request_profile(const OpenIntegration& integration,
                                                    const CredentialSecrets& secrets) const {
    const std::string& name = integration.integration->definition.name;
    const TemplateValues values{.integration = &integration, .credential = &secrets};
    ASSIGN_OR_CO_RETURN(
        http::ClientRequest request,
        build_profile_request(*integration.integration->definition.api.user_profile, values));
    request.limits = limits_.requests;
    ASSIGN_OR_CO_RETURN(const http::ClientResponse response,
                        co_await client_.send(std::move(request)));
    if (!is_success(response.status)) {
        co_return refused(kProfileFailed, name + " answered the user profile request", response,
                          secrets);
    }
    co_return parse_json(response.body);
}

}  // namespace tenon
