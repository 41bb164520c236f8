// Every other field of a definition with values that it must refuse, and that no field of the
// schema lacks a row.
#include "integrations/definition_table.h"

#include <gtest/gtest.h>
#include <set>

namespace tenon {
namespace {

void add_basics(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    append(rows, {
                     {base, "name", "", "", ""},
                     {base, "name", 7, "", ""},
                     {base, "name", "   ", "blank", ""},
                     {base, "name", "a\nb", "control", ""},
                     {base, "name", long_text(81), "80", ""},
                     {base, "name", "日本語", "choose one", "slug"},
                     {base, "name", "___", "choose one", "slug"},
                     {base, "slug", "Acme", "", ""},
                     {base, "slug", "acme-crm", "", ""},
                     {base, "slug", "", "", ""},
                     {base, "slug", long_text(65), "", ""},
                     {base, "description", "a\nb", "control", ""},
                     {base, "description", long_text(301), "300", ""},
                     {base, "icon", "<svg", "line 1", ""},
                     {base, "icon", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
                      "script", ""},
                     {base, "icon", long_text(65'537), "65536", ""},
                     {base, "accentColor", "red", "", ""},
                     {base, "accentColor", "#12345", "", ""},
                     {base, "accentColor", "#12345g", "", ""},
                     {base, "accentColor", "#123456;color:red", "", ""},
                     {base, "overview", "a\x01", "control", ""},
                     {base, "overview", long_text(20'001), "20000", ""},
                     {base, "portalTheme", "pink", "one of", ""},
                     {base, "status", "enabled", "", ""},
                     {base, "unknown", 1, "", ""},
                     {base, "id", "3c2e7a30-0000-4000-8000-000000000000", "", ""},
                     {base, "projectId", "3c2e7a30-0000-4000-8000-000000000000", "", ""},
                     {base, "authentication", "oauth", "", ""},
                     {base, "authentication.method", "saml", "one of", ""},
                     {base, "authentication.unknown", 1, "", ""},
                     {base, "api", 1, "", ""},
                     {base, "api.unknown", 1, "", ""},
                 });
}

// The rules of a field are those of authentication.inputFields; here each member is wrong once.
void add_user_settings(std::vector<WrongValue>& rows) {
    const Json base = with(oauth_json(), "userSettings",
                           json_of(R"([{"id":"region","title":"Region","type":"select",
                     "options":[{"label":"Europe","value":"eu"}]},{"id":"note","title":"Note"}])"));
    const std::string select = "userSettings[0].";
    const std::string text = "userSettings[1].";
    rows.push_back(
        {base, "userSettings", list_of(51, json_of(R"({"id":"a","title":"A"})")), "50", ""});
    rows.push_back({base, text + "id", "region", "unique", text + "id"});
    rows.push_back({base, text + "id", "1st", "", ""});
    rows.push_back({base, text + "title", " ", "blank", ""});
    rows.push_back({base, text + "subtitle", "a\nb", "control", ""});
    rows.push_back({base, text + "placeholder", "a\nb", "control", ""});
    rows.push_back({base, text + "prefixLabel", "a\nb", "control", ""});
    rows.push_back({base, text + "suffixLabel", "a\nb", "control", ""});
    rows.push_back({base, text + "type", "color", "one of", ""});
    rows.push_back({base, text + "required", "yes", "", ""});
    rows.push_back({base, text + "pattern", "(", "", ""});
    rows.push_back({base, select + "defaultValue", "us", "one of the options", ""});
    rows.push_back({base, select + "options[0].label", "", "", ""});
    rows.push_back({base, select + "options[0].value", 5, "", ""});
    rows.push_back(
        {basic_json(), "authentication.inputFields[0].type", "switch", "userSettings", ""});
}

void add_api(std::vector<WrongValue>& rows) {
    const Json base = oauth_json();
    add_urls(rows, base, "api.baseUrl");
    rows.push_back({base, "api.baseUrl", "", "required", ""});
    rows.push_back({base, "api.baseUrl", "https://a.example/?x=1", "query", ""});
    rows.push_back({base, "api.baseUrl", "https://a.example/{{ profile.id }}", "userProfile", ""});
    add_headers(rows, base, "api.headers");
    rows.push_back({base, "api.headers.authorization", "x", "authorization already", ""});
    rows.push_back({with_api_auth(kHeader), "api.headers.x-key", "x", "authorization already", ""});
    rows.push_back({base, "api.headers.X-A", "{{ profile.id }}", "userProfile", ""});
    rows.push_back({basic_json(), "api.authorization", json_of(kBearer), "no access token", ""});
    rows.push_back({base, "api.authorization.type", "digest", "one of", ""});
    rows.push_back({with_api_auth(kBearer), "api.authorization.token", "", "required", ""});
    rows.push_back({with_api_auth(kBearer), "api.authorization.token", "a\nb", "line breaks", ""});
    add_template(rows, with_api_auth(kBearer), "api.authorization.token");
    rows.push_back({with_api_auth(kBearer), "api.authorization.username", "x", "", ""});
    rows.push_back({with_api_auth(R"({"type":"none"})"), "api.authorization.token", "x", "", ""});
    rows.push_back({with_api_auth(kBasicAuth), "api.authorization.username", "", "required",
                    "api.authorization.password"});
    add_template(rows, with_api_auth(kBasicAuth), "api.authorization.username");
    add_template(rows, with_api_auth(kBasicAuth), "api.authorization.password");
    rows.push_back({with_api_auth(kBasicAuth), "api.authorization.headers", JsonObject(), "", ""});
    add_parameters(rows, with_api_auth(kQuery), "api.authorization.params");
    rows.push_back(
        {with_api_auth(kQuery), "api.authorization.params", JsonObject(), "at least one", ""});
    add_headers(rows, with_api_auth(kHeader), "api.authorization.headers");
    rows.push_back(
        {with_api_auth(kHeader), "api.authorization.headers", JsonObject(), "at least one", ""});
    rows.push_back({with_api_auth(kHeader), "api.authorization.headers.X-Key", "{{ profile.id }}",
                    "here", ""});
}

void add_additional_hosts(std::vector<WrongValue>& rows) {
    rows.push_back({oauth_json(), "api.additionalHosts", "files.example.com", "", ""});
    rows.push_back({oauth_json(), "api.additionalHosts", list_of(21, "a.example.com"), "20", ""});
    for (const char* host : {"", "*", "*.com", "example", "https://a.example.com", "a.example.com/",
                             "a.example.com:443", "A.example.com", "a..example.com",
                             "user@a.example.com", "[::1]", "a.*.example.com"}) {
        rows.push_back({oauth_json(), "api.additionalHosts[0]", host, "", ""});
    }
    rows.push_back(
        {oauth_json(), "api.additionalHosts[0]", long_text(70, "a."), "host such as", ""});
}

void add_test_and_profile(std::vector<WrongValue>& rows) {
    rows.push_back({with_test(), "api.testEndpoint.method", "CONNECT", "", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", "", "required", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", "javascript:alert(1)", "URL", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", "//evil.example/", "URL", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", "/a b", "URL", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", "/{{ profile.id }}", "here", ""});
    rows.push_back({with_test(), "api.testEndpoint.path", long_text(2048, "/"), "2048", ""});
    add_template(rows, with_test(), "api.testEndpoint.path");
    add_headers(rows, with_test(), "api.testEndpoint.headers");
    rows.push_back({with_test(), "api.testEndpoint.body", "x", "GET", ""});
    rows.push_back({with_test(), "api.testEndpoint.body", long_text(16'385), "16384", ""});
    add_template(rows, with(with_test(), "api.testEndpoint.method", "POST"),
                 "api.testEndpoint.body");
    const Json by_profile =
        with(with_profile(), "api.baseUrl", "https://a.example/{{ profile.id }}");
    rows.push_back({by_profile, "api.testEndpoint.path", "/me", "absolute", ""});
    rows.push_back({by_profile, "api.userProfile.url", "/me", "absolute", ""});
    rows.push_back({with_profile(), "api.userProfile.strategy", "soap", "", ""});
    rows.push_back({with_profile(), "api.userProfile.method", "DELETE", "", ""});
    rows.push_back({with_profile(), "api.userProfile.url", "", "required", ""});
    rows.push_back({with_profile(), "api.userProfile.url", "file:///x", "URL", ""});
    rows.push_back({with_profile(), "api.userProfile.url", "/{{ profile.id }}", "here", ""});
    add_template(rows, with_profile(), "api.userProfile.url");
    add_headers(rows, with_profile(), "api.userProfile.headers");
    rows.push_back({with_profile(), "api.userProfile.body", "x", "GET", ""});
    add_template(rows, with(with_profile(), "api.userProfile.method", "POST"),
                 "api.userProfile.body");
    rows.push_back({with_profile(), "api.userProfile.body", long_text(16'385), "16384", ""});
    rows.push_back({with_profile(), "api.userProfile.fields.x", "a..b", "path", ""});
    rows.push_back({with_profile(), "api.userProfile.fields.x", "", "path", ""});
    rows.push_back({with_profile(), "api.userProfile.fields", map_of(51), "50", ""});
    rows.push_back({with_profile(), "api.userProfile.providerIdPath", "a[", "path", ""});
    rows.push_back({with_profile(), "api.userProfile.requireSuccess", 1, "", ""});
    rows.push_back({with_jwt(), "api.userProfile.url", "/me", "jwt", ""});
    rows.push_back(
        {with_jwt(), "api.userProfile.headers.X-A", "x", "jwt", "api.userProfile.headers"});
    rows.push_back({with_jwt(), "api.userProfile.body", "x", "jwt", ""});
    const std::pair<const char*, int> limits[] = {{"connectMs", 60'001},
                                                  {"firstByteMs", 600'001},
                                                  {"idleMs", 600'001},
                                                  {"totalMs", 3'600'001}};
    for (const auto& [name, above] : limits) {
        const std::string path = std::string("api.timeouts.") + name;
        rows.push_back({oauth_json(), path, 99, "100", ""});
        rows.push_back({oauth_json(), path, above, std::to_string(above - 1), ""});
        rows.push_back({oauth_json(), path, "1s", "", ""});
        if (std::string_view(name) == "totalMs") continue;
        rows.push_back({with(oauth_json(), "api.timeouts.totalMs", 500), path, 501, "totalMs", ""});
    }
    rows.push_back({oauth_json(), "api.retriesMax", -1, "0", ""});
    rows.push_back({oauth_json(), "api.retriesMax", 6, "5", ""});
    rows.push_back({oauth_json(), "api.retry.resetHeader", "X-Reset", "retriesMax", "api.retry"});
    const Json retries = with(oauth_json(), "api.retriesMax", 1);
    rows.push_back({retries, "api.retry.afterHeader", "a b", "header name", ""});
    rows.push_back({retries, "api.retry.resetHeader", "a:b", "header name", ""});
    rows.push_back({retries, "api.retry.statuses", list_of(21, 500), "20", ""});
    rows.push_back({retries, "api.retry.statuses[0]", 399, "400", ""});
    rows.push_back({retries, "api.retry.statuses[0]", 401, "401", ""});
    rows.push_back(
        {retries, "api.retry.statuses", list_of(2, 500), "twice", "api.retry.statuses[1]"});
    for (const char* signing : {"aws_sigv4", "hmac", "oauth1", "wsse"}) {
        rows.push_back({oauth_json(), "api.requestSigning", signing, "not signed", ""});
    }
    rows.push_back({oauth_json(), "api.requestSigning", "rot13", "one of", ""});
    rows.push_back({oauth_json(), "api.rateLimitPerMinute", 0, "1", ""});
    rows.push_back({oauth_json(), "api.rateLimitPerMinute", 100'001, "100000", ""});
}

std::vector<WrongValue> all_rows() {
    std::vector<WrongValue> rows = authentication_rows();
    add_basics(rows);
    add_user_settings(rows);
    add_api(rows);
    add_additional_hosts(rows);
    add_test_and_profile(rows);
    return rows;
}

TEST(DefinitionTable, right_definitions_pass) {
    for (const Json& json :
         {oauth_json(), basic_json(), client_credential_json(), ropc_json(), select_field(),
          with_request(), with_test(), with_profile(), with_jwt(), with_api_auth(kBasicAuth),
          with_api_auth(kQuery), with_api_auth(kHeader), signing_json(), revoking_json(),
          with(with(oauth_json(), "authentication.clientCertificate", "{{ secrets.CERT }}"),
               "authentication.clientAuthentication", "tls_client_auth"),
          with(client_credential_json(), "authentication.clientAuthentication", "private_key_jwt"),
          with(basic_json(), "authentication.clientCertificate", "{{ secrets.CERT }}"),
          with(with_profile(), "authentication.refreshUrl", "https://a.example/{{ profile.id }}"),
          with(with(oauth_json(), "api.retriesMax", 1), "api.retry",
               json_of(R"({"statuses":[409],"resetHeader":"X-Reset"})"))}) {
        EXPECT_EQ(listed(problems_of(json)), "") << write_json(json);
    }
}

TEST(DefinitionTable, every_wrong_value_is_refused_by_field_and_rule) {
    for (const WrongValue& row : all_rows()) EXPECT_EQ(broken_promise(row), "");
}

// "authentication.inputFields[0].id" and "api.headers.Accept" as the schema writes them.
std::string without_indexes(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '[')
            i = path.find(']', i);
        else
            out += path[i];
    }
    return out;
}

void append_leaves(const Json& node, const std::string& path, std::set<std::string>& out) {
    const Json* schema = &node;
    if (const auto ref = optional_string_member(node, "$ref")) {
        schema = find_path(integrations_contract(),
                           "components.schemas." + ref->substr(ref->rfind('/') + 1));
    }
    if (const Json* choices = find_member(*schema, "oneOf")) {
        for (const Json& choice : choices->as_array()) append_leaves(choice, path, out);
        return;
    }
    if (const Json* items = find_member(*schema, "items")) append_leaves(*items, path, out);
    const Json* properties = find_member(*schema, "properties");
    if (properties == nullptr) {
        out.insert(path);
        return;
    }
    for (const auto& property : properties->as_object()) {
        append_leaves(
            property.value(),
            path.empty() ? std::string(property.key()) : path + "." + std::string(property.key()),
            out);
    }
}

TEST(DefinitionTable, has_a_row_for_every_field_of_the_schema) {
    std::set<std::string> fields;
    append_leaves(json_of(R"({"$ref":"#/components/schemas/IntegrationDefinition"})"), "", fields);
    EXPECT_GT(fields.size(), 60U);
    std::set<std::string> covered;
    for (const WrongValue& row : all_rows()) {
        std::string path = without_indexes(row.path);
        // A row of a map names one of its entries.
        for (; !path.empty();
             path.resize(path.rfind('.') == std::string::npos ? 0 : path.rfind('.')))
            covered.insert(path);
    }
    for (const std::string& field : fields)
        EXPECT_TRUE(covered.contains(field)) << field << " has no row";
}

TEST(DefinitionTable, a_draft_needs_only_a_name) {
    const auto settled = settle(draft_of(json_of(R"({"name":"Half done"})")), {});
    ASSERT_TRUE(settled) << settled.error().message;
    EXPECT_EQ(settled->definition.slug, "halfdone");
    const auto missing = listed(missing_parts(settled->definition));
    for (const char* field : {"authentication.authorizationUrl", "authentication.accessTokenUrl",
                              "authentication.clientId", "api.baseUrl"}) {
        EXPECT_NE(missing.find(field), std::string::npos) << missing;
    }
}

TEST(DefinitionTable, a_draft_is_never_wrong) {
    EXPECT_FALSE(settle(
        draft_of(with(json_of(R"({"name":"x"})"), "api.baseUrl", "javascript:alert(1)")), {}));
    EXPECT_FALSE(settle(
        draft_of(with(json_of(R"({"name":"x"})"), "api.headers.A", "{{ inputs.nosuch }}")), {}));
}

}  // namespace
}  // namespace tenon
