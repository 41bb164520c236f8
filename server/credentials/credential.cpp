#include "credentials/credential.h"

#include <algorithm>

namespace tenon {
namespace {

// Appends `"name":"value",` with the value wiped from every buffer of ours.
void append_member(std::string& out, std::string_view name, const Secret& value) {
    if (value.empty()) return;
    std::string quoted = json_quote(value.reveal());
    out += json_quote(name);
    out += ':';
    out += quoted;
    out += ',';
    wipe(quoted);
}

void append_group(std::string& out, std::string_view name,
                  const std::map<std::string, Secret>& values) {
    if (values.empty()) return;
    out += json_quote(name);
    out += ":{";
    for (const auto& [key, value] : values) {
        std::string quoted = json_quote(value.reveal());
        out += json_quote(key);
        out += ':';
        out += quoted;
        out += ',';
        wipe(quoted);
    }
    out.back() = '}';
    out += ',';
}

// The exact size would be clumsy to compute; doubling covers escapes, so that the text never moves
// and leaves a copy.
std::size_t json_bytes_at_most(const CredentialSecrets& s) {
    std::size_t bytes = 1024;
    for (const auto* group : {&s.inputs, &s.token, &s.callback}) {
        for (const auto& [key, value] : *group)
            bytes += 6 * (key.size() + value.reveal().size()) + 8;
    }
    for (const auto* value : {&s.access_token, &s.refresh_token, &s.username, &s.password,
                              &s.api_key, &s.client_id, &s.client_secret}) {
        bytes += 6 * value->reveal().size() + 32;
    }
    return bytes;
}

Secret take_text(Json& value) {
    boost::json::string& text = value.as_string();
    Secret secret{std::string(text)};
    std::fill(text.begin(), text.end(), '\0');
    return secret;
}

Result<std::map<std::string, Secret>> take_group(Json& value) {
    if (!value.is_object()) return Error::internal("A sealed credential does not have its shape.");
    std::map<std::string, Secret> group;
    for (auto& member : value.as_object()) {
        if (!member.value().is_string()) {
            return Error::internal("A sealed credential does not have its shape.");
        }
        group.emplace(member.key(), take_text(member.value()));
    }
    return group;
}

}  // namespace

Secret CredentialSecrets::to_json() const {
    std::string out;
    out.reserve(json_bytes_at_most(*this));
    out += '{';
    append_member(out, "accessToken", access_token);
    append_member(out, "refreshToken", refresh_token);
    append_member(out, "username", username);
    append_member(out, "password", password);
    append_member(out, "apiKey", api_key);
    append_member(out, "clientId", client_id);
    append_member(out, "clientSecret", client_secret);
    append_group(out, "inputs", inputs);
    append_group(out, "token", token);
    append_group(out, "callback", callback);
    if (out.back() == ',') out.pop_back();
    out += '}';
    return Secret(std::move(out));
}

Result<CredentialSecrets> CredentialSecrets::from_json(const Secret& text) {
    ASSIGN_OR_RETURN(Json json, parse_json(text.reveal()));
    if (!json.is_object()) return Error::internal("A sealed credential does not have its shape.");
    CredentialSecrets secrets;
    const std::map<std::string_view, Secret*> single = {{"accessToken", &secrets.access_token},
                                                        {"refreshToken", &secrets.refresh_token},
                                                        {"username", &secrets.username},
                                                        {"password", &secrets.password},
                                                        {"apiKey", &secrets.api_key},
                                                        {"clientId", &secrets.client_id},
                                                        {"clientSecret", &secrets.client_secret}};
    const std::map<std::string_view, std::map<std::string, Secret>*> groups = {
        {"inputs", &secrets.inputs}, {"token", &secrets.token}, {"callback", &secrets.callback}};
    for (auto& member : json.as_object()) {
        const std::string_view name = member.key();
        if (const auto found = single.find(name);
            found != single.end() && member.value().is_string()) {
            *found->second = take_text(member.value());
        } else if (const auto group = groups.find(name); group != groups.end()) {
            ASSIGN_OR_RETURN(*group->second, take_group(member.value()));
        }
        // Other members were written by a newer version; they are dropped with the next refresh.
    }
    return secrets;
}

}  // namespace tenon
