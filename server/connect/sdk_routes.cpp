#include "connect/sdk_routes.h"

#include <algorithm>
#include <utility>

#include "connect/field_rules.h"

namespace tenon {

namespace {

using http::Request;
using http::Response;
using http::Status;

TokenPermissions::Scope scope_of(std::string_view type, std::string_view credential) {
    return {.integration = type,
            .credential_id = credential,
            .configuration_id = {},
            .configuration_external_id = {}};
}

std::string header_text(const Request& request, std::string_view name) {
    return std::string(request.headers.get(name));
}

std::string configuration_selector(const Request& request) {
    return header_text(request, "X-Paragon-Configuration-Id");
}

std::optional<JsonObject> object_member(const Json& json, std::string_view name) {
    const Json* value = find_member(json, name);
    if (value == nullptr || !value->is_object()) return std::nullopt;
    return value->get_object();
}

// `installOptions` stands at the top, or under `integrationOptions` of completeInstall.
InstallOptions install_options_of(const Json& body) {
    const Json* options = find_member(body, "installOptions");
    const Json* integration_options = find_member(body, "integrationOptions");
    if (options == nullptr && integration_options != nullptr) {
        options = find_member(*integration_options, "installOptions");
    }
    InstallOptions parsed = options == nullptr ? InstallOptions() : parse_install_options(*options);
    parsed.is_preview = false;  // only the project's people make previews
    return parsed;
}

Response account_response(Status status, const CredentialWithConfigurations& account) {
    return http::json_response(status, sdk_credential_json(account));
}

template <class Routes, class Verb>
Task<Result<Response>> call_verb(Routes& routes, UserAuthenticator& authenticator, Verb verb,
                                 const Request& request) {
    ASSIGN_OR_CO_RETURN(SdkCaller caller,
                        co_await authenticate_caller(authenticator, request, TokenSource::header));
    co_return for_client(co_await (routes.*verb)(request, std::move(caller)));
}

}  // namespace

SdkRoutes::SdkRoutes(Dependencies dependencies)
    : use_(dependencies), context_{.public_url = dependencies.connect.options().public_url} {}

void SdkRoutes::register_on(http::Router& router) {
    handle(router, "getSdkMetadata", &SdkRoutes::get_metadata);
    handle(router, "getSdkUser", &SdkRoutes::get_me);
    handle(router, "updateSdkUser", &SdkRoutes::update_me);
    handle(router, "listSdkIntegrations", &SdkRoutes::list_integrations);
    handle(router, "uninstallSdkIntegration", &SdkRoutes::uninstall_integration);
    handle(router, "listSdkCredentials", &SdkRoutes::list_credentials);
    handle(router, "createSdkCredential", &SdkRoutes::create_credential);
    handle(router, "getSdkCredential", &SdkRoutes::get_credential);
    handle(router, "updateSdkCredential", &SdkRoutes::update_credential);
    handle(router, "completeSdkCredential", &SdkRoutes::complete_setup);
    handle(router, "createSdkConfiguration", &SdkRoutes::create_configuration);
    handle(router, "updateSdkConfiguration", &SdkRoutes::update_configuration);
    handle(router, "deleteSdkConfiguration", &SdkRoutes::delete_configuration);
}

void SdkRoutes::handle(http::Router& router, std::string_view operation, Verb verb) {
    router.handle(operation, [this, verb](const Request& request) {
        return call_verb(*this, use_.authenticator, verb, request);
    });
}

// ---- the user and the integrations ----

SdkRoutes::Answer SdkRoutes::get_metadata(const Request&, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto integrations, co_await visible_integrations(caller));
    JsonArray list;
    for (const SdkIntegration& item : integrations) {
        if (item.integration->status != IntegrationStatus::active) continue;
        list.push_back(sdk_metadata_json(context_, *item.integration));
    }
    co_return http::json_response(Status::ok, list);
}

SdkRoutes::Answer SdkRoutes::get_me(const Request& request, SdkCaller caller) {
    CO_RETURN_IF_ERROR(co_await merge_header_meta(request, caller));
    co_return co_await show_user(caller);
}

