// Who calls what with which account: everything that has to be known before a proxied request can
// be sent. On the hot path each answer comes from memory without a suspension; the slow path asks
// the services once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// What a proxied request says to Tenon itself, found in one pass over its fields.
struct CallFields {
    std::string_view authorization;
    std::string_view credential;                // X-Paragon-Credential; empty: the default one
    std::optional<std::string_view> proxy_url;  // X-Paragon-Proxy-Url
    bool wants_raw = false;                     // X-Paragon-Use-Raw-Response

    static CallFields read(const http::HeaderList& headers);
};

// A prepared call with its header lines written out, ready to be copied into a request. Kept per
// event loop for a few seconds; dropped when the credential or the integration changes.
struct InjectedCall {
    struct Name {
        http::HeaderId id;
        std::string text;
    };

    Url base_url;
    std::string host_line;    // "Host: …\r\n" of the base URL
    std::vector<Name> names;  // of the headers below
    bool sets_user_agent = false;
    Secret header_lines;  // "Name: value\r\n…"
    Secret query;
    std::shared_ptr<const http::ClientIdentity> identity;  // for mutual TLS; null: none

    // Whether one of the headers takes the place of the caller's field.
    bool replaces(const http::HeaderField& field) const;
};

struct ProxyCall {
    std::shared_ptr<const UserSession> session;
    std::shared_ptr<const Integration> integration;
    std::shared_ptr<const LiveCredential> credential;
    std::shared_ptr<const InjectedCall> injected;
};

// Fills `call` when all of it is in memory and allowed; otherwise the caller asks resolve_call(),
// which also knows what to say when the call is refused. Never suspends.
bool resolve_from_memory(const ProxyServices& services, const ProxyTarget& target,
                         const CallFields& fields, ProxyCall& call);

// Errors: those of UserAuthenticator; not_found; forbidden "7210" (the token's permissions);
// unprocessable "integration.inactive", "credential.invalid"; unavailable "token.refresh_failed".
// `services`, `target` and what `fields` views into outlive the task.
Task<Result<ProxyCall>> resolve_call(const ProxyServices& services, const ProxyTarget& target,
                                     CallFields fields);

// The same credential with the headers of its newest token, after a refresh.
Task<Result<ProxyCall>> with_credential(const ProxyServices& services, ProxyCall call,
                                        std::shared_ptr<const LiveCredential> renewed);

// Whether a full URL may receive this integration's credential: the base URL's own host, or a host
// that the definition lists. Errors: forbidden "proxy.host_not_allowed".
Ok check_host(const Integration& integration, const Url& base, const Url& url);

}  // namespace tenon
