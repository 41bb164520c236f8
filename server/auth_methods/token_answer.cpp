#include "auth_methods/token_answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "auth_methods/retry_after.h"
#include "base/text.h"

namespace tenon {
namespace {

constexpr std::size_t kAnswerBytesMax = 1U << 20U;

std::optional<Json> parse_form(std::string_view body) {
    JsonObject object;
    for (const std::string_view pair : split(trim(body), '&')) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0) return std::nullopt;
        const auto name = form_decode(pair.substr(0, equals));
        const auto value = form_decode(pair.substr(equals + 1));
        if (!name || !value || !is_valid_utf8(*name) || !is_valid_utf8(*value)) return std::nullopt;
        object[*name] = *value;
    }
    return object.empty() ? std::nullopt : std::optional<Json>(std::move(object));
}

std::string text_at(const Json& body, std::string_view path) {
    const Json* value = path.empty() ? nullptr : find_path(body, path);
    const auto text = value != nullptr ? scalar_text(*value) : std::nullopt;
    return text.value_or("");
}

// A refresh answer may have another shape than the answer to the code (Slack: nested at first,
// plain later), so the plain name is a second try there.
std::string token_at(const Json& body, const std::string& path, std::string_view plain_name,
                     TokenPhase phase) {
    std::string text = text_at(body, path);
    if (text.empty() && phase == TokenPhase::refresh) text = text_at(body, plain_name);
    return text;
}

std::optional<std::vector<std::string>> scopes_at(const Json& body,
                                                  const Authentication& authentication) {
    const Json* value = find_path(body, authentication.token_response.scope);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> scopes;
    if (value->is_array()) {
        for (const Json& scope : value->get_array()) {
            if (scope.is_string()) scopes.emplace_back(scope.get_string());
        }
        return scopes;
    }
    if (!value->is_string()) return std::nullopt;
    // Answers separate by space or comma whatever the request did.
    std::string text(value->get_string());
    std::ranges::replace(text, ',', ' ');
    if (authentication.scope_separator.size() == 1) {
        std::ranges::replace(text, authentication.scope_separator.front(), ' ');
    }
    for (const auto scope : split(text, ' ')) {
        if (!scope.empty()) scopes.emplace_back(scope);
    }
    return scopes;
}

// Codes that mean the grant is dead: RFC 6749 §5.2, OpenID Connect, and names that big providers
// use instead.
bool is_permanent_code(std::string_view code) {
    constexpr std::string_view kPermanent[] = {
        "invalid_grant",         "invalid_client",        "unauthorized_client",
        "interaction_required",  "consent_required",      "login_required",
        "bad_refresh_token",     "invalid_refresh_token", "expired_refresh_token",
        "refresh_token_expired", "token_revoked",         "incorrect_client_credentials",
        "bad_client_secret",     "invalid_client_id",     "account_inactive"};
    return std::ranges::find(kPermanent, code) != std::end(kPermanent);
}