SdkRoutes::Answer SdkRoutes::show_user(const SdkCaller& caller) {
    ASSIGN_OR_CO_RETURN(const ConnectedUser user,
                        co_await use_.users.get(caller.party.project_id, caller.party.user_id));
    ASSIGN_OR_CO_RETURN(auto integrations, co_await visible_integrations(caller));
    ASSIGN_OR_CO_RETURN(auto accounts, co_await visible_accounts(caller));
    for (CredentialWithConfigurations& account : accounts) {
        const auto owner =
            std::find_if(integrations.begin(), integrations.end(), [&](const SdkIntegration& item) {
                return item.integration->id == account.credential.integration_id;
            });
        if (owner != integrations.end()) owner->accounts.push_back(std::move(account));
    }
    co_return http::json_response(Status::ok, sdk_user_json(user, integrations));
}

SdkRoutes::Answer SdkRoutes::update_me(const Request& request, SdkCaller caller) {
    if (!caller.party.permissions.allows("metadata:write", {})) {
        co_return permission_denied("metadata:write");
    }
    CO_RETURN_IF_ERROR(co_await use_.users.merge_meta(
        caller.party.actor, caller.party.project_id, caller.party.user_id,
        object_member(request.body_json(), "meta").value_or(JsonObject())));
    co_return co_await show_user(caller);
}

// Clients up to 2.2 send the metadata of authenticate() as a header of GET /sdk/me.
Task<Ok> SdkRoutes::merge_header_meta(const Request& request, const SdkCaller& caller) {
    const std::string* header = request.headers.find("X-Paragon-User-Metadata");
    if (header == nullptr || !caller.party.permissions.allows("metadata:write", {})) co_return Ok{};
    auto meta = parse_json(*header);
    if (!meta || !meta->is_object() || meta->get_object().empty()) co_return Ok{};
    CO_RETURN_IF_ERROR(co_await use_.users.merge_meta(caller.party.actor, caller.party.project_id,
                                                      caller.party.user_id,
                                                      std::move(meta->get_object())));
    co_return Ok{};
}

SdkRoutes::Answer SdkRoutes::list_integrations(const Request&, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto integrations, co_await visible_integrations(caller));
    JsonArray list;
    for (const SdkIntegration& item : integrations) {
        list.push_back(sdk_integration_json(context_, item));
    }
    co_return http::json_response(Status::ok, list);
}

Task<Result<std::vector<SdkIntegration>>> SdkRoutes::visible_integrations(const SdkCaller& caller) {
    std::vector<SdkIntegration> visible;
    for (const IntegrationStatus status :
         {IntegrationStatus::active, IntegrationStatus::inactive}) {
        ASSIGN_OR_CO_RETURN(auto found, co_await use_.integrations.list_with_status(
                                            caller.party.project_id, status));
        for (Integration& integration : found) {
            const std::string type = integration.type();
            if (!caller.party.permissions.can_see(scope_of(type, {}))) continue;
            auto fields = use_.connect.fields_of(integration);
            visible.push_back(
                {.integration = std::make_shared<const Integration>(std::move(integration)),
                 .fields = std::move(fields),
                 .accounts = {}});
        }
    }
    co_return visible;
}

SdkRoutes::Answer SdkRoutes::uninstall_integration(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const IntegrationId id,
                        IntegrationId::parse(request.parameter("integrationId")));
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await use_.integrations.get_cached(caller.party.project_id, id));
    ASSIGN_OR_CO_RETURN(const Credential credential,
                        co_await use_.credentials.resolve_selector(
                            caller.party.project_id, caller.party.user_id, id,
                            header_text(request, "X-Paragon-Credential")));
    const std::string type = integration->type();
    const std::string credential_id = credential.id.str();
    if (!caller.party.permissions.can_see(scope_of(type, credential_id))) {
        co_return Error::not_found("Credential");
    }
    if (!caller.party.permissions.allows("credential:write", scope_of(type, credential_id))) {
        co_return permission_denied("credential:write");
    }
    CO_RETURN_IF_ERROR(co_await use_.connect.disconnect(
        caller.party.project_id, caller.party.user_id, credential.id, caller.party.actor));
    co_return http::no_content();
}

// ---- credentials ----

Task<Result<std::string>> SdkRoutes::type_of(const Credential& credential) {
    ASSIGN_OR_CO_RETURN(
        const auto integration,
        co_await use_.integrations.get_cached(credential.project_id, credential.integration_id));
    co_return integration->type();
}

