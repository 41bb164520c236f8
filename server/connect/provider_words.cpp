#include "connect/provider_words.h"

#include <array>
#include <optional>

#include "base/json.h"

namespace tenon {

namespace {

// In this order; the first text found is the message. Covers RFC 6749, RFC 9457, and the shapes of
// the big providers.
constexpr std::array<std::string_view, 10> kPaths = {
    "error_description", "message",           "error.message", "detail", "errors[0].message",
    "errors[0].detail",  "error.description", "description",   "title",  "error"};

// Shorter secrets are not secret, and replacing them would garble every message.
constexpr std::size_t kSecretBytesMin = 4;

void redact(std::string& text, const Secret& secret) {
    if (secret.reveal().size() < kSecretBytesMin) return;
    for (std::size_t at = text.find(secret.reveal()); at != std::string::npos;
         at = text.find(secret.reveal(), at)) {
        text.replace(at, secret.reveal().size(), "[hidden]");
    }
}

void redact_all(std::string& text, const CredentialSecrets& secrets) {
    for (const Secret* secret :
         {&secrets.access_token, &secrets.refresh_token, &secrets.username, &secrets.password,
          &secrets.api_key, &secrets.client_id, &secrets.client_secret}) {
        redact(text, *secret);
    }
    for (const auto* group : {&secrets.inputs, &secrets.token, &secrets.callback}) {
        for (const auto& [name, secret] : *group) redact(text, secret);
    }
}

std::optional<std::string> find_message(const Json& body) {
    for (const std::string_view path : kPaths) {
        const Json* value = find_path(body, path);
        if (value != nullptr && value->is_string() && !value->get_string().empty()) {
            return std::string(value->get_string());
        }
    }
    return std::nullopt;
}

}  // namespace

std::string provider_words(std::string_view body, const CredentialSecrets& secrets,
                           std::size_t bytes_max) {
    const auto json = parse_json(body);
    if (!json) return {};
    auto words = find_message(*json);
    if (!words) return {};
    redact_all(*words, secrets);
    for (char& c : *words) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    if (words->size() <= bytes_max) return *words;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>((*words)[end]) & 0xc0U) == 0x80U) --end;
    return words->substr(0, end) + "…";
}

}  // namespace tenon
