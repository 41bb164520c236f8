#include "connect/sdk_json.h"

#include <array>

#include "credentials/credential_store.h"

namespace tenon {

namespace {

// Features that the published client asks for before it offers a method. Tenon offers all of them.
constexpr std::array<std::string_view, 9> kFeatures = {
    "byo",           "dfm",        "headless-cp",         "th-api", "monitoring", "rbac",
    "user-metadata", "whitelabel", "workflow-permissions"};

std::string_view method_text(AuthMethodKind method) {
    switch (method) {
        case AuthMethodKind::oauth:
            return "oauth";
        case AuthMethodKind::basic:
            return "basic";
        case AuthMethodKind::oauth_client_credential:
            return "oauth_client_credential";
        case AuthMethodKind::ropc_app:
            return "ropc_app";
    }
    return "";
}

std::string_view input_type_text(InputType type) {
    switch (type) {
        case InputType::text:
            return "TEXT_NO_VARS";
        case InputType::password:
            return "PASSWORD";
        case InputType::email:
            return "EMAIL";
        case InputType::url:
            return "URL";
        case InputType::number:
            return "NUMBER";
        case InputType::textarea:
            return "TEXTAREA_NO_VARS";
        case InputType::select:
            return "ENUM";
        case InputType::toggle:
            return "SWITCH";
    }
    return "";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json time_or_null(const std::optional<Timestamp>& time) {
    return time ? Json(format_timestamp(*time)) : Json(nullptr);
}

JsonArray input_fields_json(const std::vector<InputField>& fields) {
    JsonArray list;
    for (const InputField& field : fields) list.push_back(input_field_json(field));
    return list;
}

JsonArray options_json(const InputField& field) {
    JsonArray list;
    for (const InputOption& option : field.options) {
        list.push_back(JsonObject{{"label", option.label}, {"value", option.value}});
    }
    return list;
}

// Choices of a select field are looked up by the field's id.
JsonObject data_sources_json(const SdkIntegration& item) {
    JsonObject sources;
    for (const auto* fields : {&item.integration->definition.user_settings, &item.fields}) {
        for (const InputField& field : *fields) {
            if (field.type != InputType::select) continue;
            sources[field.id] = JsonObject{{"type", "STATIC_ENUM_DATA_SOURCE"},
                                           {"id", field.id},
                                           {"title", field.title},
                                           {"values", options_json(field)}};
        }
    }
    return sources;
}

JsonObject portal_configuration_json(const IntegrationDefinition& definition) {
    return {{"accentColor", definition.accent_color},
            {"paragonLink", false},
            {"description", definition.description},
            {"overview", definition.overview},
            {"theme", name_of(definition.portal_theme)},
            {"sharedMeta", JsonObject{{"inputs", input_fields_json(definition.user_settings)}}},
            {"workflowMeta", JsonObject()}};
}

JsonObject custom_integration_json(const SdkContext& context, const SdkIntegration& item) {
    const Integration& integration = *item.integration;
    return {{"id", integration.id.str()},
            {"dateCreated", format_timestamp(integration.created_at)},
            {"dateUpdated", format_timestamp(integration.updated_at)},
            {"projectId", integration.project_id.str()},
            {"name", integration.definition.name},
            {"slug", integration.type()},
            {"icon", icon_url(context, integration)},
            {"authenticationType", method_text(integration.definition.authentication.method)},
            {"inputFields", input_fields_json(item.fields)},
            {"isPublished", integration.status == IntegrationStatus::active}};
}

bool needs_inputs_first(const Authentication& authentication) {
    return authentication.method == AuthMethodKind::oauth && !authentication.input_fields.empty();
}

// Members of a configuration, and of the integration it is the current one of.
JsonObject settings_json(const Configuration& configuration) {
    return {{"workflowSettings", configuration.workflow_settings},
            {"sharedSettings", configuration.shared_settings},
            {"configMeta", configuration.meta},
            {"externalId", text_or_null(configuration.external_id)}};
}

JsonObject configuration_json(const Configuration& configuration) {
    JsonObject json{{"id", configuration.id.str()},
                    {"dateCreated", format_timestamp(configuration.created_at)},
                    {"dateUpdated", format_timestamp(configuration.updated_at)},
                    {"connectCredentialId", configuration.credential_id.str()},
                    {"isDefault", configuration.is_default}};
    for (auto& member : settings_json(configuration)) json[member.key()] = member.value();
    return json;
}

JsonArray configurations_json(const CredentialWithConfigurations& account) {
    JsonArray list;
    for (const Configuration& configuration : account.configurations) {
        list.push_back(configuration_json(configuration));
    }
    return list;
}

void add_current_account(JsonObject& json, const CredentialWithConfigurations& account) {
    const Credential& credential = account.credential;
    const Configuration& configuration = account.default_configuration();
    json["credentialId"] = credential.id.str();
    json["credentialStatus"] = status_text(credential.status);
    json["credentialConfigId"] = configuration.id.str();
    json["providerId"] = credential.provider_id;
    json["providerData"] = credential.provider_data;
    json["configuredWorkflows"] = configuration.workflow_settings;
    for (auto& member : settings_json(configuration)) json[member.key()] = member.value();
}

JsonObject connection_json(const SdkIntegration& integration) {
    JsonArray credentials;
    JsonArray configurations;
    for (const CredentialWithConfigurations& account : integration.accounts) {
        credentials.push_back(sdk_credential_json(account));
        for (Json& configuration : configurations_json(account)) {
            configurations.push_back(std::move(configuration));
        }
    }
    const bool is_enabled =
        !integration.accounts.empty() &&
        integration.accounts.front().credential.status == CredentialStatus::valid;
    JsonObject json{{"enabled", is_enabled},
                    {"configuredWorkflows", JsonObject()},
                    {"workflowSettings", JsonObject()},
                    {"sharedSettings", JsonObject()}};
    if (!integration.accounts.empty()) add_current_account(json, integration.accounts.front());
    json["allCredentials"] = std::move(credentials);
    json["allConfigurations"] = std::move(configurations);
    return json;
}

}  // namespace

std::string icon_url(const SdkContext& context, const Integration& integration) {
    return context.public_url + "/integrations/" + integration.id.str() + "/icon.svg";
}

JsonObject input_field_json(const InputField& field) {
    JsonObject json{{"id", field.id},
                    {"title", field.title},
                    {"type", input_type_text(field.type)},
                    {"required", field.required}};
    if (!field.subtitle.empty()) json["subtitle"] = field.subtitle;
    if (!field.placeholder.empty()) json["placeholder"] = field.placeholder;
    if (!field.prefix_label.empty()) json["prefixLabel"] = field.prefix_label;
    if (!field.suffix_label.empty()) json["suffixLabel"] = field.suffix_label;
    if (!field.default_value.empty()) json["defaultValue"] = field.default_value;
    if (!field.pattern.empty()) json["pattern"] = field.pattern;
    if (field.type == InputType::select) {
        json["sourceType"] = field.id;
        json["options"] = options_json(field);
    }
    return json;
}

JsonObject sdk_metadata_json(const SdkContext& context, const Integration& integration) {
    return {{"type", integration.type()},
            {"name", integration.definition.name},
            {"brandColor", integration.definition.accent_color},
            {"icon", icon_url(context, integration)}};
}

JsonObject sdk_integration_json(const SdkContext& context, const SdkIntegration& item) {
    const Integration& integration = *item.integration;
    const IntegrationDefinition& definition = integration.definition;
    const std::string created = format_timestamp(integration.created_at);
    const std::string updated = format_timestamp(integration.updated_at);
    JsonObject config{{"id", integration.id.str()},
                      {"dateCreated", created},
                      {"dateUpdated", updated},
                      {"integrationId", integration.id.str()},
                      {"values", portal_configuration_json(definition)}};
    JsonObject sdk_config{{"oauthInputs", JsonArray()},
                          {"accountTypes", JsonArray()},
                          {"authConfigInputs", JsonArray()},
                          {"postOauthInputs", JsonArray()},
                          {"dataSources", data_sources_json(item)}};
    return {{"id", integration.id.str()},
            {"dateCreated", created},
            {"dateUpdated", updated},
            {"projectId", integration.project_id.str()},
            {"customIntegrationId", integration.id.str()},
            {"resourceId", nullptr},
            {"type", integration.type()},
            {"isActive", integration.status == IntegrationStatus::active},
            {"configs", JsonArray{std::move(config)}},
            {"workflows", JsonArray()},
            {"noPermissionWorkflows", JsonArray()},
            {"customIntegration", custom_integration_json(context, item)},
            {"hasCredential", true},
            {"connectedUserLimitOnDevCred", 0},
            {"connectedUserLimitReached", false},
            {"name", definition.name},
            {"brandColor", definition.accent_color},
            {"needPreOauthInputs", needs_inputs_first(definition.authentication)},
            {"providerType", "custom"},
            {"authenticationType", method_text(definition.authentication.method)},
            {"sdkIntegrationConfig", std::move(sdk_config)}};
}

JsonObject sdk_credential_json(const CredentialWithConfigurations& account) {
    const Credential& credential = account.credential;
    const Configuration& configuration = account.default_configuration();
    return {{"id", credential.id.str()},
            {"dateCreated", format_timestamp(credential.created_at)},
            {"dateUpdated", format_timestamp(credential.updated_at)},
            {"dateDeleted", nullptr},
            {"projectId", credential.project_id.str()},
            {"integrationId", credential.integration_id.str()},
            {"personaId", credential.user_id.str()},
            {"config", JsonObject{{"configuredWorkflows", configuration.workflow_settings},
                                  {"sharedSettings", configuration.shared_settings}}},
            {"configurations", configurations_json(account)},
            {"isPreviewCredential", credential.is_preview},
            {"providerId", credential.provider_id},
            {"providerData", credential.provider_data},
            {"status", status_text(credential.status)},
            {"dateRefreshed", time_or_null(credential.refreshed_at)},
            {"dateValidUntil", time_or_null(credential.expires_at)},
            {"refreshFailureCount", credential.refresh_failures},
            {"isRefreshing", account.is_refreshing},
            {"externalId", text_or_null(credential.external_id)},
            {"invalidReason", text_or_null(credential.invalid_reason)}};
}

JsonObject sdk_user_json(const ConnectedUser& user,
                         const std::vector<SdkIntegration>& integrations) {
    JsonObject connections;
    for (const SdkIntegration& integration : integrations) {
        connections[integration.integration->type()] = connection_json(integration);
    }
    JsonArray features;
    for (const std::string_view feature : kFeatures) features.push_back(Json(feature));
    return {{"authenticated", true},
            {"userId", user.external_id},
            {"integrations", std::move(connections)},
            {"meta", user.meta},
            {"resources", JsonArray()},
            {"project", JsonObject{{"id", user.project_id.str()},
                                   {"billingPlan", "connect_enterprise"},
                                   {"accessibleFeatures", std::move(features)}}}};
}

JsonObject sdk_account_json(const SdkContext& context, const SdkIntegration& integration,
                            const CredentialWithConfigurations& account) {
    JsonObject json = sdk_integration_json(context, integration);
    json["accountAuth"] = JsonObject();  // tokens never leave the server
    json["providerId"] = account.credential.provider_id;
    json["providerData"] = account.credential.provider_data;
    json["credentialId"] = account.credential.id.str();
    json["credentialStatus"] = status_text(account.credential.status);
    return json;
}

}  // namespace tenon