Task<Result<std::vector<CredentialWithConfigurations>>> SdkRoutes::visible_accounts(
    const SdkCaller& caller) {
    ASSIGN_OR_CO_RETURN(auto accounts, co_await use_.credentials.find_for_user(
                                           caller.party.project_id, caller.party.user_id));
    if (caller.party.permissions.is_unrestricted()) co_return accounts;
    std::vector<CredentialWithConfigurations> visible;
    for (CredentialWithConfigurations& account : accounts) {
        ASSIGN_OR_CO_RETURN(const std::string type, co_await type_of(account.credential));
        const std::string id = account.credential.id.str();
        if (caller.party.permissions.can_see(scope_of(type, id))) {
            visible.push_back(std::move(account));
        }
    }
    co_return visible;
}

Task<Result<CredentialWithConfigurations>> SdkRoutes::find_account(const Request& request,
                                                                   const SdkCaller& caller) {
    const std::string selector(request.parameter("credentialId"));
    ASSIGN_OR_CO_RETURN(auto accounts, co_await visible_accounts(caller));
    for (CredentialWithConfigurations& account : accounts) {
        const Credential& credential = account.credential;
        const bool is_named_by_external_id =
            !credential.external_id.empty() &&
            (selector == "ext:" + credential.external_id || selector == credential.external_id);
        if (selector == credential.id.str() || is_named_by_external_id) {
            co_return std::move(account);
        }
    }
    co_return Error::not_found("Credential");
}

Task<Result<CredentialWithConfigurations>> SdkRoutes::find_account_for(
    const Request& request, const SdkCaller& caller, std::string_view permission) {
    ASSIGN_OR_CO_RETURN(auto account, co_await find_account(request, caller));
    ASSIGN_OR_CO_RETURN(const std::string type, co_await type_of(account.credential));
    const std::string id = account.credential.id.str();
    if (caller.party.permissions.allows(permission, scope_of(type, id))) co_return account;
    co_return permission_denied(permission);
}

SdkRoutes::Answer SdkRoutes::list_credentials(const Request& request, SdkCaller caller) {
    const auto type = request.query_parameter("integration");
    if (type) co_return co_await show_account(request, caller, *type);
    ASSIGN_OR_CO_RETURN(const auto accounts, co_await visible_accounts(caller));
    JsonArray list;
    for (const auto& account : accounts) list.push_back(sdk_credential_json(account));
    co_return http::json_response(Status::ok, list);
}

// The form of getIntegrationAccount: one integration with its current or picked account.
SdkRoutes::Answer SdkRoutes::show_account(const Request& request, const SdkCaller& caller,
                                          std::string type) {
    constexpr std::string_view kPrefix = "custom.";
    const std::string slug = type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : type;
    ASSIGN_OR_CO_RETURN(const auto integration, co_await use_.integrations.get_cached_by_slug(
                                                    caller.party.project_id, slug));
    ASSIGN_OR_CO_RETURN(const Credential credential,
                        co_await use_.credentials.resolve_selector(
                            caller.party.project_id, caller.party.user_id, integration->id,
                            header_text(request, "X-Paragon-Credential")));
    if (!caller.party.permissions.can_see(scope_of(integration->type(), credential.id.str()))) {
        co_return Error::not_found("Credential");
    }
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await use_.credentials.get(caller.party.project_id, caller.party.user_id,
                                                      credential.id));
    const SdkIntegration item{
        .integration = integration, .fields = use_.connect.fields_of(*integration), .accounts = {}};
    co_return http::json_response(Status::ok, sdk_account_json(context_, item, account));
}

Task<Result<CredentialWithConfigurations>> SdkRoutes::find_connected(const SdkCaller& caller,
                                                                     IntegrationId integration,
                                                                     std::string id) {
    ASSIGN_OR_CO_RETURN(auto accounts, co_await visible_accounts(caller));
    for (CredentialWithConfigurations& account : accounts) {
        const bool is_meant =
            account.credential.id.str() == id && account.credential.integration_id == integration;
        if (is_meant) co_return std::move(account);
    }
    co_return Error::not_found("Credential");
}

