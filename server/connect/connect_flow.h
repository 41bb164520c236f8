// The nouns of connecting: who connects, how the new account is kept, a flow that leads through the
// provider's page, the browser it is bound to, and one-time connect links. Plain values, no I/O.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "base/secret.h"
#include "credentials/credential.h"
#include "projects/audit_log.h"
#include "users/user_session.h"

namespace tenon {

using FlowId = Id<struct FlowIdTag>;
using ConnectLinkId = Id<struct ConnectLinkIdTag>;

// Who connects an account: the bearer of a user token, or whoever opened a connect link.
struct ConnectParty {
    ProjectId project_id;
    UserId user_id;
    TokenPermissions permissions;  // of the user token; everything for a link
    // Hash of the user token, or of the link's token: a flow ends only in a browser that is bound
    // to the same.
    std::string token_hash;
    Actor actor;
};

// How the new account is kept beside others (`installOptions` of the contract).
struct InstallOptions {
    bool allow_multiple_credentials = false;
    bool show_portal_after_install = false;
    bool is_preview = false;
    std::string external_id;          // empty: none
    std::string selected_credential;  // to reconnect: UUID, "ext:<external id>" or a plain one
};

JsonObject to_json(const InstallOptions& options);
// Reads leniently: unknown members and wrong types are passed over, as the published client needs.
InstallOptions parse_install_options(const Json& json);

// open → consumed: the browser came back, and the code is being exchanged
// open → answered → consumed: the code waits until the user token that began the flow claims it
// consumed → connected, or failed
enum class FlowStatus { open, answered, consumed, connected, failed };

// One way through the provider's page. The state and the handle are stored as hashes only.
struct ConnectFlow {
    FlowId id;
    ProjectId project_id;
    IntegrationId integration_id;
    UserId user_id;
    FlowStatus status = FlowStatus::open;
    std::string state_hash;
    std::string handle_hash;  // of the one-time handle that claims an answered flow
    std::string token_hash;
    std::string browser_hash;  // of a flow that a connect page began; empty: see BrowserBinding
    std::string redirect_uri;  // exactly as sent to the provider
    bool has_own_redirect = false;  // the product's page receives the code (completeInstall)
    std::string origin;             // receives the end by postMessage; empty: none
    std::string session_key_hash;   // oauthMetaKeyId; empty: none
    std::string ticket_hash;        // of the start page's address; empty: it has none
    std::string return_url;         // the browser goes back there at the end; empty: nowhere
    std::string error_code;         // why it failed
    std::string error_message;
    InstallOptions install_options;
    std::optional<ConnectLinkId> link_id;
    std::optional<CredentialId> credential_id;  // once connected
    std::string sealed_secrets;                 // FlowSecrets under the project's keys
    Timestamp expires_at;
    Timestamp created_at;
};

// What a flow must remember and nobody may read.
struct FlowSecrets {
    Secret code_verifier;
    std::map<std::string, Secret> inputs;
    Secret link_token;         // of a connect link: where the browser goes back to
    Secret code;               // of an answered flow
    Secret user_label;         // for the audit entry of the callback, which has no user token
    Secret authorization_url;  // where a start page leads on to
    std::map<std::string, Secret> callback;

    Secret to_json() const;
    static Result<FlowSecrets> from_json(const Secret& text);
};

// The nonce page, opened with a user token, binds the browser to that token (login CSRF, COSF).
struct BrowserBinding {
    ProjectId project_id;
    UserId user_id;
    std::string token_hash;
    std::string browser_hash;  // of the browser's cookie
    // The page was opened by a window of one of the project's origins. Without that, a flow's code
    // waits until it is claimed with the user token.
    bool is_confirmed = false;
    Timestamp expires_at;
};

// A link that lets one browser connect one account for one user, once.
struct ConnectLink {
    ConnectLinkId id;
    ProjectId project_id;
    UserId user_id;
    IntegrationId integration_id;
    std::string token_hash;
    std::string browser_hash;  // empty: nobody has used it yet
    InstallOptions install_options;
    std::optional<CredentialId> credential_id;  // set: used up
    // Why the last try failed, in words for people; cleared by the next try.
    std::string last_error_code;
    std::string last_error_message;
    Timestamp expires_at;
    Timestamp created_at;
};

}  // namespace tenon
