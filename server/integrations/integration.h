// An integration is a definition: how to authenticate with one provider and how to call its API.
// Plain values, no I/O. Field names in JSON and YAML are the camelCase forms of those here;
// api.yaml holds the schema.
//
// Every text marked (T) is a template (base/template.h).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/secret.h"
#include "projects/project.h"

namespace tenon {

using IntegrationId = Id<struct IntegrationIdTag>;

enum class IntegrationStatus { draft, active, inactive };
// The contract's names: oauth, basic, oauth_client_credential, ropc_app.
enum class AuthMethodKind { oauth, basic, oauth_client_credential, ropc_app };
// "switch" in JSON, and only among the user settings: true or false.
enum class InputType { text, password, email, url, number, textarea, select, toggle };
// "system": as the device is set.
enum class PortalTheme { system, light, dark };
// "auto": Basic first, then body. private_key_jwt: RFC 7523 §2.2. tls_client_auth: RFC 8705 §2.
enum class ClientAuthentication { basic, body, automatic, private_key_jwt, tls_client_auth };
enum class TokenRequestBody { form, json, query };
enum class TokenRequestMethod { post, get };  // "POST" and "GET"
enum class ExpiryUnit { seconds, milliseconds, minutes };
// Signatures over each request. Only `none` is built; the rules refuse the others by name.
enum class RequestSigning { none, aws_sigv4, hmac, oauth1, wsse };

struct NamedTemplate {
    std::string name;
    std::string value;  // (T)
    bool operator==(const NamedTemplate&) const = default;
};

struct InputOption {
    std::string label;
    std::string value;
    bool operator==(const InputOption&) const = default;
};

// Something the end user fills in before connecting; {{ inputs.<id> }} in templates.
struct InputField {
    std::string id;  // [A-Za-z_][A-Za-z0-9_]{0,63}
    std::string title;
    std::string subtitle;
    std::string placeholder;
    std::string prefix_label;
    std::string suffix_label;
    InputType type = InputType::text;
    bool required = true;
    std::string pattern;  // ECMAScript-like, anchored; empty for none
    std::string default_value;
    std::vector<InputOption> options;  // of a select
    bool operator==(const InputField&) const = default;
};

// Where the interesting values stand in a token answer (paths as in base/json.h find_path).
struct TokenResponsePaths {
    std::string access_token = "access_token";
    std::string refresh_token = "refresh_token";
    std::string expires_in = "expires_in";         // a span from now, or a moment
    ExpiryUnit expiry_unit = ExpiryUnit::seconds;  // of a span
    std::string scope = "scope";
    std::string error = "error";
    bool operator==(const TokenResponsePaths&) const = default;
};

// A value taken from the token answer and usable as {{ token.<name> }}.
struct CapturedValue {
    std::string name;
    std::string path;
    bool operator==(const CapturedValue&) const = default;
};

// A request that the definition spells out: to log in (ropc_app) or to revoke. Nothing is added but
// the client's authentication, where that is asked for.
struct CustomTokenRequest {
    std::string method = "POST";
    std::vector<NamedTemplate> headers;
    TokenRequestBody body_type = TokenRequestBody::json;
    std::vector<NamedTemplate> body;
    bool authenticates_client = false;
    bool operator==(const CustomTokenRequest&) const = default;
};

// What a private_key_jwt assertion says beside the client id (RFC 7523 §3). RS256 with an RSA key,
// ES256 with a P-256 key.
struct ClientAssertion {
    std::string audience;                // (T) empty: the URL that the request goes to
    std::string key_id;                  // `kid`; empty: none
    std::string certificate_thumbprint;  // `x5t#S256`; empty: none
    int lifetime_seconds = 120;
    bool operator==(const ClientAssertion&) const = default;
};

struct Authentication {
    AuthMethodKind method = AuthMethodKind::oauth;
    std::vector<InputField> input_fields;

    // oauth, oauth_client_credential, ropc_app
    std::string authorization_url;  // (T) oauth only; its own query string is kept
    std::string access_token_url;   // (T)
    std::string refresh_url;        // (T) empty: the access token URL
    std::string revocation_url;     // (T) empty: none
    std::string client_id;          // (T)
    // Write-only: a literal secret is sealed in the store; a reference such as {{ secrets.ACME }}
    // stands here.
    bool has_client_secret = false;  // of either kind
    std::string client_secret_reference;
    // PEM, for private_key_jwt; as the client secret. With oauth_client_credential the end user
    // gives the key in place of a client secret.
    bool has_client_private_key = false;
    std::string client_private_key_reference;
    // PEM of certificate, chain and private key, shown to every host of the provider that asks for
    // one (mutual TLS); as the client secret.
    bool has_client_certificate = false;
    std::string client_certificate_reference;
    ClientAssertion client_assertion;
    // What the provider calls client_id and client_secret.
    std::string client_id_parameter = "client_id";
    std::string client_secret_parameter = "client_secret";
    std::vector<std::string> scopes;
    std::string scope_separator = " ";
    bool pkce = true;  // S256
    ClientAuthentication client_authentication = ClientAuthentication::automatic;
    std::vector<NamedTemplate> authorize_parameters;
    std::vector<NamedTemplate> token_parameters;
    std::vector<NamedTemplate> refresh_parameters;
    std::vector<NamedTemplate> token_headers;
    std::vector<NamedTemplate> refresh_headers;  // over the token headers, when refreshing
    TokenRequestMethod token_request_method = TokenRequestMethod::post;
    TokenRequestBody token_request_body = TokenRequestBody::form;
    TokenResponsePaths token_response;
    // Assumed when the answer does not say it; absent: good until the provider answers 401.
    std::optional<int> token_lifetime_seconds;
    std::optional<std::chrono::milliseconds> token_timeout;  // shortens the server's own limit
    std::vector<CapturedValue> captured_from_token;          // {{ token.<name> }}
    std::vector<std::string> captured_from_callback;         // {{ callback.<name> }}
    std::string issuer;  // RFC 9207: compared with `iss` when set
    std::optional<CustomTokenRequest> custom_token_request;  // ropc_app
    std::optional<CustomTokenRequest> revocation_request;    // absent: RFC 7009
    bool asks_api_key = true;  // ropc_app: whether the end user is asked for an API key too

