// From what the user gave to a kept account: token request, proof, storage; and the way back.
#include <utility>

#include "connect/connect_service.h"
#include "platform/logging/log.h"

namespace tenon {

namespace {

// With an external id the account stands beside others, since a replaced one would keep its own id.
AccountRule account_rule(const InstallOptions& options) {
    const bool is_additional = options.allow_multiple_credentials || !options.external_id.empty();
    return is_additional ? AccountRule::add_account : AccountRule::replace_existing;
}

std::vector<std::string> granted_scopes(const RefreshedTokens& tokens,
                                        const Integration& integration) {
    return tokens.granted_scopes.value_or(integration.definition.authentication.scopes);
}

}  // namespace

Task<Result<CredentialWithConfigurations>> ConnectService::connect_with_fields(
    ConnectParty party, IntegrationId integration_id, SubmittedFields fields,
    InstallOptions options) {
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await get_integration(party.project_id, integration_id));
    CO_RETURN_IF_ERROR(co_await check_permission(party, *integration, options));
    const AuthMethod& method = context_.methods.get(integration->definition.authentication.method);
    if (method.uses_authorization_page()) {
        co_return Error{ErrorKind::unprocessable, "connect.wrong_method",
                        "This integration is connected at the provider's page, not by fields."};
    }
    ASSIGN_OR_CO_RETURN(SubmittedFields values,
                        check_fields(fields_of(*integration), fields, options_.fields));
    CredentialSecrets secrets =
        secrets_from_fields(std::move(values), method.own_fields(integration->definition));
    ASSIGN_OR_CO_RETURN(const auto open, co_await context_.opener.open(integration));
    ASSIGN_OR_CO_RETURN(
        RefreshedTokens tokens,
        co_await method.complete(*open, std::move(secrets), std::nullopt, AuthorizationContext{}));
    co_return co_await keep_account(std::move(party), open, std::move(tokens), std::move(options));
}

Task<Result<CredentialWithConfigurations>> ConnectService::keep_account(
    ConnectParty party, std::shared_ptr<const OpenIntegration> integration, RefreshedTokens tokens,
    InstallOptions options) {
    const Integration& definition = *integration->integration;
    ASSIGN_OR_CO_RETURN(VerifiedAccount account,
                        co_await verifier_.verify(integration, tokens.secrets));

    // Which account this is: the one that was picked, the one with this external id, or a new one.
    const std::string selector = !options.selected_credential.empty() ? options.selected_credential
                                 : !options.external_id.empty()       ? "ext:" + options.external_id
                                                                      : std::string();
    if (!selector.empty()) {
        auto existing = co_await context_.credentials.resolve_selector(
            party.project_id, party.user_id, definition.id, selector);
        const bool must_exist = !options.selected_credential.empty();
        if (!existing && (must_exist || existing.error().kind != ErrorKind::not_found)) {
            co_return std::move(existing).error();
        }
        if (existing) {
            ReconnectedCredential renewed{.status = CredentialStatus::valid,
                                          .secrets = std::move(tokens.secrets),
                                          .expires_at = tokens.expires_at,
                                          .granted_scopes = granted_scopes(tokens, definition),
                                          .provider_id = std::move(account.provider_id),
                                          .provider_data = std::move(account.provider_data)};
            co_return co_await context_.credentials.reconnect(party.project_id, party.user_id,
                                                              existing->id, std::move(renewed),
                                                              std::move(party.actor));
        }
    }
    NewCredential created{.project_id = party.project_id,
                          .integration_id = definition.id,
                          .user_id = party.user_id,
                          .account_rule = account_rule(options),
                          .status = CredentialStatus::valid,
                          .secrets = std::move(tokens.secrets),
                          .expires_at = tokens.expires_at,
                          .granted_scopes = granted_scopes(tokens, definition),
                          .external_id = std::move(options.external_id),
                          .provider_id = std::move(account.provider_id),
                          .provider_data = std::move(account.provider_data),
                          .is_preview = options.is_preview};
    co_return co_await context_.credentials.create(std::move(created), std::move(party.actor));
}

Task<Result<CredentialWithConfigurations>> ConnectService::finish_flow(ConnectFlow flow,
                                                                       FlowSecrets secrets,
                                                                       Actor actor,
                                                                       std::string handle) {
    auto connected = co_await exchange_and_keep(flow, std::move(secrets), std::move(actor));
    if (!connected) {
        co_await note_failure(flow, connected.error());
        co_return connected;
    }
    const CredentialId credential = connected->credential.id;
    const std::string handle_hash = handle.empty() ? "" : hash_of_token(handle);
    const Timestamp session_end = context_.clock.now() + options_.session_life;
    CO_RETURN_IF_ERROR(co_await context_.database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(store_.finish_flow(tx, flow.project_id, flow.id, credential, handle_hash));
        if (!flow.session_key_hash.empty()) {
            RETURN_IF_ERROR(store_.put_session(tx, flow.project_id, flow.user_id,
                                               flow.session_key_hash, credential, session_end));
        }
        if (!flow.link_id) return {};
        return store_.use_up_link(tx, flow.project_id, *flow.link_id, credential);
    }));
    log_info("connect.connected", {{"project", flow.project_id.str()},
                                   {"integration", flow.integration_id.str()},
                                   {"credential", credential.str()}});
    co_return connected;
}

