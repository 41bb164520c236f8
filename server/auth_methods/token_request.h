// A request to a provider's token, refresh or revocation endpoint: what a grant sends, and how it
// becomes HTTP.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth_methods/api_request.h"
#include "auth_methods/template_values.h"
#include "base/result.h"
#include "base/secret.h"
#include "integrations/integration.h"
#include "platform/http/client.h"

namespace tenon {

struct NamedValue {
    std::string name;
    Secret value;
};

// How the client shows who it is (RFC 6749 §2.3). `none`: the parameters say everything.
enum class ClientProof { none, basic_header, body_parameters, assertion };

struct TokenRequest {
    IntegrationId integration_id;
    std::int64_t integration_revision = 0;
    std::string method = "POST";
    std::string url;
    TokenRequestBody body = TokenRequestBody::form;
    std::vector<NamedValue> parameters;  // no name twice
    std::vector<PreparedHeader> headers;
    ClientAuthentication client_authentication = ClientAuthentication::automatic;
    Secret client_id;      // empty: the request carries no client authentication at all
    Secret client_secret;  // empty: a public client, which sends its id in the body
    std::string client_id_parameter = "client_id";
    std::string client_secret_parameter = "client_secret";
    Secret private_key;         // PEM, of private_key_jwt
    ClientAssertion assertion;  // its audience is rendered already
    std::shared_ptr<const http::ClientIdentity> identity = nullptr;  // for mutual TLS
    std::optional<Milliseconds> timeout;  // shortens the endpoint's own limit
};

// What a grant starts from: the URL, and the client's id and secret: the definition's, or those
// that the end user gave (oauth_client_credential). Errors: invalid_input "template.…" and
// "url.invalid".
Result<TokenRequest> begin_token_request(const TemplateValues& values, std::string_view url);

// A request that a definition spells out whole: no grant type, and client authentication only
// where it asks for that.
Result<TokenRequest> spelled_request(const CustomTokenRequest& spelled, std::string_view url,
                                     const TemplateValues& values);

// Sets a parameter; a later one of the same name wins.
void set_parameter(TokenRequest& request, std::string name, Secret value);
// The definition's own parameters win over the grant's, so that odd providers can be served. One
// whose template renders to nothing is left out.
Ok add_parameters(TokenRequest& request, const std::vector<NamedTemplate>& parameters,
                  const TemplateValues& values);
Ok add_headers(TokenRequest& request, const std::vector<NamedTemplate>& headers,
               const TemplateValues& values);
// The scopes in one text; empty when there are none.
std::string joined_scopes(const Authentication& authentication);

http::ClientRequest to_http(const TokenRequest& request, ClientProof proof);

// Every secret that the request carries, to be kept out of messages.
std::vector<const Secret*> secrets_of(const TokenRequest& request);

}  // namespace tenon
