#include "connect/connect_service.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "base/url.h"

namespace tenon {

namespace {

constexpr std::size_t kVerifierBytes = 32;  // 43 characters, the least that RFC 7636 allows

// A definition that sets redirect_uri or state by itself could send the code to the callback of
// another integration; the URL must hold our own values, once.
Ok check_authorization_url(const std::string& url, const AuthorizationContext& context) {
    ASSIGN_OR_RETURN(const Url parsed, Url::parse(url));
    int redirects = 0;
    int states = 0;
    for (const std::string_view part : split(parsed.query, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = form_decode(part.substr(0, equals));
        const auto value = form_decode(equals < part.size() ? part.substr(equals + 1) : "");
        if (name == "redirect_uri") redirects += value == context.redirect_uri ? 1 : 2;
        if (name == "state") states += value == context.state ? 1 : 2;
    }
    if (redirects == 1 && states == 1) return {};
    return Error{ErrorKind::unprocessable, "connect.authorization_url_conflict",
                 "The integration's authorization URL sets redirect_uri or state by itself; remove "
                 "them from its definition."};
}

Error wrong_method(std::string_view message) {
    return {ErrorKind::unprocessable, "connect.wrong_method", std::string(message)};
}

Error origin_not_allowed(std::string_view origin) {
    return {ErrorKind::invalid_input, "connect.origin_not_allowed",
            fmt::format("The origin {} is not one of the project's allowed origins.", origin)};
}

// The origin of an address; empty when it is no http(s) address.
std::string origin_of(std::string_view address) {
    const auto url = Url::parse(address);
    return url ? url->origin() : std::string();
}

// The published client derives one host per service; with "zeus." as the public one, the portal
// stands at "connect." beside it.
std::vector<std::string> origins_beside(const std::string& public_url) {
    const std::string origin = origin_of(public_url);
    std::vector<std::string> origins{origin};
    constexpr std::string_view kPublicService = "://zeus.";
    const std::size_t at = origin.find(kPublicService);
    if (at != std::string::npos) {
        origins.push_back(origin.substr(0, at) + "://connect." +
                          origin.substr(at + kPublicService.size()));
    }
    return origins;
}

}  // namespace

ConnectService::ConnectService(ConnectContext context, ConnectOptions options)
    : context_(context),
      options_(std::move(options)),
      own_origins_(origins_beside(options_.public_url)),
      verifier_(context.client, options_.verifier),
      starts_(context.clock, options_.starts) {}

std::string ConnectService::redirect_uri(IntegrationId integration) const {
    return options_.public_url + "/oauth/" + integration.str();
}

std::vector<InputField> ConnectService::fields_of(const Integration& integration) const {
    const Authentication& authentication = integration.definition.authentication;
    auto fields = context_.methods.get(authentication.method).own_fields(integration.definition);
    fields.insert(fields.end(), authentication.input_fields.begin(),
                  authentication.input_fields.end());
    return fields;
}

bool ConnectService::uses_authorization_page(const Integration& integration) const {
    return context_.methods.get(integration.definition.authentication.method)
        .uses_authorization_page();
}

Task<Result<std::shared_ptr<const Integration>>> ConnectService::get_integration(
    ProjectId project, IntegrationId integration) {
    ASSIGN_OR_CO_RETURN(auto found,
                        co_await context_.integrations.get_cached(project, integration));
    if (found->status != IntegrationStatus::active) co_return Error::not_found("Integration");
    co_return found;
}

Task<Result<std::shared_ptr<const Integration>>> ConnectService::find_by_slug(ProjectId project,
                                                                              std::string slug) {
    co_return co_await context_.integrations.get_cached_by_slug(project, std::move(slug));
}

Task<Result<std::string>> ConnectService::project_name(ProjectId project) {
    ASSIGN_OR_CO_RETURN(const Project found, co_await context_.projects.get_project(project));
    co_return found.name;
}

Task<Ok> ConnectService::check_origin(ProjectId project, std::string origin) {
    const std::string normal = origin_of(origin);
    if (normal.empty() || normal != origin) co_return origin_not_allowed(origin);
    const auto& own = own_origins_;  // the portal's own window
    if (std::find(own.begin(), own.end(), origin) != own.end()) co_return Ok{};
    ASSIGN_OR_CO_RETURN(const Project found, co_await context_.projects.get_project(project));
    const auto& allowed = found.allowed_origins;
    if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) co_return Ok{};
    co_return origin_not_allowed(origin);
}

// A picked account must be the user's own and of this integration.
Task<Ok> ConnectService::check_permission(const ConnectParty& party, const Integration& integration,
                                          const InstallOptions& options) {
    const std::string type = integration.type();
    std::string picked;
    if (!options.selected_credential.empty()) {
        ASSIGN_OR_CO_RETURN(
            const Credential credential,
            co_await context_.credentials.resolve_selector(
                party.project_id, party.user_id, integration.id, options.selected_credential));
        picked = credential.id.str();
    }
    const TokenPermissions::Scope scope{.integration = type,
                                        .credential_id = picked,
                                        .configuration_id = {},
                                        .configuration_external_id = {}};
    if (party.permissions.allows("credential:write", scope)) co_return Ok{};
    co_return Error{ErrorKind::forbidden, "7210",
                    "The user token's permissions do not allow credential:write for " + type + "."};
}

Task<Result<bool>> ConnectService::bind_browser(ConnectParty party, BrowserClaim claim) {
    CO_RETURN_IF_ERROR(starts_.take(party.user_id.str(), party.actor.address));
    BrowserBinding binding;
    binding.project_id = party.project_id;
    binding.user_id = party.user_id;
    binding.token_hash = party.token_hash;
    binding.browser_hash = hash_of_token(claim.browser);
    binding.is_confirmed = !claim.opener_origin.empty() &&
                           (co_await check_origin(party.project_id, claim.opener_origin));
    const Timestamp now = context_.clock.now();
    binding.expires_at = now + options_.browser_life;
    CO_RETURN_IF_ERROR(co_await context_.database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(
            store_.remove_expired(tx, binding.project_id, now, options_.expired_rows_per_cleanup));
        return store_.put_binding(tx, binding);
    }));
    co_return binding.is_confirmed;
}