Task<Result<CredentialWithConfigurations>> ConnectService::exchange_and_keep(
    const ConnectFlow& flow, FlowSecrets secrets, Actor actor) {
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await get_integration(flow.project_id, flow.integration_id));
    ASSIGN_OR_CO_RETURN(const auto open, co_await context_.opener.open(integration));
    const AuthMethod& method = context_.methods.get(integration->definition.authentication.method);
    CredentialSecrets inputs;
    inputs.inputs = std::move(secrets.inputs);
    inputs.callback = secrets.callback;
    AuthorizationContext context{.redirect_uri = flow.redirect_uri,
                                 .state = {},
                                 .code_verifier = std::string(secrets.code_verifier.reveal())};
    AuthorizationAnswer answer{.code = std::move(secrets.code),
                               .callback = std::move(secrets.callback)};
    ASSIGN_OR_CO_RETURN(
        RefreshedTokens tokens,
        co_await method.complete(*open, std::move(inputs), std::move(answer), std::move(context)));
    ConnectParty party{.project_id = flow.project_id,
                       .user_id = flow.user_id,
                       .permissions = TokenPermissions(),  // were checked when the flow began
                       .token_hash = flow.token_hash,
                       .actor = std::move(actor)};
    co_return co_await keep_account(std::move(party), open, std::move(tokens),
                                    flow.install_options);
}

Task<Result<CredentialWithConfigurations>> ConnectService::claim(ConnectParty party,
                                                                 IntegrationId integration_id,
                                                                 std::string handle) {
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await get_integration(party.project_id, integration_id));
    CO_RETURN_IF_ERROR(co_await check_permission(party, *integration, {}));
    const std::string handle_hash = hash_of_token(handle);
    const Timestamp now = context_.clock.now();
    bool is_taken = false;
    ASSIGN_OR_CO_RETURN(
        auto flow,
        co_await context_.database.write([&](Connection& tx) -> Result<std::optional<ConnectFlow>> {
            is_taken = false;
            ASSIGN_OR_RETURN(auto found, store_.find_by_handle(tx, party.project_id, handle_hash));
            const bool is_ours = found && found->user_id == party.user_id &&
                                 found->integration_id == integration_id && found->expires_at > now;
            if (!is_ours) return std::optional<ConnectFlow>();
            ASSIGN_OR_RETURN(is_taken, store_.take_answered(tx, party.project_id, found->id));
            return found;
        }));
    if (is_taken) {
        ASSIGN_OR_CO_RETURN(FlowSecrets secrets, co_await open_flow(*flow));
        co_return co_await finish_flow(std::move(*flow), std::move(secrets), std::move(party.actor),
                                       {});
    }
    if (flow && flow->status == FlowStatus::connected && flow->credential_id) {
        co_return co_await context_.credentials.get(party.project_id, party.user_id,
                                                    *flow->credential_id);
    }
    if (flow && flow->status == FlowStatus::consumed) {
        co_return Error{ErrorKind::conflict, "connect.in_progress",
                        "This connection is being made by another request; ask again shortly."};
    }
    co_return Error{
        ErrorKind::gone, "connect.handle_unknown",
        "This connection attempt is not known, has failed, or has expired; start again."};
}

Task<Result<CredentialWithConfigurations>> ConnectService::complete_code(ConnectParty party,
                                                                         CodeExchange exchange) {
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await get_integration(party.project_id, exchange.integration_id));
    CO_RETURN_IF_ERROR(co_await check_permission(party, *integration, {}));
    ASSIGN_OR_CO_RETURN(auto flow, co_await context_.database.write([&](Connection& tx) {
        return store_.take_by_redirect(tx, party, exchange.integration_id, exchange.redirect_url,
                                       context_.clock.now());
    }));
    if (!flow) {
        co_return Error{ErrorKind::gone, "connect.flow_unknown",
                        "There is no open attempt of this user with this redirect URL; begin with "
                        "connect() and the same overrideRedirectUrl."};
    }
    ASSIGN_OR_CO_RETURN(FlowSecrets secrets, co_await open_flow(*flow));
    secrets.code = std::move(exchange.code);
    co_return co_await finish_flow(std::move(*flow), std::move(secrets), std::move(party.actor),
                                   {});
}

Task<Ok> ConnectService::disconnect(ProjectId project, UserId user, CredentialId credential,
                                    Actor actor) {
    ASSIGN_OR_CO_RETURN(const auto found,
                        co_await context_.credentials.get(project, user, credential));
    co_await revoke_at_provider(found.credential);
    CO_RETURN_IF_ERROR(
        co_await context_.credentials.disconnect(project, user, credential, std::move(actor)));
    context_.token_care.forget(credential);
    log_info("connect.disconnected",
             {{"project", project.str()}, {"credential", credential.str()}});
    co_return Ok{};
}

// Best effort: the user wants to be rid of the account, whatever the provider says. The method
// bounds the request's time.
Task<void> ConnectService::revoke_at_provider(Credential credential) {
    const auto integration =
        co_await context_.integrations.get_cached(credential.project_id, credential.integration_id);
    if (!integration) co_return;
    const auto open = co_await context_.opener.open(*integration, credential.provider_data);
    if (!open) co_return;
    auto secrets = co_await context_.credentials.open_secrets(credential);
    if (!secrets) co_return;
    const auto revoked =
        co_await context_.methods.get((*integration)->definition.authentication.method)
            .revoke(**open, std::move(*secrets));
    if (!revoked) {
        log_warning("connect.revocation_failed",
                    {{"credential", credential.id.str()}, {"code", revoked.error().code}});
    }
}

}  // namespace tenon
