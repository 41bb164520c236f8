#include "connect/callback_query.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/random.h"
#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {

namespace {

constexpr std::size_t kProjectCharacters = 22;  // 16 bytes in base64url
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kTokenCharacters = kProjectCharacters + 43;

// Twice one of these is an attack or a broken provider; RFC 6749 §3.1 forbids it.
constexpr std::array<std::string_view, 5> kOnceOnly = {"state", "code", "error",
                                                       "error_description", "iss"};

// Words of a provider end up before people: no controls, and not without end.
std::string shown_words(std::string_view text, std::size_t bytes_max) {
    if (!is_valid_utf8(text)) return {};
    std::string words;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        words += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
    if (words.size() <= bytes_max) return words;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0U) == 0x80U) --end;
    return words.substr(0, end) + "…";
}

// False when a name or value cannot be decoded, or one of the protocol's own comes twice.
bool read_parameters(std::string_view query, const CallbackLimits& limits,
                     std::map<std::string, Secret>& parameters) {
    if (query.empty()) return true;
    const auto parts = split(query, '&');
    if (parts.size() > limits.parameters_max) return false;
    for (const std::string_view part : parts) {
        if (part.empty()) continue;
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = form_decode(part.substr(0, equals));
        auto value = form_decode(equals < part.size() ? part.substr(equals + 1) : "");
        if (!name || !value) return false;
        const bool is_new = parameters.try_emplace(*name, Secret(std::move(*value))).second;
        if (!is_new && std::find(kOnceOnly.begin(), kOnceOnly.end(), *name) != kOnceOnly.end()) {
            return false;
        }
    }
    return true;
}

std::string_view text_of(const std::map<std::string, Secret>& parameters, const std::string& name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string_view() : found->second.reveal();
}

}  // namespace

std::optional<CallbackQuery> parse_callback_query(std::string_view query,
                                                  const CallbackLimits& limits) {
    if (query.size() > limits.query_bytes_max) return std::nullopt;
    CallbackQuery result;
    if (!read_parameters(query, limits, result.parameters)) return std::nullopt;

    result.state = std::string(text_of(result.parameters, "state"));
    const auto project = project_of_flow_token(result.state);
    if (!project) return std::nullopt;
    result.project_id = *project;

    result.code = Secret(std::string(text_of(result.parameters, "code")));
    if (result.code.reveal().size() > limits.code_bytes_max) return std::nullopt;
    result.error = shown_words(text_of(result.parameters, "error"), limits.words_bytes_max);
    result.error_description =
        shown_words(text_of(result.parameters, "error_description"), limits.words_bytes_max);
    if (result.parameters.contains("iss")) {
        result.issuer = std::string(text_of(result.parameters, "iss"));
    }
    result.parameters.erase("state");
    result.parameters.erase("code");
    return result;
}

std::string make_flow_token(ProjectId project) {
    const auto& bytes = project.uuid().bytes;
    std::string raw(bytes.size(), '\0');
    std::memcpy(raw.data(), bytes.data(), bytes.size());
    return base64url_encode(raw) + random_token(kSecretBytes);
}

std::optional<ProjectId> project_of_flow_token(std::string_view token) {
    if (token.size() != kTokenCharacters) return std::nullopt;
    if (!base64url_decode(token.substr(kProjectCharacters))) return std::nullopt;
    const auto raw = base64url_decode(token.substr(0, kProjectCharacters));
    if (!raw) return std::nullopt;
    Uuid uuid;
    if (raw->size() != uuid.bytes.size()) return std::nullopt;
    std::memcpy(uuid.bytes.data(), raw->data(), raw->size());
    return ProjectId(uuid);
}

Error unknown_connect_flow() {
    return {ErrorKind::gone, "connect.flow_unknown",
            "This attempt to connect is not known here, has been used, or has expired. Start again "
            "from where you came."};
}

std::string hash_of_token(std::string_view token) { return hex_encode(sha256(token)); }

}  // namespace tenon
