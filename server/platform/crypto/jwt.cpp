#include "platform/crypto/jwt.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace tenon {
namespace {

// Real headers hold a handful of flat members; claims may hold the permissions object, a few levels
// deep.
constexpr std::size_t kHeaderDepthMax = 4;
constexpr std::size_t kClaimsDepthMax = 24;
constexpr std::size_t kKeyIdBytesMax = 256;
// 9999-12-31T23:59:59Z. A date beyond it is a mistake (milliseconds, mostly) or an attack on
// arithmetic.
constexpr double kNumericDateMax = 253'402'300'799.0;

struct TokenParts {
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
    std::string_view signed_text;  // header.claims
};

Error invalid_token(std::string_view rule) {
    return {ErrorKind::unauthenticated, "token.invalid",
            "The user token is not valid: " + std::string(rule)};
}

Result<TokenParts> split_token(std::string_view token, std::size_t bytes_max) {
    if (token.empty()) return invalid_token("it is empty.");
    if (token.size() > bytes_max) {
        return invalid_token("it is longer than " + std::to_string(bytes_max) + " bytes.");
    }
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos) {
        return invalid_token("a signed token has exactly three parts.");
    }
    const TokenParts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                           token.substr(second + 1), token.substr(0, second)};
    if (parts.header.empty() || parts.claims.empty() || parts.signature.empty()) {
        return invalid_token("one of its three parts is empty.");
    }
    return parts;
}

Result<Json> decode_object(std::string_view part, std::string_view name, std::size_t depth_max) {
    const auto bytes = base64url_decode(part);
    if (!bytes) return invalid_token(std::string(name) + " is not base64url.");
    auto json = parse_json(*bytes, {.depth_max = depth_max, .bytes_max = bytes->size()});
    if (!json || !json->is_object()) {
        return invalid_token(std::string(name) + " is not a JSON object with distinct members.");
    }
    return json;
}

// The key comes from the project alone. A `kid` is tolerated as a label, since signers like to send
// one, but one that reads like a path, an address or a query is refused.
bool is_plain_key_id(const Json& value) {
    if (!value.is_string()) return false;
    const std::string_view text = value.get_string();
    if (text.size() > kKeyIdBytesMax || text.starts_with('/')) return false;
    if (text.find("..") != text.npos || text.find("//") != text.npos) return false;
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._:@=+~/-").find(c) != std::string_view::npos;
    });
}

Ok check_header(const Json& header) {
    const Json* const algorithm = find_member(header, "alg");
    if (algorithm == nullptr || !algorithm->is_string() || algorithm->get_string() != "RS256") {
        return invalid_token("its algorithm must be RS256.");
    }
    const JsonObject& members = header.as_object();
    if (members.contains("crit")) return invalid_token("critical header extensions are refused.");
    static constexpr std::array<std::string_view, 4> kKeyCarriers = {"jwk", "jku", "x5u", "x5c"};
    for (const std::string_view name : kKeyCarriers) {
        if (members.contains(name)) {
            return invalid_token("its header carries a key (" + std::string(name) +
                                 "); the project alone chooses it.");
        }
    }
    if (const Json* const key_id = members.if_contains("kid");
        key_id && !is_plain_key_id(*key_id)) {
        return invalid_token("its key id (kid) is not a plain label.");
    }
    if (const Json* const type = members.if_contains("typ")) {
        const bool known =
            type->is_string() && (equals_ignoring_case(type->get_string(), "JWT") ||
                                  equals_ignoring_case(type->get_string(), "at+jwt"));
        if (!known) return invalid_token("its type (typ) must be JWT or at+jwt.");
    }
    return {};
}

// A NumericDate in seconds (RFC 7519, section 2): an integer or a finite fraction within a sane
// range.
Result<double> numeric_date(const Json& value, std::string_view name) {
    double seconds = -1;
    if (value.is_int64()) seconds = static_cast<double>(value.get_int64());
    if (value.is_uint64()) seconds = static_cast<double>(value.get_uint64());
    if (value.is_double()) seconds = value.get_double();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > kNumericDateMax) {
        return invalid_token(std::string(name) + " must be a number of seconds since 1970.");
    }
    return seconds;
}

Ok check_times(const Json& claims, std::chrono::seconds clock_skew, Timestamp now) {
    const double now_seconds = static_cast<double>(to_millis(now)) / 1000.0;
    const double skew = static_cast<double>(clock_skew.count());
    const Json* const expiry = find_member(claims, "exp");
    if (expiry == nullptr) return invalid_token("it must have an expiry (exp).");
    ASSIGN_OR_RETURN(const double expires, numeric_date(*expiry, "exp"));
    for (const std::string_view name : {std::string_view("nbf"), std::string_view("iat")}) {
        const Json* const value = claims.as_object().if_contains(name);
        if (value == nullptr) continue;
        ASSIGN_OR_RETURN(const double starts, numeric_date(*value, name));
        if (starts > now_seconds + skew) {
            return invalid_token(std::string(name) + " lies in the future.");
        }
    }
    if (now_seconds >= expires + skew) {
        return Error{ErrorKind::unauthenticated, "token.expired", "The user token has expired."};
    }
    return {};
}

Ok check_audience(const Json& claims, const std::vector<std::string>& accepted) {
    const Json* const audience = claims.as_object().if_contains("aud");
    if (audience == nullptr) return {};
    const auto is_accepted = [&](const Json& value) {
        return value.is_string() &&
               std::ranges::find(accepted, std::string_view(value.get_string())) != accepted.end();
    };
    if (audience->is_array()) {
        const JsonArray& values = audience->get_array();
        const bool only_texts =
            std::ranges::all_of(values, [](const Json& value) { return value.is_string(); });
        if (only_texts && std::ranges::any_of(values, is_accepted)) return {};
    } else if (is_accepted(*audience)) {
        return {};
    }
    return invalid_token("its audience (aud) is not this project.");
}

}  // namespace

Result<Json> verify_jwt_rs256(std::string_view token, const std::vector<RsaPublicKey>& keys,
                              const JwtRules& rules, Timestamp now) {
    ASSIGN_OR_RETURN(const TokenParts parts, split_token(token, rules.bytes_max));
    ASSIGN_OR_RETURN(const Json header, decode_object(parts.header, "its header", kHeaderDepthMax));
    RETURN_IF_ERROR(check_header(header));
    const auto signature = base64url_decode(parts.signature);
    const bool is_signed = signature && std::ranges::any_of(keys, [&](const RsaPublicKey& key) {
                               return key.verify_rs256(parts.signed_text, *signature);
                           });
    // Claims are read only after the signature held, so a stranger learns nothing from them.
    if (!is_signed) return invalid_token("its signature does not match a key of this project.");
    ASSIGN_OR_RETURN(Json claims, decode_object(parts.claims, "its claims part", kClaimsDepthMax));
    RETURN_IF_ERROR(check_times(claims, rules.clock_skew, now));
    RETURN_IF_ERROR(check_audience(claims, rules.audiences));
    return claims;
}

Result<std::string> sign_jwt_rs256(const Json& claims, const Secret& private_pem,
                                   std::string_view kid) {
    JsonObject header{{"alg", "RS256"}, {"typ", "JWT"}};
    if (!kid.empty()) header["kid"] = kid;
    std::string token =
        base64url_encode(write_json(header)) + "." + base64url_encode(write_json(claims));
    ASSIGN_OR_RETURN(const std::string signature, sign_rs256(token, private_pem));
    return token + "." + base64url_encode(signature);
}

}  // namespace tenon
