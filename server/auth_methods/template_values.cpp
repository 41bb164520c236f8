#include "auth_methods/template_values.h"

namespace tenon {
namespace {

std::optional<Secret> find_in(const std::map<std::string, Secret>& values,
                              const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

// A part that the credential does not have is absent, so that a template's default or error
// applies.
std::optional<Secret> if_present(const Secret& value) {
    return value.empty() ? std::nullopt : std::optional(value);
}

// The app's client id may be a template itself, of everything but the credential's own id.
std::optional<Secret> client_id_of_app(const TemplateValues& values) {
    if (values.integration == nullptr) return std::nullopt;
    const auto& text = values.integration->integration->definition.authentication.client_id;
    if (text.empty() || text.find("credential.client_id") != std::string::npos) return std::nullopt;
    auto rendered = render(text, values, TemplatePlace::raw);
    return rendered ? if_present(*rendered) : std::nullopt;
}

std::optional<Secret> find_credential_value(const TemplateValues& values, const std::string& name) {
    static const CredentialSecrets kNone;
    const CredentialSecrets& secrets = values.credential != nullptr ? *values.credential : kNone;
    if (name == "access_token") return if_present(secrets.access_token);
    if (name == "refresh_token") return if_present(secrets.refresh_token);
    if (name == "username") return if_present(secrets.username);
    if (name == "password") return if_present(secrets.password);
    if (name == "api_key") return if_present(secrets.api_key);
    if (name == "client_id") {
        return secrets.client_id.empty() ? client_id_of_app(values)
                                         : std::optional(secrets.client_id);
    }
    if (name == "client_secret") {
        if (!secrets.client_secret.empty() || values.integration == nullptr) {
            return if_present(secrets.client_secret);
        }
        return if_present(values.integration->client_secret);
    }
    return std::nullopt;
}

std::optional<Secret> find_profile_value(const JsonObject& profile, const std::string& name) {
    const auto* value = profile.if_contains(name);
    const auto text = value != nullptr ? scalar_text(*value) : std::nullopt;
    return text ? std::optional(Secret(*text)) : std::nullopt;
}

std::optional<Secret> find_value(const TemplateValues& values, const TemplateName& name) {
    if (name.group == "credential") return find_credential_value(values, name.name);
    if (name.group == "secrets" && values.integration != nullptr) {
        return find_in(values.integration->environment_secrets, name.name);
    }
    if (name.group == "profile" && values.profile != nullptr) {
        return find_profile_value(*values.profile, name.name);
    }
    if (name.group == "profile" && values.integration != nullptr) {
        return find_profile_value(values.integration->profile, name.name);
    }
    if (values.credential == nullptr) return std::nullopt;
    if (name.group == "inputs") return find_in(values.credential->inputs, name.name);
    if (name.group == "token") return find_in(values.credential->token, name.name);
    if (name.group == "callback") return find_in(values.credential->callback, name.name);
    return std::nullopt;
}

}  // namespace

Template::Lookup lookup_in(const TemplateValues& values) {
    return [values](const TemplateName& name) { return find_value(values, name); };
}

Result<Secret> render(std::string_view text, const TemplateValues& values, TemplatePlace place) {
    ASSIGN_OR_RETURN(const Template parsed, Template::parse(text));
    return parsed.render(lookup_in(values), place);
}

}  // namespace tenon
