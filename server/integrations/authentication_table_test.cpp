// Every field of `authentication` with values that it must refuse.
#include <gtest/gtest.h>

#include "integrations/definition_table.h"

namespace tenon {
namespace {

void add_inputs(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    const std::string field = "authentication.inputFields[0].";
    append(
        rows,
        {
            {base, "authentication.inputFields", list_of(51, json_of(R"({"id":"a","title":"A"})")),
             "50", ""},
            {base, "authentication.inputFields[1]",
             json_of(R"({"id":"subdomain","title":"Again"})"), "unique",
             "authentication.inputFields[1].id"},
            {base, "authentication.inputFields[0]", json_of(R"({"title":"A"})"), "", field + "id"},
            {base, field + "id", "1a", "", ""},
            {base, field + "id", "a-b", "", ""},
            {base, field + "id", "oauthAccessToken", "oauthAccessToken", ""},
            {base, field + "title", "", "", ""},
            {base, field + "title", " ", "blank", ""},
            {base, field + "title", "a\rb", "control", ""},
            {base, field + "title", long_text(121), "120", ""},
            {base, field + "subtitle", "a\nb", "control", ""},
            {base, field + "subtitle", long_text(501), "500", ""},
            {base, field + "placeholder", "a\nb", "control", ""},
            {base, field + "placeholder", long_text(201), "200", ""},
            {base, field + "prefixLabel", "a\nb", "control", ""},
            {base, field + "prefixLabel", long_text(81), "80", ""},
            {base, field + "suffixLabel", "a\nb", "control", ""},
            {base, field + "suffixLabel", long_text(81), "80", ""},
            {base, field + "type", "html", "", ""},
            {base, field + "required", "yes", "", ""},
            {base, field + "pattern", "(", "", ""},
            {base, field + "pattern", R"((a)\1)", "", ""},
            {base, field + "pattern", long_text(201), "200", ""},
            {select_field(), "authentication.inputFields[1].pattern", "eu", "select", ""},
            {base, field + "defaultValue", long_text(1001), "1000", ""},
            {with(base, field + "pattern", "[a-z]+"), field + "defaultValue", "9",
             "match the pattern", ""},
            {with(base, field + "type", "password"), field + "defaultValue", "x", "password", ""},
            {select_field(), "authentication.inputFields[1].defaultValue", "us",
             "one of the options", ""},
            {base, field + "options", json_of(R"([{"label":"A","value":"a"}])"), "select", ""},
            {select_field(), "authentication.inputFields[1].options", JsonArray(), "required", ""},
            {select_field(), "authentication.inputFields[1].options[1]",
             json_of(R"({"label":"B","value":"eu"})"), "twice",
             "authentication.inputFields[1].options"},
            {select_field(), "authentication.inputFields[1].options[0].label", "", "", ""},
            {select_field(), "authentication.inputFields[1].options[0].label", "a\nb", "control",
             "authentication.inputFields[1].options"},
            {select_field(), "authentication.inputFields[1].options[0].value", 5, "", ""},
            {select_field(), "authentication.inputFields[1].options[0].value", long_text(201),
             "200", ""},
            {select_field(), "authentication.inputFields[1].options",
             list_of(201, json_of(R"({"label":"A","value":"a"})")), "200", ""},
            {basic_json(), "authentication.inputFields", JsonArray(), "at least one", ""},
        });
}

void add_oauth(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    const std::string at = "authentication.";
    for (const char* url : {"authorizationUrl", "accessTokenUrl", "refreshUrl", "revocationUrl"}) {
        add_urls(rows, base, at + url);
    }
    for (const char* url : {"authorizationUrl", "accessTokenUrl"})
        rows.push_back({base, at + url, "", "required", ""});
    for (const char* variable :
         {"credential.access_token", "credential.client_secret", "credential.client_id"}) {
        rows.push_back({base, at + "authorizationUrl",
                        Json("https://a.example/{{ " + std::string(variable) + " }}"), "here", ""});
    }
    rows.push_back({base, at + "authorizationUrl", "https://a.example/?state=1", "state", ""});
    rows.push_back({base, at + "authorizationUrl",
                    "https://a.example/?x=1&redirect%5Furi=https://b.example", "redirect_uri", ""});
    rows.push_back({base, at + "authorizationUrl", "https://a.example/?response_type=token",
                    "must be code", ""});
    rows.push_back({base, at + "authorizationUrl", "https://a.example/?scope=x", "scopes", ""});
    rows.push_back({base, at + "accessTokenUrl", "https://a.example/{{ credential.access_token }}",
                    "here", ""});
    rows.push_back({base, at + "accessTokenUrl", "https://a.example/{{ credential.password }}",
                    "no such value", ""});
    rows.push_back({base, at + "clientId", "", "required", ""});
    rows.push_back({base, at + "clientId", "{{ credential.client_id }}", "here", ""});
    add_template(rows, base, at + "clientId");
    rows.push_back({base, at + "clientSecret", "a{{ secrets.X }}", "exactly one", ""});
    rows.push_back({base, at + "clientSecret", "{{ inputs.subdomain }}", "exactly one", ""});
    rows.push_back(
        {base, at + "clientSecret", "{{ secrets.X ?? \"default\" }}", "exactly one", ""});
    rows.push_back({base, at + "clientSecret", "a\nb", "control", ""});
    rows.push_back({base, at + "clientSecret", long_text(8193), "8192", ""});
    rows.push_back({base, at + "scopes", "read write", "", ""});
    rows.push_back({base, at + "scopes[0]", "", "", ""});
    rows.push_back({base, at + "scopes[0]", "read write", "separator", ""});
    rows.push_back({base, at + "scopes[1]", "read", "repeats", ""});
    rows.push_back({base, at + "scopes[0]",
                    "r\xc3\xa9"
                    "ad",
                    "printable", ""});
    rows.push_back({base, at + "scopes[0]", long_text(301), "300", ""});
    rows.push_back({base, at + "scopeSeparator", "", "", ""});
    rows.push_back({base, at + "scopeSeparator", "\n", "printable", ""});
    rows.push_back({base, at + "scopeSeparator", "    ", "3", ""});
    rows.push_back({base, at + "pkce", "yes", "", ""});
    rows.push_back({base, at + "clientAuthentication", "header", "", ""});
    add_parameters(rows, base, at + "authorizeParameters");
    for (const char* name :
         {"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"}) {
        rows.push_back({base, at + "authorizeParameters." + name, "x", "Tenon", ""});
    }
    rows.push_back({base, at + "authorizeParameters.response_type", "token", "must be code", ""});
    rows.push_back(
        {base, at + "authorizeParameters.response_mode", "form_post", "must be query", ""});
    rows.push_back({base, at + "authorizeParameters.scope", "x", "scopes", ""});
    rows.push_back(
        {base, at + "authorizeParameters.x", "{{ credential.client_secret }}", "here", ""});
    rows.push_back({base, at + "captureFromCallback", "realmId", "", ""});
    rows.push_back({base, at + "captureFromCallback[0]", "a b", "", ""});
    rows.push_back({base, at + "captureFromCallback[0]", "code", "flow itself", ""});
    rows.push_back({base, at + "captureFromCallback[0]", "state", "flow itself", ""});
    rows.push_back({base, at + "issuer", "a.example", "URL", ""});
    rows.push_back({base, at + "issuer", "https://a.example/?x", "query", ""});
    rows.push_back({base, at + "issuer", long_text(2040, "https://a.example/"), "2048", ""});
}

void add_token_request(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    const std::string at = "authentication.";
    for (const char* map : {"tokenParameters", "refreshParameters"}) {
        add_parameters(rows, base, at + map);
        for (const char* name : {"client_id", "client_secret", "code", "redirect_uri",
                                 "code_verifier", "refresh_token"}) {
            rows.push_back({base, at + map + "." + name, "x", "Tenon", ""});
        }
    }
    rows.push_back({base, at + "tokenParameters.x", "{{ credential.access_token }}", "here", ""});
    add_headers(rows, base, at + "tokenHeaders");
    rows.push_back({base, at + "tokenHeaders.authorization", "Basic x", "HTTP Basic", ""});
    rows.push_back({base, at + "tokenRequestBody", "xml", "", ""});
    for (const char* path : {"accessToken", "refreshToken", "expiresIn", "scope", "error"}) {
        const std::string field = at + "tokenResponse." + path;
        rows.push_back({base, field, "a..b", "path", ""});
        rows.push_back({base, field, "a[x]", "path", ""});
        rows.push_back({base, field, "a[0", "path", ""});
        rows.push_back({base, field, long_text(257), "256", ""});
    }
    rows.push_back({base, at + "tokenResponse.accessToken", "", "required", ""});
    rows.push_back({base, at + "tokenResponse.unknown", "a", "", ""});
    rows.push_back({base, at + "captureFromToken.x", "", "path", ""});
    rows.push_back({base, at + "captureFromToken.x", "a.", "path", ""});
    rows.push_back({base, at + "captureFromToken.x", 1, "", ""});
    rows.push_back(
        {base, at + "captureFromToken", JsonObject{{"a b", "x"}}, "", at + "captureFromToken.a b"});
    rows.push_back({base, at + "captureFromToken", map_of(51), "50", ""});
}

void add_client(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    const std::string at = "authentication.";
    for (const char* name : {"clientIdParameter", "clientSecretParameter"}) {
        rows.push_back({base, at + name, "", "", ""});
        rows.push_back({base, at + name, "a b", "must be a name", ""});
        rows.push_back({base, at + name, "redirect_uri", "another parameter", ""});
        rows.push_back({base, at + name, long_text(65), "64", ""});
    }
    rows.push_back({base, at + "clientSecretParameter", "client_id", "must differ", ""});
    const Json renamed = with(base, at + "clientIdParameter", "client_key");
    rows.push_back({renamed, at + "authorizeParameters.client_key", "x", "Tenon", ""});
    rows.push_back({renamed, at + "tokenParameters.client_key", "x", "Tenon", ""});
    for (const char* name : {"clientPrivateKey", "clientCertificate"}) {
        rows.push_back({base, at + name, "a{{ secrets.X }}", "exactly one", ""});
        rows.push_back({base, at + name, "no pem", "PEM", ""});
        rows.push_back({base, at + name, 5, "", ""});
    }
    rows.push_back({base, at + "clientPrivateKey", long_text(16'385), "16384", ""});
    rows.push_back({base, at + "clientCertificate", long_text(65'537), "65536", ""});
    rows.push_back({base, at + "clientAuthentication", "private_key_jwt", "required",
                    at + "clientPrivateKey"});
    rows.push_back({base, at + "clientAuthentication", "tls_client_auth", "required",
                    at + "clientCertificate"});
    rows.push_back(
        {base, at + "clientAssertion.keyId", "k", "private_key_jwt", at + "clientAssertion"});
    const Json signs = signing_json();
    rows.push_back({signs, at + "clientAssertion.keyId", "a\nb", "control", ""});
    rows.push_back({signs, at + "clientAssertion.keyId", long_text(257), "256", ""});
    add_template(rows, signs, at + "clientAssertion.audience");
    rows.push_back(
        {signs, at + "clientAssertion.audience", "{{ credential.access_token }}", "here", ""});
    rows.push_back({signs, at + "clientAssertion.certificateThumbprint", "abc", "43", ""});
    rows.push_back({signs, at + "clientAssertion.lifetimeSeconds", 29, "30", ""});
    rows.push_back({signs, at + "clientAssertion.lifetimeSeconds", 601, "600", ""});
}

void add_requests(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    const std::string at = "authentication.";
    add_headers(rows, base, at + "refreshHeaders");
    rows.push_back(
        {with_profile(), at + "accessTokenUrl", "https://a.example/{{ profile.id }}", "here", ""});
    rows.push_back({base, at + "refreshHeaders.authorization", "Basic x", "HTTP Basic", ""});
    rows.push_back({base, at + "tokenRequestMethod", "PUT", "", ""});
    rows.push_back({base, at + "tokenRequestMethod", "GET", "query", ""});
    rows.push_back({base, at + "tokenResponse.expiryUnit", "hours", "", ""});
    rows.push_back({base, at + "tokenLifetimeSeconds", 59, "60", ""});
    rows.push_back({base, at + "tokenLifetimeSeconds", 31'536'001, "31536000", ""});
    rows.push_back({base, at + "tokenTimeoutMs", 999, "1000", ""});
    rows.push_back({base, at + "tokenTimeoutMs", 60'001, "60000", ""});
    rows.push_back({base, at + "revocationRequest", JsonObject(), "revocationUrl", ""});
    const Json revokes = revoking_json();
    const std::string request = at + "revocationRequest.";
    rows.push_back({revokes, request + "method", "PATCH", "", ""});
    rows.push_back({revokes, request + "method", "GET", "GET", request + "body"});
    rows.push_back({revokes, request + "bodyType", "query", "", ""});
    rows.push_back({revokes, request + "authenticatesClient", "yes", "", ""});
    rows.push_back({with(revokes, request + "authenticatesClient", true),
                    request + "headers.Authorization", "x", "HTTP Basic", ""});
    add_parameters(rows, revokes, request + "body");
    add_headers(rows, revokes, request + "headers");
}

void add_other_methods(std::vector<WrongValue>& rows) {
    const std::string at = "authentication.";
    for (const char* member :
         {"authorizationUrl", "accessTokenUrl", "clientId", "clientSecret", "scopes", "pkce",
          "issuer", "tokenHeaders", "tokenRequest", "asksApiKey", "captureFromCallback",
          "clientPrivateKey", "clientAssertion", "revocationRequest", "tokenTimeoutMs"}) {
        rows.push_back({basic_json(), at + member, "x", "", ""});
    }
    for (const char* member :
         {"authorizationUrl", "refreshUrl", "clientId", "clientSecret", "pkce", "tokenRequest",
          "refreshParameters", "authorizeParameters", "clientPrivateKey", "refreshHeaders"}) {
        rows.push_back({client_credential_json(), at + member, "x", "", ""});
    }
    for (const char* member :
         {"authorizationUrl", "authorizeParameters", "pkce", "captureFromCallback", "issuer"}) {
        rows.push_back({ropc_json(), at + member, "x", "", ""});
    }
    rows.push_back({client_credential_json(), at + "accessTokenUrl", "", "required", ""});
    rows.push_back({ropc_json(), at + "accessTokenUrl", "", "required", ""});
    rows.push_back({ropc_json(), at + "asksApiKey", "no", "", ""});
    rows.push_back({with_request(), at + "tokenRequest.method", "PATCH", "", ""});
    rows.push_back(
        {with_request(), at + "tokenRequest.method", "GET", "GET", at + "tokenRequest.body"});
    rows.push_back({with_request(), at + "tokenRequest.bodyType", "xml", "", ""});
    rows.push_back({with_request(), at + "tokenRequest.unknown", "xml", "", ""});
    rows.push_back({with_request(), at + "tokenRequest.authenticatesClient", 1, "", ""});
    add_parameters(rows, with_request(), at + "tokenRequest.body");
    add_headers(rows, with_request(), at + "tokenRequest.headers");
    rows.push_back(
        {with_request(), at + "tokenRequest.body.x", "{{ credential.access_token }}", "here", ""});
    const Json no_key = with(with_request(), at + "asksApiKey", false);
    rows.push_back(
        {no_key, at + "tokenRequest.body.x", "{{ credential.api_key }}", "no such value", ""});
    rows.push_back({oauth_json(), at + "tokenParameters.x", "{{ callback.realmId }}",
                    "captureFromCallback", ""});
}

}  // namespace

std::vector<WrongValue> authentication_rows() {
    std::vector<WrongValue> rows;
    add_inputs(rows);
    add_oauth(rows);
    add_token_request(rows);
    add_client(rows);
    add_requests(rows);
    add_other_methods(rows);
    return rows;
}

namespace {

TEST(AuthenticationTable, every_wrong_value_is_refused_by_field_and_rule) {
    for (const WrongValue& row : authentication_rows()) EXPECT_EQ(broken_promise(row), "");
}

}  // namespace
}  // namespace tenon
