// Fuzzes the token verifier. The first byte chooses what the rest is: a whole token, a header, or
// claims; the latter two are signed properly, so that the checks behind the signature are reached.
// What is accepted must have an expiry.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "platform/crypto/jwt.h"

namespace {

using namespace tenon;

const RsaKeyPair& pair() {
    static const RsaKeyPair made = *generate_rsa_key();
    return made;
}

std::string signed_token(std::string_view header, std::string_view claims) {
    const std::string text = base64url_encode(header) + "." + base64url_encode(claims);
    return text + "." + base64url_encode(*sign_rs256(text, pair().private_pem));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const std::vector<RsaPublicKey> keys = {*RsaPublicKey::from_pem(pair().public_pem)};
    static const JwtRules rules{.audiences = {"tenon/p1"}};
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string token(input);
    if (data[0] % 3 == 1) token = signed_token(input, R"({"sub":"a","exp":2000000000})");
    if (data[0] % 3 == 2) token = signed_token(R"({"alg":"RS256"})", input);
    const auto claims = verify_jwt_rs256(token, keys, rules, from_millis(1'767'225'600'000));
    if (claims && !(claims->is_object() && find_member(*claims, "exp") != nullptr)) std::abort();
    if (!claims && claims.error().kind != ErrorKind::unauthenticated) std::abort();
    return 0;
}
