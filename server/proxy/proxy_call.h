// Who calls what with which account: everything that has to be known before a proxied request can
// be sent. On the hot path each answer comes from memory without a suspension; the slow path asks
// the services once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth_methods/api_request.h"
#include "auth_methods/integration_opener.h"
#include "base/clock.h"
#include "credentials/credential_service.h"
#include "credentials/token_care.h"
#include "integrations/integration_service.h"
#include "platform/http/codec.h"
#include "proxy/proxy_target.h"
#include "users/user_session.h"

namespace tenon {

struct ProxyServices {
    UserAuthenticator& users;
    IntegrationService& integrations;
    CredentialService& credentials;
    TokenCare& token_care;
    IntegrationOpener& opener;
    const Clock& clock;
};

// A prepared call with its header lines written out, ready to be copied into a request. Kept per
// event loop for a few seconds; dropped when the credential or the integration changes.
struct InjectedCall {
    Url base_url;
    std::vector<std::string>
        names;  // of the headers below; the caller's own fields of these names are dropped
    Secret header_lines;  // "Name: value\r\n…"
    Secret query;
    std::shared_ptr<const http::ClientIdentity> identity;  // for mutual TLS; null: none
};

struct ProxyCall {
    std::shared_ptr<const UserSession> session;
    std::shared_ptr<const Integration> integration;
    std::shared_ptr<const LiveCredential> credential;
    std::shared_ptr<const InjectedCall> injected;
};

// Errors: those of UserAuthenticator; not_found; forbidden "7210" (the token's permissions);
// unprocessable "integration.inactive", "credential.invalid"; unavailable "token.refresh_failed".
Task<Result<ProxyCall>> resolve_call(const ProxyServices& services, const ProxyTarget& target,
                                     const http::RequestHead& head);

// The same credential with the headers of its newest token, after a refresh.
Task<Result<ProxyCall>> with_credential(const ProxyServices& services, ProxyCall call,
                                        std::shared_ptr<const LiveCredential> renewed);

// Whether a full URL may receive this integration's credential: the base URL's own host, or a host
// that the definition lists. Errors: forbidden "proxy.host_not_allowed".
Ok check_host(const Integration& integration, const Url& base, const Url& url);

}  // namespace tenon
