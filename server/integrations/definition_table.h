// For tests only: the table of wrong values. A row is a path, the wrong value, and part of the rule
// that the answer must name for that field. Schema and rules are checked together, as the API does
// it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "integrations/draft_rules.h"
#include "integrations/testing.h"
#include "platform/http/json_schema.h"

namespace tenon {

struct WrongValue {
    Json base;
    std::string path;  // where the wrong value goes
    Json value;
    std::string rule;   // part of it
    std::string field;  // under which it is reported; empty: the path itself
};

inline Json long_text(std::size_t size, const std::string& begin = {}) {
    return Json(begin + std::string(size, 'x'));
}

inline const http::JsonSchema& schema() {
    static const auto compiled = http::JsonSchema::compile(
        integrations_contract(), "#/components/schemas/IntegrationDefinition");
    return *compiled;
}

// Every problem of an active integration that the API would answer.
inline std::vector<FieldProblem> problems_of(const Json& json) {
    auto problems = schema().check(json);
    if (!problems.empty()) return problems;
    IntegrationDraft draft = draft_of(json);
    draft.status = IntegrationStatus::active;
    // A literal secret would need keys to be sealed; what is wrong with it shows before that.
    const auto settled = settle(draft, {});
    return settled ? std::vector<FieldProblem>() : settled.error().problems;
}

inline std::string listed(const std::vector<FieldProblem>& problems) {
    std::string text;
    for (const auto& [field, rule] : problems) text += "\n  " + field + ": " + rule;
    return text;
}

inline Json map_of(std::size_t size) {
    JsonObject map;
    for (std::size_t i = 0; i < size; ++i) map["k" + std::to_string(i)] = "v";
    return map;
}
inline Json list_of(std::size_t size, const Json& item) { return JsonArray(size, item); }

inline void append(std::vector<WrongValue>& rows, std::vector<WrongValue> more) {
    rows.insert(rows.end(), more.begin(), more.end());
}

inline Json select_field() {
    return with(oauth_json(), "authentication.inputFields[1]",
                json_of(
                    R"({"id":"region","title":"Region","type":"select",
                            "options":[{"label":"EU","value":"eu"}]})"));
}
inline Json with_request() {
    return with(ropc_json(), "authentication.tokenRequest", json_of(R"({"body":{"u":"1"}})"));
}
// A client that signs, and one whose revocation is spelled out.
inline Json signing_json() {
    return with(with(oauth_json(), "authentication.clientPrivateKey", "{{ secrets.KEY }}"),
                "authentication.clientAuthentication", "private_key_jwt");
}
inline Json revoking_json() {
    return with(with(oauth_json(), "authentication.revocationUrl", "https://a.example/revoke"),
                "authentication.revocationRequest", json_of(R"({"body":{"t":"1"}})"));
}
inline Json with_test() { return with(oauth_json(), "api.testEndpoint.path", "/me"); }
inline Json with_profile() {
    return with(oauth_json(), "api.userProfile", json_of(R"({"url":"/me"})"));
}
inline Json with_jwt() {
    return with(oauth_json(), "api.userProfile", json_of(R"({"strategy":"jwt"})"));
}
inline Json with_api_auth(const char* json) {
    return with(oauth_json(), "api.authorization", json_of(json));
}

constexpr const char* kBearer = R"({"type":"bearer"})";
constexpr const char* kBasicAuth = R"({"type":"basic","username":"{{ credential.access_token }}"})";
constexpr const char* kQuery = R"({"type":"query_params","params":{"k":"v"}})";
constexpr const char* kHeader = R"({"type":"auth_header","headers":{"X-Key":"v"}})";

// What no URL may be, wherever it stands.
inline void add_urls(std::vector<WrongValue>& rows, const Json& base, const std::string& path) {
    for (const char* url :
         {"javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/", "//a.example/x",
          "https://user:pw@a.example/", "https://user@{{ secrets.HOST }}/", "https://",
          "https://a b/", "https://a.example/#x", "https://a.example/\\x",
          "https://a.example:99999/", "https://[::1/", "{{ secrets.HOST }}.example.com/",
          "http{{ secrets.S }}://a.example/", "https://a.example/\r\nX: y", "https://1.2.3.4.5/"}) {
        rows.push_back({base, path, url, "URL", ""});
    }
    rows.push_back({base, path, R"(https://{{ secrets.H ?? "a/b" }}.example/)", "URL", ""});
    rows.push_back({base, path, "/relative", "must begin with https", ""});
    rows.push_back({base, path, "a.example/x", "must begin with https", ""});
    rows.push_back({base, path, "https://{{ inputs.nosuch }}/", "no input field", ""});
    rows.push_back({base, path, "https://{{ inputs.subdomain", "template", ""});
    rows.push_back({base, path, "https://{{ env.HOME }}/", "template", ""});
    rows.push_back({base, path, "https://{{ token.nosuch }}/", "token.nosuch", ""});
    rows.push_back({base, path, 5, "", ""});
    rows.push_back({base, path, long_text(2040, "https://a.example/"), "2048", ""});
}

// What every template refuses; `form` and `raw` places take any text.
inline void add_template(std::vector<WrongValue>& rows, const Json& base, const std::string& path) {
    rows.push_back({base, path, "{{ inputs.nosuch }}", "no input field", ""});
    rows.push_back({base, path, "{{ inputs.", "template", ""});
    rows.push_back({base, path, "{{ secrets.lower }}", "template", ""});
    rows.push_back({base, path, 5, "", ""});
}

inline void add_parameters(std::vector<WrongValue>& rows, const Json& base,
                           const std::string& path) {
    add_template(rows, base, path + ".extra");
    rows.push_back({base, path, map_of(51), "50", ""});
    rows.push_back({base, path, "a=b", "", ""});
    rows.push_back({base, path, JsonObject{{"a\nb", "v"}}, "parameter name", path + ".a\nb"});
}

inline void add_headers(std::vector<WrongValue>& rows, const Json& base, const std::string& path) {
    add_template(rows, base, path + ".X-Extra");
    rows.push_back({base, path, map_of(51), "50", ""});
    rows.push_back({base, path + ".X-Extra", "a\r\nX-Injected: 1", "line breaks", ""});
    rows.push_back({base, path, JsonObject{{"X: y", "v"}}, "header name", path + ".X: y"});
    rows.push_back({base, path, JsonObject{{"X-A", "v"}, {"x-a", "w"}}, "twice", path + ".x-a"});
    for (const char* name : {"Host", "content-length", "Connection", "Transfer-Encoding", "TE",
                             "Upgrade", "Proxy-Authorization", "Keep-Alive", "Trailer", "Expect"}) {
        rows.push_back({base, path + "." + name, "v", "cannot be set", ""});
    }
}

// The rows of `authentication` (authentication_table_test.cpp).
std::vector<WrongValue> authentication_rows();

// Each row must be refused under its field, by its rule.
inline std::string broken_promise(const WrongValue& row) {
    const std::string& field = row.field.empty() ? row.path : row.field;
    const auto problems = problems_of(with(row.base, row.path, row.value));
    const bool named =
        std::any_of(problems.begin(), problems.end(), [&](const FieldProblem& problem) {
            return problem.field == field && problem.rule.find(row.rule) != std::string::npos;
        });
    if (named) return "";
    return field + " = " + write_json(row.value).substr(0, 100) + " should break \"" + row.rule +
           "\" but gave" + listed(problems);
}

}  // namespace tenon
