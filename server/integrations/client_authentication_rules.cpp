// The rules of how a client shows who it is: names of its parameters, private_key_jwt, mutual TLS.
#include <algorithm>
#include <array>

#include "integrations/field_checks.h"

namespace tenon {
namespace {

// Names of a request that mean something else.
constexpr std::array<std::string_view, 9> kTaken = {
    "code",          "state",         "scope",          "grant_type",      "redirect_uri",
    "code_verifier", "refresh_token", "code_challenge", "client_assertion"};

void check_parameter_name(const std::string& field, const std::string& name, FieldChecks& checks) {
    if (!is_variable_name(name)) {
        checks.wrong(field, "must be a name of letters, digits, '_' and '-'");
    } else if (std::ranges::find(kTaken, name) != kTaken.end()) {
        checks.wrong(field, "is the name of another parameter");
    }
}

// base64url of 32 bytes, without padding.
bool is_thumbprint(std::string_view text) {
    constexpr std::size_t kLength = 43;
    return text.size() == kLength && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_';
           });
}

void check_assertion(const Authentication& a, FieldChecks& checks) {
    const std::string field = "authentication.clientAssertion";
    const ClientAssertion& assertion = a.client_assertion;
    if (a.client_authentication != ClientAuthentication::private_key_jwt) {
        if (!(assertion == ClientAssertion{})) {
            checks.wrong(field, "belongs to the client authentication private_key_jwt");
        }
        return;
    }
    checks.text(field + ".audience", assertion.audience, kForTokenRequest, TemplatePlace::form);
    checks.line(field + ".keyId", assertion.key_id);
    if (!assertion.certificate_thumbprint.empty() &&
        !is_thumbprint(assertion.certificate_thumbprint)) {
        checks.wrong(field + ".certificateThumbprint",
                     "must be SHA-256 over the certificate, as 43 characters of base64url");
    }
    const bool user_brings_key = a.method == AuthMethodKind::oauth_client_credential;
    if (!user_brings_key && !a.has_client_private_key) {
        checks.missing("authentication.clientPrivateKey",
                       "is required for the client authentication private_key_jwt");
    }
}

}  // namespace

void check_client_authentication(const Authentication& a, FieldChecks& checks) {
    check_parameter_name("authentication.clientIdParameter", a.client_id_parameter, checks);
    check_parameter_name("authentication.clientSecretParameter", a.client_secret_parameter, checks);
    if (a.client_id_parameter == a.client_secret_parameter) {
        checks.wrong("authentication.clientSecretParameter", "must differ from clientIdParameter");
    }
    check_assertion(a, checks);
    if (a.client_authentication == ClientAuthentication::tls_client_auth &&
        !a.has_client_certificate) {
        checks.missing("authentication.clientCertificate",
                       "is required for the client authentication tls_client_auth");
    }
}

}  // namespace tenon