bool is_transient_status(int status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string status_words(int status) {
    return "The token endpoint answered with HTTP status " + std::to_string(status) + ".";
}

RefreshFailure judge_failure(const http::ClientResponse& response, const Json* body,
                             const AnswerContext& context) {
    RefreshFailure failure;
    const int status = response.status;
    if (const auto* header = response.headers.find("Retry-After")) {
        failure.retry_after = parse_retry_after(*header, context.now);
    }
    const std::string code =
        body != nullptr ? oauth_error_of(*body, context.authentication.token_response) : "";
    const std::string words = body != nullptr ? shown_words(words_of(*body), context.hidden) : "";
    failure.message = words.empty() ? status_words(status) : words;
    if (!code.empty()) {
        const std::string shown = shown_words(code, context.hidden);
        failure.message = words.empty() ? shown : shown + ": " + words;
    }
    if (!failure.message.ends_with('.')) failure.message += '.';

    if (status == 429) {
        failure.code = "rate_limited";
    } else if (is_transient_status(status)) {
        failure.code = "server_error";
        // 503 says that nothing was done; after other 5xx answers the provider may have done its
        // part.
        failure.outcome_unknown = status >= 500 && status != 503;
    } else if (is_permanent_code(code)) {
        failure.code = code;
        failure.permanent = true;
    } else if (context.plain_401_is_permanent && (status == 401 || status == 403)) {
        failure.code = "invalid_grant";
        failure.permanent = true;
    } else if (status >= 300 && status < 400) {
        failure.code = "redirected";
        failure.message = "The token endpoint answered with a redirect, which is never followed.";
    } else if (status >= 200 && status < 300 && code.empty()) {
        failure.code = "no_access_token";
        failure.message = "The token endpoint's answer has no access token.";
        failure.outcome_unknown = true;
    } else {
        failure.code = code.empty() ? "refused" : shown_words(code, context.hidden);
    }
    return failure;
}

void capture(const Json& body, const Authentication& authentication, CredentialSecrets& secrets) {
    for (const CapturedValue& captured : authentication.captured_from_token) {
        if (auto text = text_at(body, captured.path); !text.empty()) {
            secrets.token[captured.name] = Secret(std::move(text));
        }
    }
}

double milliseconds_in(ExpiryUnit unit) {
    switch (unit) {
        case ExpiryUnit::seconds:
            return 1'000;
        case ExpiryUnit::milliseconds:
            return 1;
        case ExpiryUnit::minutes:
            return 60'000;
    }
    return 1'000;
}

void hide(std::string& text, const std::vector<const Secret*>& hidden) {
    constexpr std::size_t kSecretBytesMin = 4;  // hiding shorter texts would garble every message
    constexpr std::string_view kHidden = "[hidden]";
    for (const Secret* secret : hidden) {
        const std::string_view value = secret->reveal();
        if (value.size() < kSecretBytesMin) continue;
        for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
            text.replace(at, value.size(), kHidden);
            at += kHidden.size();
        }
    }
}

std::string shortened(std::string text) {
    constexpr std::size_t kCharactersMax = 300;
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (begins_character && ++characters > kCharactersMax) return text.substr(0, i) + "…";
    }
    return text;
}

}  // namespace

std::optional<Json> parse_token_body(const http::ClientResponse& response) {
    const std::string_view body = trim(response.body);
    if (body.empty()) return std::nullopt;
    if (body.front() == '{' || body.front() == '[') {
        auto json = parse_json(body, {.bytes_max = kAnswerBytesMax});
        return json && json->is_object() ? std::optional(std::move(*json)) : std::nullopt;
    }
    // Only what could be a form, and never a page.
    const std::string type = ascii_lower(response.headers.get("Content-Type"));
    const bool may_be_form = type.empty() ||
                             type.starts_with("application/x-www-form-urlencoded") ||
                             type.starts_with("text/plain");
    if (!may_be_form || body.find_first_of("<> \r\n") != std::string_view::npos)
        return std::nullopt;
    return parse_form(body);
}

std::string oauth_error_of(const Json& body, const TokenResponsePaths& paths) {
    const Json* value = paths.error.empty() ? nullptr : find_path(body, paths.error);
    if (value == nullptr || value->is_null()) return {};
    if (value->is_bool()) return value->get_bool() ? "error" : "";
    if (auto text = scalar_text(*value)) return *text;
    for (const std::string_view member : {"code", "type", "status"}) {
        if (const Json* inner = find_path(*value, member); inner != nullptr && inner->is_string()) {
            return std::string(inner->get_string());
        }
    }
    return "error";
}

