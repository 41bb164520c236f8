// The whole program without its HTTP surface, as one list: each object names what it needs, in the
// order of server/MODULES. `serve` puts routes in front of it; the command line uses it directly.
#pragma once

#include <memory>
#include <string>

#include "accounts/account_service.h"
#include "accounts/api_key_service.h"
#include "accounts/authorizer.h"
#include "accounts/browser_session.h"
#include "accounts/member_service.h"
#include "accounts/password_keeper.h"
#include "accounts/session_service.h"
#include "accounts/try_out_tokens.h"
#include "app/config.h"
#include "auth_methods/auth_method.h"
#include "auth_methods/integration_opener.h"
#include "connect/connect_links.h"
#include "connect/connect_service.h"
#include "credentials/credential_service.h"
#include "credentials/token_care.h"
#include "integrations/integration_service.h"
#include "platform/http/upstream.h"
#include "platform/metrics/metrics.h"
#include "projects/master_keys.h"
#include "projects/project_service.h"
#include "users/user_service.h"
#include "users/user_session.h"

namespace tenon {

struct Services {
    // `config`, `database` and `clock` outlive the services. Errors: those of the upstream options
    // (egress rules, certificate file).
    static Result<std::unique_ptr<Services>> build(const Config& config, Database& database,
                                                   MasterKeys keys, const Clock& clock);
    ~Services();

    Metrics metrics;
    BlockingPool blocking;
    std::unique_ptr<http::UpstreamPools> upstream;
    std::unique_ptr<http::HttpClient> client;

    AuditLog audit;
    std::unique_ptr<Vault> vault;
    ProjectService projects;

    UserService users;
    std::unique_ptr<UserAuthenticator> authenticator;

    PasswordKeeper passwords;
    SessionService sessions;
    AccountService accounts;
    MemberService members;
    ApiKeyService api_keys;
    BrowserSession browser;
    std::unique_ptr<Authorizer> authorizer;
    TryOutTokens try_out;

    IntegrationService integrations;

    IntegrationOpener opener;
    AuthMethodCatalog methods;
    std::unique_ptr<CredentialRefresher> refresher;
    std::unique_ptr<TokenCare> token_care;
    CredentialService credentials;

    ConnectService connect;
    ConnectLinkService links;

 private:
    Services(const Config& config, Database& database, MasterKeys keys, const Clock& clock,
             std::unique_ptr<http::UpstreamPools> pools);
};

http::UpstreamLimits upstream_limits(const Config& config);
// Of requests to token endpoints: the configured time limit bounds each of them as a whole.
http::UpstreamLimits token_limits(const Config& config);
// The lease of a refresh outlives its two token requests at most and the writes around them.
TokenCareOptions token_care_options(const Config& config);

}  // namespace tenon
