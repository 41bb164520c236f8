#include "proxy/proxy_call.h"

#include <fmt/format.h>
#include <unordered_map>

#include "base/json.h"
#include "base/text.h"

namespace tenon {
namespace {

// Environment secrets may change without a new version of anything else; this bounds how long an
// old one is sent.
constexpr Seconds kInjectedLife{5};
constexpr std::size_t kInjectedPerLoopMax = 10'000;

struct CachedInjection {
    std::int64_t credential_version = 0;
    std::int64_t integration_revision = 0;
    SteadyTime made_at;
    std::shared_ptr<const InjectedCall> injected;
};

// One per event loop: no lock on the hot path.
std::unordered_map<CredentialId, CachedInjection>& injections() {
    thread_local std::unordered_map<CredentialId, CachedInjection> cache;
    return cache;
}

std::shared_ptr<const InjectedCall> find_injected(const ProxyCall& call, SteadyTime now) {
    const auto found = injections().find(call.credential->record.id);
    if (found == injections().end()) return nullptr;
    const CachedInjection& entry = found->second;
    const bool fits = entry.credential_version == call.credential->record.version &&
                      entry.integration_revision == call.integration->revision &&
                      now - entry.made_at < kInjectedLife;
    return fits ? entry.injected : nullptr;
}

void keep_injected(const ProxyCall& call, SteadyTime now) {
    // Wholesale emptying is rare and cheap; precise eviction would cost each call.
    if (injections().size() >= kInjectedPerLoopMax) injections().clear();
    injections()[call.credential->record.id] = {call.credential->record.version,
                                                call.integration->revision, now, call.injected};
}

Result<std::shared_ptr<const InjectedCall>> write_out(const PreparedCall& prepared) {
    if (has_dot_segments(prepared.base_url.path)) {
        return Error::invalid_field("baseUrl", "must not hold \".\" or \"..\" segments");
    }
    auto injected = std::make_shared<InjectedCall>();
    injected->base_url = prepared.base_url;
    http::append_field(injected->host_line, "Host", prepared.base_url.host_header());
    std::string lines;
    for (const PreparedHeader& header : prepared.headers) {
        const http::HeaderId id = http::header_id(header.name);
        if (id == http::HeaderId::user_agent) injected->sets_user_agent = true;
        injected->names.push_back({id, header.name});
        http::append_field(lines, header.name, header.value.reveal());
    }
    injected->header_lines = Secret(std::move(lines));
    injected->query = prepared.query;
    injected->identity = prepared.identity;
    return std::shared_ptr<const InjectedCall>(std::move(injected));
}

Error not_enabled(const UserSession& session, const Integration& integration) {
    Error error{ErrorKind::not_found, "integration.not_enabled",
                "Integration not enabled for user."};
    JsonObject meta;
    meta["personaId"] = session.user_id.str();
    meta["projectId"] = session.project_id.str();
    meta["integrationId"] = integration.id.str();
    meta["endUserId"] = session.external_id;
    error.meta_json = write_json(meta);
    return error;
}

Task<Result<std::shared_ptr<const Integration>>> find_integration(const ProxyServices& services,
                                                                  const ProxyTarget& target) {
    auto& integrations = services.integrations;
    if (target.integration_id) {
        if (auto known = integrations.cached(target.project_id, *target.integration_id))
            co_return known;
        co_return co_await integrations.get_cached(target.project_id, *target.integration_id);
    }
    if (auto known = integrations.cached_by_slug(target.project_id, target.slug)) co_return known;
    co_return co_await integrations.get_cached_by_slug(target.project_id, std::string(target.slug));
}

Ok check_permission(const UserSession& session, const Integration& integration,
                    std::string_view credential_id) {
    if (session.permissions.is_unrestricted()) return {};
    const std::string type = integration.type();
    if (session.permissions.allows("proxy", {type, credential_id, {}, {}})) return {};
    return Error{ErrorKind::forbidden, "7210",
                 "The user token's permissions do not allow calls through this integration."};
}

Task<Result<CredentialId>> select_credential(const ProxyServices& services, const ProxyCall& call,
                                             std::string_view selector) {
    const UserSession& session = *call.session;
    const Integration& integration = *call.integration;
    const auto found = co_await services.credentials.resolve_selector(
        session.project_id, session.user_id, integration.id, std::string(selector));
    if (found) co_return found->id;
    if (found.error().kind == ErrorKind::not_found && selector.empty()) {
        co_return not_enabled(session, integration);
    }
    co_return found.error();
}

bool is_allowed(const ProxyCall& call, CredentialId id) {
    return call.integration->status != IntegrationStatus::inactive &&
           (call.session->permissions.is_unrestricted() ||
            check_permission(*call.session, *call.integration, id.str()));
}

}  // namespace

CallFields CallFields::read(const http::HeaderList& headers) {
    CallFields fields;
    for (const http::HeaderField& field : headers) {
        if (field.id == http::HeaderId::authorization) fields.authorization = field.value;
        if (field.id != http::HeaderId::instruction) continue;
        if (equals_ignoring_case(field.name, "x-paragon-use-raw-response")) {
            fields.wants_raw = true;
        } else if (equals_ignoring_case(field.name, "x-paragon-credential")) {
            if (fields.credential.empty()) fields.credential = field.value;
        } else if (equals_ignoring_case(field.name, "x-paragon-proxy-url")) {
            if (!fields.proxy_url) fields.proxy_url = field.value;
        }
    }
    return fields;
}

bool InjectedCall::replaces(const http::HeaderField& field) const {
    for (const Name& name : names) {
        if (name.id == field.id && equals_ignoring_case(name.text, field.name)) return true;
    }
    return false;
}

bool resolve_from_memory(const ProxyServices& services, const ProxyTarget& target,
                         const CallFields& fields, ProxyCall& call) {
    call.session = services.users.cached(target.project_id, fields.authorization);
    if (call.session == nullptr) return false;
    auto& integrations = services.integrations;
    call.integration = target.integration_id
                           ? integrations.cached(target.project_id, *target.integration_id)
                           : integrations.cached_by_slug(target.project_id, target.slug);
    if (call.integration == nullptr) return false;
    const auto id = services.credentials.cached_selection(target.project_id, call.session->user_id,
                                                          call.integration->id, fields.credential);
    if (!id || !is_allowed(call, *id)) return false;
    call.credential = services.token_care.cached(target.project_id, *id);
    if (call.credential == nullptr) return false;
    call.injected = find_injected(call, services.clock.steady_now());
    return call.injected != nullptr;
}

Task<Result<ProxyCall>> resolve_call(const ProxyServices& services, const ProxyTarget& target,
                                     CallFields fields) {
    ProxyCall call;
    ASSIGN_OR_CO_RETURN(call.session, co_await services.users.authenticate(target.project_id,
                                                                           fields.authorization));
    ASSIGN_OR_CO_RETURN(call.integration, co_await find_integration(services, target));
    if (call.integration->status == IntegrationStatus::inactive) {
        co_return Error{ErrorKind::unprocessable, "integration.inactive",
                        "This integration has been switched off."};
    }
    ASSIGN_OR_CO_RETURN(const CredentialId id,
                        co_await select_credential(services, call, fields.credential));
    CO_RETURN_IF_ERROR(check_permission(*call.session, *call.integration, id.str()));
    ASSIGN_OR_CO_RETURN(auto live, co_await services.token_care.fresh(target.project_id, id));
    co_return co_await with_credential(services, std::move(call), std::move(live));
}

Task<Result<ProxyCall>> with_credential(const ProxyServices& services, ProxyCall call,
                                        std::shared_ptr<const LiveCredential> renewed) {
    call.credential = std::move(renewed);
    const SteadyTime now = services.clock.steady_now();
    call.injected = find_injected(call, now);
    if (call.injected != nullptr) co_return call;
    ASSIGN_OR_CO_RETURN(const std::shared_ptr<const OpenIntegration> open,
                        co_await services.opener.open(call.integration));
    ASSIGN_OR_CO_RETURN(const PreparedCall prepared,
                        prepare_call({open.get(), &call.credential->secrets,
                                      &call.credential->record.provider_data}));
    ASSIGN_OR_CO_RETURN(call.injected, write_out(prepared));
    keep_injected(call, now);
    co_return call;
}

Ok check_host(const Integration& integration, const Url& base, const Url& url) {
    if (url.host == base.host && url.port == base.port && url.scheme == base.scheme) return {};
    for (const std::string& allowed : integration.definition.api.additional_hosts) {
        const bool fits = allowed.starts_with("*.")
                              ? url.host.size() > allowed.size() - 1 &&
                                    std::string_view(url.host).ends_with(allowed.substr(1))
                              : url.host == allowed;
        if (fits && url.scheme == base.scheme) return {};
    }
    return Error{ErrorKind::forbidden, "proxy.host_not_allowed",
                 fmt::format("The host {} is neither the base URL's nor one of the integration's "
                             "additional hosts, so it must not receive this account's credential.",
                             url.host)};
}

}  // namespace tenon