Task<Result<ConnectFlow>> ConnectService::prepare_flow(const ConnectParty& party,
                                                       const AuthorizationStart& start) {
    ConnectFlow flow;
    flow.id = FlowId::random();
    flow.project_id = party.project_id;
    flow.integration_id = start.integration_id;
    flow.user_id = party.user_id;
    flow.token_hash = party.token_hash;
    flow.browser_hash = start.browser.empty() ? "" : hash_of_token(start.browser);
    flow.redirect_uri = redirect_uri(start.integration_id);
    if (!start.redirect_override.empty()) {
        CO_RETURN_IF_ERROR(
            co_await check_origin(party.project_id, origin_of(start.redirect_override)));
        flow.redirect_uri = start.redirect_override;
        flow.has_own_redirect = true;
    }
    if (!start.origin.empty()) {
        CO_RETURN_IF_ERROR(co_await check_origin(party.project_id, start.origin));
        flow.origin = start.origin;
    }
    if (start.session_key.size() > options_.session_key_bytes_max) {
        co_return Error::invalid_field(
            "oauthMetaKeyId",
            fmt::format("must have at most {} bytes", options_.session_key_bytes_max));
    }
    flow.session_key_hash = start.session_key.empty() ? "" : hash_of_token(start.session_key);
    flow.install_options = start.install_options;
    if (!start.return_url.empty()) {
        const std::string page = start.return_url.substr(0, start.return_url.find('#'));
        CO_RETURN_IF_ERROR(co_await check_origin(party.project_id, origin_of(page)));
        flow.return_url = start.return_url;
    }
    flow.ticket_hash = start.ticket.empty() ? "" : hash_of_token(start.ticket.reveal());
    flow.link_id = start.link_id;
    flow.created_at = context_.clock.now();
    flow.expires_at = flow.created_at + options_.flow_life;
    co_return flow;
}