std::optional<Timestamp> expiry_of(const Json* value, Timestamp now, ExpiryUnit unit) {
    const auto text = value != nullptr ? scalar_text(*value) : std::nullopt;
    if (!text) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return parse_timestamp(*text);
    constexpr double kUnixSeconds = 1e9;  // from here on it is a moment, not a span of 31 years
    constexpr double kUnixMillis = 1e11;  // and from here on one in milliseconds
    constexpr double kLatest = 253402300799.0;  // the end of year 9999
    if (!std::isfinite(number) || number <= 0) return std::nullopt;
    // Spans of milliseconds are large numbers themselves.
    const bool is_span = number < (unit == ExpiryUnit::milliseconds ? kUnixMillis : kUnixSeconds);
    if (is_span) {
        return now + Milliseconds(static_cast<std::int64_t>(number * milliseconds_in(unit)));
    }
    if (number >= kUnixMillis) number /= 1000;
    if (number > kLatest) return std::nullopt;
    return Timestamp(Milliseconds(static_cast<std::int64_t>(number * 1000)));
}

std::string words_of(const Json& body) {
    for (const std::string_view path :
         {"error_description", "error.message", "error.description", "error_message", "message",
          "errorSummary", "error_summary", "detail", "errors[0].message", "errors[0].detail",
          "description", "title"}) {
        if (auto text = text_at(body, path); !text.empty()) return text;
    }
    return {};
}

std::string shown_words(std::string_view words, const std::vector<const Secret*>& hidden) {
    if (!is_valid_utf8(words)) return {};
    std::string text(words);
    hide(text, hidden);
    std::erase_if(text, [](char c) { return c == '<' || c == '>' || c == '&' || c == '"'; });
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    hide(text, hidden);  // Dropping characters may have put one together.
    return shortened(std::string(trim(text)));
}

RefreshFailure failure_of_request(const Error& error) {
    RefreshFailure failure;
    failure.message = error.message;
    if (!failure.message.ends_with('.')) failure.message += '.';
    if (error.kind == ErrorKind::provider_timed_out) {
        failure.code = "timeout";
        failure.outcome_unknown = true;
    } else if (error.kind == ErrorKind::provider_failed) {
        failure.code = "network";
        failure.outcome_unknown = error.code != "upstream.dns_failed" &&
                                  error.code != "upstream.connect_failed" &&
                                  error.code != "upstream.tls_failed";
    } else {
        failure.code = error.code;  // nothing was sent: a denied address, too much at once
        failure.retry_after = error.retry_after;
    }
    return failure;
}

tl::expected<RefreshedTokens, RefreshFailure> judge_token_answer(
    const http::ClientResponse& response, CredentialSecrets secrets, const AnswerContext& context) {
    const auto body = parse_token_body(response);
    const Authentication& authentication = context.authentication;
    const TokenResponsePaths& paths = authentication.token_response;
    const bool is_success = response.status >= 200 && response.status < 300;
    if (!is_success || !body) {
        return tl::unexpected(judge_failure(response, body ? &*body : nullptr, context));
    }
    auto access_token = token_at(*body, paths.access_token, "access_token", context.phase);
    if (access_token.empty()) return tl::unexpected(judge_failure(response, &*body, context));

    RefreshedTokens tokens;
    secrets.access_token = Secret(std::move(access_token));
    auto refresh_token = token_at(*body, paths.refresh_token, "refresh_token", context.phase);
    if (!refresh_token.empty()) secrets.refresh_token = Secret(std::move(refresh_token));
    capture(*body, authentication, secrets);
    const Json* expiry = paths.expires_in.empty() ? nullptr : find_path(*body, paths.expires_in);
    if (expiry == nullptr && context.phase == TokenPhase::refresh) {
        expiry = find_path(*body, "expires_in");
    }
    tokens.expires_at = expiry_of(expiry, context.now, paths.expiry_unit);
    if (!tokens.expires_at && authentication.token_lifetime_seconds) {
        tokens.expires_at = context.now + Seconds(*authentication.token_lifetime_seconds);
    }
    tokens.granted_scopes = scopes_at(*body, authentication);
    tokens.secrets = std::move(secrets);
    return tokens;
}

}  // namespace tenon