SdkRoutes::Answer SdkRoutes::create_credential(const Request& request, SdkCaller caller) {
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(const IntegrationId integration,
                        IntegrationId::parse(string_member(body, "integrationId")));
    const Json* payload = find_member(body, "payload");
    const std::string handle =
        payload == nullptr ? std::string() : string_member(*payload, kHandleMember);
    const std::string connected =
        payload == nullptr ? std::string() : string_member(*payload, kConnectedMember);
    const std::string code = string_member(body, "code");
    if (!connected.empty()) {
        ASSIGN_OR_CO_RETURN(const auto account,
                            co_await find_connected(caller, integration, connected));
        co_return account_response(Status::created, account);
    }
    if (!handle.empty()) {
        ASSIGN_OR_CO_RETURN(const auto account,
                            co_await use_.connect.claim(caller.party, integration, handle));
        co_return account_response(Status::created, account);
    }
    if (!code.empty()) {
        ASSIGN_OR_CO_RETURN(
            const auto account,
            co_await use_.connect.complete_code(
                caller.party, {.integration_id = integration,
                               .code = Secret(code),
                               .redirect_url = string_member(body, "redirectUrl")}));
        co_return account_response(Status::created, account);
    }
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await use_.connect.connect_with_fields(
                            caller.party, integration,
                            payload == nullptr ? SubmittedFields() : submitted_fields(*payload),
                            install_options_of(body)));
    co_return account_response(Status::created, account);
}

SdkRoutes::Answer SdkRoutes::get_credential(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account, co_await find_account(request, caller));
    co_return account_response(Status::ok, account);
}

SdkRoutes::Answer SdkRoutes::update_credential(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await find_account_for(request, caller, "settings:write"));
    const Json& config = request.body_json().at("config");
    SettingsUpdate update{.workflow_settings = object_member(config, "workflowSettings"),
                          .shared_settings = object_member(config, "sharedSettings")};
    if (!update.workflow_settings) {
        update.workflow_settings = object_member(config, "configuredWorkflows");
    }
    ASSIGN_OR_CO_RETURN(
        const auto updated,
        co_await use_.credentials.update_settings(
            caller.party.project_id, caller.party.user_id, account.credential.id,
            configuration_selector(request), std::move(update), caller.party.actor));
    // Clients up to 2.1 read {credential, errors}, newer ones the credential itself.
    JsonObject json = sdk_credential_json(updated);
    json["credential"] = sdk_credential_json(updated);
    json["errors"] = JsonArray();
    co_return http::json_response(Status::ok, json);
}

// Credentials are complete when they are made, so there is nothing left to set up but the claim of
// a popup that reconnected one.
SdkRoutes::Answer SdkRoutes::complete_setup(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await find_account_for(request, caller, "credential:write"));
    const Json* payload = find_member(request.body_json(), "payload");
    const std::string handle =
        payload == nullptr ? std::string() : string_member(*payload, kHandleMember);
    if (handle.empty()) co_return account_response(Status::ok, account);
    ASSIGN_OR_CO_RETURN(
        const auto claimed,
        co_await use_.connect.claim(caller.party, account.credential.integration_id, handle));
    co_return account_response(Status::ok, claimed);
}

// ---- configurations ----

SdkRoutes::Answer SdkRoutes::create_configuration(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await find_account_for(request, caller, "config:write"));
    ASSIGN_OR_CO_RETURN(
        const auto updated,
        co_await use_.credentials.create_configuration(
            caller.party.project_id, caller.party.user_id, account.credential.id,
            optional_string_member(request.body_json(), "externalId"), caller.party.actor));
    co_return account_response(Status::created, updated);
}

SdkRoutes::Answer SdkRoutes::update_configuration(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await find_account_for(request, caller, "config:write"));
    ASSIGN_OR_CO_RETURN(
        const auto updated,
        co_await use_.credentials.update_configuration_meta(
            caller.party.project_id, caller.party.user_id, account.credential.id,
            configuration_selector(request),
            object_member(request.body_json(), "meta").value_or(JsonObject()), caller.party.actor));
    co_return account_response(Status::ok, updated);
}

SdkRoutes::Answer SdkRoutes::delete_configuration(const Request& request, SdkCaller caller) {
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await find_account_for(request, caller, "config:write"));
    CO_RETURN_IF_ERROR(co_await use_.credentials.delete_configuration(
        caller.party.project_id, caller.party.user_id, account.credential.id,
        configuration_selector(request), caller.party.actor));
    co_return http::no_content();
}

}  // namespace tenon