    bool operator==(const Authentication&) const = default;
};

enum class ApiAuthorizationType { none, bearer, basic, query_params, auth_header };

// How a call to the provider's API is authorised. Only the members of its type are used.
struct ApiAuthorization {
    ApiAuthorizationType type = ApiAuthorizationType::bearer;
    std::string token = "{{ credential.access_token }}";  // (T) bearer
    std::string username;                                 // (T) basic
    std::string password;                                 // (T) basic
    std::vector<NamedTemplate> params;                    // query_params
    std::vector<NamedTemplate> headers;                   // auth_header
    bool operator==(const ApiAuthorization&) const = default;
};

// A request that proves a new credential works; any 2xx passes.
struct TestEndpoint {
    std::string method = "GET";
    std::string path;  // (T) relative to the base URL, or absolute
    std::vector<NamedTemplate> headers;
    std::string body;  // (T)
    bool operator==(const TestEndpoint&) const = default;
};

enum class UserProfileStrategy { http, jwt };

// What is learned about the account once, at connection: becomes `providerData`, usable as {{
// profile.<name> }}.
struct UserProfile {
    UserProfileStrategy strategy = UserProfileStrategy::http;
    std::string method = "GET";
    std::string url;  // (T) http: relative to the base URL, or absolute
    std::vector<NamedTemplate> headers;
    std::string body;                   // (T) http
    std::vector<CapturedValue> fields;  // name → path; empty: every scalar at the top of the answer
    std::string provider_id_path;       // becomes `providerId`; empty: none
    bool require_success = true;        // failing means the account is not connected (0704)
    bool operator==(const UserProfile&) const = default;
};

// When an answer of the provider may be asked for again (see retries_max).
struct RetryRule {
    std::vector<int> statuses;  // beside 429, 502, 503 and 504
    std::string after_header;   // seconds to wait, or a date, beside Retry-After
    std::string reset_header;   // the moment to wait for, in Unix seconds or as a date
    bool operator==(const RetryRule&) const = default;
};

struct ApiSetup {
    std::string base_url;  // (T)
    ApiAuthorization authorization;
    std::vector<NamedTemplate> headers;  // sent with each call
    // Hosts beside the base URL's that a full URL in a proxied call may name: "files.example.com"
    // or "*.example.com". All others are refused, so that a credential never reaches them.
    std::vector<std::string> additional_hosts;
    std::optional<TestEndpoint> test_endpoint;
    std::optional<UserProfile> user_profile;
    // Limits towards this provider; absent: the server's defaults.
    std::optional<std::chrono::milliseconds> connect_timeout;
    std::optional<std::chrono::milliseconds> first_byte_timeout;
    std::optional<std::chrono::milliseconds> idle_timeout;
    std::optional<std::chrono::milliseconds> total_timeout;
    RequestSigning request_signing = RequestSigning::none;
    RetryRule retry;
    int retries_max = 0;                       // only for idempotent verbs and unsent requests
    std::optional<int> rate_limit_per_minute;  // per connected user
    bool operator==(const ApiSetup&) const = default;
};

// What a developer writes. Names, rules and limits: integrations/api.yaml.
struct IntegrationDefinition {
    std::string name;
    std::string
        slug;  // without "custom."; derived from the name when empty; immutable after creation
    std::string description;
    std::string icon_svg;      // sanitised
    std::string accent_color;  // "#rrggbb"
    std::string overview;      // Markdown for the portal
    PortalTheme portal_theme = PortalTheme::system;
    // What a connected user sets for each account; kept in its configuration's shared settings.
    std::vector<InputField> user_settings;
    Authentication authentication;
    ApiSetup api;
    bool operator==(const IntegrationDefinition&) const = default;
};

struct Integration {
    IntegrationId id;
    ProjectId project_id;
    IntegrationStatus status = IntegrationStatus::draft;
    std::int64_t revision = 1;  // grows with each change; caches and updates compare it
    IntegrationDefinition definition;
    // Literals sealed with the project's keys; empty: none.
    std::string sealed_client_secret;
    std::string sealed_client_private_key;
    std::string sealed_client_certificate;
    Timestamp created_at;
    Timestamp updated_at;

    std::string type() const { return "custom." + definition.slug; }
};

// The names that JSON, YAML and SQL use.
std::string_view name_of(IntegrationStatus status);
std::string_view name_of(AuthMethodKind method);
std::string_view name_of(InputType type);
std::string_view name_of(PortalTheme theme);
std::string_view name_of(ClientAuthentication style);
std::string_view name_of(TokenRequestBody body);
std::string_view name_of(TokenRequestMethod method);
std::string_view name_of(ExpiryUnit unit);
std::string_view name_of(RequestSigning signing);
std::string_view name_of(ApiAuthorizationType type);
std::string_view name_of(UserProfileStrategy strategy);

}  // namespace tenon
