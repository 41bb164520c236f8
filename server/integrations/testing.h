// For tests only: definitions to begin with, and the contract as the program has it.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "integrations/definition_json.h"
#include "integrations/integration.h"
#include "integrations/yaml_document.h"

namespace tenon {

inline std::string read_source_file(const std::string& path) {
    std::ifstream file(std::string(TENON_SOURCE_DIR) + "/" + path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// This capability's part of the contract.
inline const Json& integrations_contract() {
    static const Json contract = [] {
        auto documents = parse_yaml(read_source_file("server/integrations/api.yaml"));
        if (!documents) throw std::runtime_error(documents.error().message);
        return std::move(documents->front().value);
    }();
    return contract;
}

inline Json json_of(std::string_view text) {
    auto json = parse_json(text);
    if (!json) throw std::runtime_error(json.error().message);
    return std::move(*json);
}

// Complete definitions of each method, as JSON of the contract.
inline Json oauth_json() {
    return json_of(R"({
        "name": "Acme CRM",
        "authentication": {
            "method": "oauth",
            "inputFields": [{"id": "subdomain", "title": "Subdomain"}],
            "authorizationUrl": "https://{{ inputs.subdomain }}.acme.example/authorize",
            "accessTokenUrl": "https://{{ inputs.subdomain }}.acme.example/token",
            "clientId": "app-1",
            "scopes": ["read", "write"]
        },
        "api": {"baseUrl": "https://{{ inputs.subdomain }}.acme.example/api"}
    })");
}
inline Json basic_json() {
    return json_of(R"({
        "name": "Keys",
        "authentication": {
            "method": "basic",
            "inputFields": [{"id": "api_key", "title": "Key", "type": "password"}]
        },
        "api": {
            "baseUrl": "https://api.keys.example",
            "authorization": {
                "type": "auth_header",
                "headers": {"X-Api-Key": "{{ inputs.api_key }}"}
            }
        }
    })");
}
inline Json client_credential_json() {
    return json_of(R"({
        "name": "Robots",
        "authentication": {
            "method": "oauth_client_credential",
            "accessTokenUrl": "https://robots.example/token"
        },
        "api": {"baseUrl": "https://robots.example/api"}
    })");
}
inline Json ropc_json() {
    return json_of(R"({
        "name": "Legacy",
        "authentication": {"method": "ropc_app", "accessTokenUrl": "https://legacy.example/token"},
        "api": {"baseUrl": "https://legacy.example/api"}
    })");
}

inline IntegrationDraft draft_of(const Json& json) { return parse_integration_draft(json); }

// The value with the member at a path such as api.headers.Accept or
// authentication.inputFields[0].id replaced; missing objects are made.
inline Json with(Json json, std::string_view path, Json value) {
    Json* at = &json;
    while (!path.empty()) {
        if (path.front() == '[') {
            const auto end = path.find(']');
            const auto index =
                static_cast<std::size_t>(std::stoi(std::string(path.substr(1, end - 1))));
            if (!at->is_array()) *at = JsonArray();
            while (at->get_array().size() <= index) at->get_array().push_back(nullptr);
            at = &at->get_array()[index];
            path.remove_prefix(end + 1);
        } else {
            const auto end = std::min(path.find_first_of(".["), path.size());
            if (!at->is_object()) *at = JsonObject();
            at = &at->get_object()[path.substr(0, end)];
            path.remove_prefix(end);
        }
        if (path.starts_with('.')) path.remove_prefix(1);
    }
    *at = std::move(value);
    return json;
}
inline Json with(Json json, std::string_view path, const char* value) {
    return with(std::move(json), path, Json(value));
}

}  // namespace tenon
