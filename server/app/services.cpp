#include "app/services.h"

#include <algorithm>

#include "accounts/request_authorizer.h"
#include "auth_methods/refresher.h"
#include "credentials/invalidation_report.h"
#include "platform/http/http_client.h"
#include "users/user_authenticator.h"

namespace tenon {
namespace {

constexpr std::size_t kTokenAnswerBytesMax = 1U << 20U;
// For the writes before and after the token requests, repeated while the database is away.
constexpr Seconds kLeaseSlack{30};

Result<std::unique_ptr<http::UpstreamPools>> make_pools(const Config& config) {
    http::UpstreamOptions options;
    ASSIGN_OR_RETURN(options.egress, http::EgressPolicy::allowing(config.allow_egress));
    options.resolver.dns_server = config.dns_server;
    options.extra_ca_file = config.upstream_ca_file.string();
    options.connections_per_origin_max = config.upstream_connections_per_origin_max;
    options.http2 = config.upstream_http2;
    return http::UpstreamPools::create(std::move(options));
}

}  // namespace

http::UpstreamLimits upstream_limits(const Config& config) {
    return {.connect_timeout = config.upstream_connect_timeout,
            .first_byte_timeout = config.upstream_first_byte_timeout,
            .idle_timeout = config.upstream_idle_timeout,
            .total_timeout = config.upstream_total_timeout,
            .tunnel_idle_timeout = config.tunnel_idle_timeout,
            .tunnel_total_timeout = config.tunnel_total_timeout,
            .head_bytes_max = config.upstream_head_bytes_max};
}

http::UpstreamLimits token_limits(const Config& config) {
    return {
        .connect_timeout = std::min(config.upstream_connect_timeout, config.token_request_timeout),
        .first_byte_timeout = config.token_request_timeout,
        .idle_timeout = config.token_request_timeout,
        .total_timeout = config.token_request_timeout,
        .head_bytes_max = config.upstream_head_bytes_max,
        .body_bytes_max = kTokenAnswerBytesMax};
}

TokenCareOptions token_care_options(const Config& config) {
    TokenCareOptions options;
    options.token_request_timeout = std::chrono::ceil<Seconds>(config.token_request_timeout);
    // A refused client authentication is followed by a second request in the other form.
    options.lease = options.token_request_timeout * 2 + kLeaseSlack;
    return options;
}

Result<std::unique_ptr<Services>> Services::build(const Config& config, Database& database,
                                                  MasterKeys keys, const Clock& clock) {
    ASSIGN_OR_RETURN(auto pools, make_pools(config));
    std::unique_ptr<Services> services(
        new Services(config, database, std::move(keys), clock, std::move(pools)));
    Services& s = *services;
    s.integrations.set_credential_count([](Connection& tx, ProjectId project, IntegrationId id) {
        return CredentialStore().count_for_integration(tx, project, id);
    });
    s.integrations.set_credential_removal([](Connection& tx, ProjectId project, IntegrationId id) {
        return CredentialStore().remove_for_integration(tx, project, id);
    });
    s.projects.set_secret_usage([&s](Connection& tx, ProjectId project, const std::string& name) {
        return s.integrations.secret_usage(tx, project, name);
    });
    return services;
}

Services::Services(const Config& config, Database& database, MasterKeys keys, const Clock& clock,
                   std::unique_ptr<http::UpstreamPools> pools)
    : blocking({.name = "blocking", .threads = 2, .queue_max = 256}),
      upstream(std::move(pools)),
      client(http::make_http_client(*upstream)),
      audit(clock),
      vault(make_vault(database, std::move(keys), clock)),
      projects(database, *vault, audit, clock),
      users(database, audit, clock),
      authenticator(make_user_authenticator(projects, users, clock)),
      passwords(database, blocking, clock),
      sessions(database, clock, passwords),
      accounts(database, audit, clock, passwords),
      members(database, audit, clock, passwords),
      api_keys(database, audit, clock),
      browser(sessions, {.public_origin = config.public_url}),
      authorizer(make_authorizer(database, browser, api_keys)),
      try_out(database, projects, *vault, users, audit, clock, blocking),
      integrations(
          database, *vault, audit, clock,
          {.environment_secrets =
               [this](ProjectId project) { return projects.open_environment_secrets(project); }}),
      opener(*vault,
             [this](ProjectId project) { return projects.open_environment_secrets(project); }),
      methods({.client = *client, .clock = clock, .token_limits = token_limits(config)}),
      refresher(make_credential_refresher(methods, opener)),
      // The options satisfy the one rule that may fail: the lease outlives the token request.
      token_care(make_token_care({.database = database,
                                  .vault = *vault,
                                  .refresher = *refresher,
                                  .clock = clock,
                                  .metrics = metrics,
                                  .find_integration =
                                      [this](ProjectId project, IntegrationId id) {
                                          return integrations.get_cached(project, id);
                                      },
                                  .on_invalidated = report_invalidations(metrics)},
                                 token_care_options(config))
                     .value()),
      credentials(database, *vault, audit, *token_care, clock),
      connect({database, *vault, projects, integrations, credentials, *token_care, methods, opener,
               *client, clock},
              {.public_url = config.public_url,
               .starts = {.per_user = config.connect_starts_per_user,
                          .per_address = config.connect_starts_per_address}}),
      links({database, *vault, projects, integrations, credentials, *token_care, methods, opener,
             *client, clock},
            connect, users, audit) {}

Services::~Services() = default;

}  // namespace tenon
