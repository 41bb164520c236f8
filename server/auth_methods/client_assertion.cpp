#include "auth_methods/client_assertion.h"

#include "base/random.h"
#include "platform/crypto/jwt_signer.h"

namespace tenon {
namespace {

constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::size_t kIdBytes = 16;
// Clocks of providers drift; none may see the assertion before its time.
constexpr std::int64_t kSkewSeconds = 30;

JsonObject header_of(const ClientAssertion& assertion) {
    JsonObject header;
    if (!assertion.key_id.empty()) header["kid"] = assertion.key_id;
    if (!assertion.certificate_thumbprint.empty()) {
        header["x5t#S256"] = assertion.certificate_thumbprint;
    }
    return header;
}

JsonObject claims_of(const TokenRequest& request, std::int64_t now) {
    const std::string id(request.client_id.reveal());
    const std::string& audience = request.assertion.audience;
    return {{"iss", id},
            {"sub", id},
            {"aud", audience.empty() ? request.url : audience},
            {"jti", random_token(kIdBytes)},
            {"iat", now},
            {"nbf", now - kSkewSeconds},
            {"exp", now + request.assertion.lifetime_seconds}};
}

}  // namespace

Ok add_client_assertion(TokenRequest& request, Timestamp now) {
    const auto key = JwtSigner::from_pem(request.private_key);
    if (!key) {
        return Error{ErrorKind::unprocessable, "connect.client_key_invalid",
                     "The client's assertion cannot be signed. " + key.error().message};
    }
    const std::int64_t seconds = to_millis(now) / 1000;
    ASSIGN_OR_RETURN(std::string token,
                     key->sign_jwt(header_of(request.assertion), claims_of(request, seconds)));
    set_parameter(request, "client_assertion_type", Secret(std::string(kAssertionType)));
    set_parameter(request, "client_assertion", Secret(std::move(token)));
    return {};
}

}  // namespace tenon