Task<Result<std::string>> ConnectService::begin_authorization(ConnectParty party,
                                                              AuthorizationStart start) {
    ASSIGN_OR_CO_RETURN(const auto integration,
                        co_await get_integration(party.project_id, start.integration_id));
    CO_RETURN_IF_ERROR(co_await check_permission(party, *integration, start.install_options));
    CO_RETURN_IF_ERROR(starts_.take(party.user_id.str(), party.actor.address));
    const Authentication& authentication = integration->definition.authentication;
    const AuthMethod& method = context_.methods.get(authentication.method);
    if (!method.uses_authorization_page()) {
        co_return wrong_method("This integration is connected by filling in its fields.");
    }
    FlowSecrets secrets;
    ASSIGN_OR_CO_RETURN(secrets.inputs,
                        check_fields(authentication.input_fields, start.fields, options_.fields));
    ASSIGN_OR_CO_RETURN(ConnectFlow flow, co_await prepare_flow(party, start));

    ASSIGN_OR_CO_RETURN(const auto open, co_await context_.opener.open(integration));
    AuthorizationContext context{.redirect_uri = flow.redirect_uri,
                                 .state = make_flow_token(party.project_id),
                                 .code_verifier = {}};
    if (authentication.pkce) context.code_verifier = random_token(kVerifierBytes);
    CredentialSecrets inputs;
    inputs.inputs = secrets.inputs;
    ASSIGN_OR_CO_RETURN(const AuthorizationRequest request, method.begin(*open, inputs, context));
    CO_RETURN_IF_ERROR(check_authorization_url(request.authorization_url, context));

    flow.state_hash = hash_of_token(context.state);
    secrets.code_verifier = Secret(std::move(context.code_verifier));
    secrets.link_token = std::move(start.link_token);
    secrets.user_label = Secret(party.actor.label);
    if (!start.ticket.empty()) secrets.authorization_url = Secret(request.authorization_url);
    ASSIGN_OR_CO_RETURN(flow.sealed_secrets, co_await seal_flow(flow, secrets));
    CO_RETURN_IF_ERROR(co_await context_.database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(store_.remove_expired(tx, flow.project_id, flow.created_at,
                                              options_.expired_rows_per_cleanup));
        return store_.insert_flow(tx, flow);
    }));
    co_return request.authorization_url;
}

Task<Result<FlowSecrets>> ConnectService::open_flow(const ConnectFlow& flow) {
    ASSIGN_OR_CO_RETURN(const auto keys, co_await context_.vault.keys(flow.project_id));
    ASSIGN_OR_CO_RETURN(
        const Secret text,
        keys->open({.table = kFlowTable, .row_id = flow.id.str(), .column = "sealed_secrets"},
                   flow.sealed_secrets));
    co_return FlowSecrets::from_json(text);
}

Task<Result<std::string>> ConnectService::seal_flow(const ConnectFlow& flow,
                                                    const FlowSecrets& secrets) {
    ASSIGN_OR_CO_RETURN(const auto keys, co_await context_.vault.keys(flow.project_id));
    co_return keys->seal({.table = kFlowTable, .row_id = flow.id.str(), .column = "sealed_secrets"},
                         secrets.to_json());
}

Task<Ok> ConnectService::end_session(ConnectParty party, std::string session_key) {
    const std::string hash = hash_of_token(session_key);
    co_return co_await context_.database.write([&](Connection& tx) {
        return store_.remove_session(tx, party.project_id, party.user_id, hash);
    });
}

}  // namespace tenon
