// The verbs of connecting an account, without HTTP: begin at the provider's page, end at the
// callback, connect by what was filled in, disconnect. README.md tells why the flows are closed
// against COAT, CORF and COSF.
//
// A failed flow leaves no credential. Errors that every verb may give: not_found "not_found" for an
// integration that is not active or not of the project, forbidden "7210" when the user token's
// permissions do not allow it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth_methods/auth_method.h"
#include "auth_methods/integration_opener.h"
#include "base/result.h"
#include "connect/account_verifier.h"
#include "connect/callback_query.h"
#include "connect/connect_flow.h"
#include "connect/connect_store.h"
#include "connect/field_rules.h"
#include "connect/flow_start_limit.h"
#include "credentials/credential_service.h"
#include "integrations/integration_service.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/project_service.h"
#include "projects/vault.h"

namespace tenon {

struct ConnectOptions {
    std::string public_url;  // https://tenon.example.com, without a trailing slash
    Seconds flow_life{600};
    Seconds session_life{600};  // of the answer to GET …/session-id/{key}
    Seconds browser_life{600};  // how long a nonce page binds its browser
    Seconds link_life{86'400};  // of a connect link that does not say
    Seconds link_life_min{60};
    Seconds link_life_max{604'800};
    FieldLimits fields;
    CallbackLimits callback;
    VerifierLimits verifier;
    FlowStartLimits starts;
    std::size_t session_key_bytes_max = 128;
    std::size_t expired_rows_per_cleanup = 100;
};

// Everything the service uses; all of it outlives the service.
struct ConnectContext {
    Database& database;
    Vault& vault;
    ProjectService& projects;
    IntegrationService& integrations;
    CredentialService& credentials;
    TokenCare& token_care;
    const AuthMethodCatalog& methods;
    IntegrationOpener& opener;
    http::HttpClient& client;
    const Clock& clock;
};

// How a flow through the provider's page begins.
struct AuthorizationStart {
    IntegrationId integration_id;
    SubmittedFields fields;  // the integration's input fields
    InstallOptions install_options;
    std::string redirect_override;  // the product's own page; of one of the project's origins
    std::string session_key;        // oauthMetaKeyId; empty: none
    std::string origin;             // originForPostMessage; empty: none
    std::string browser;            // cookie of a connect page's browser; empty: see bind_browser
    std::optional<ConnectLinkId> link_id;
    Secret link_token;
    Secret ticket;           // of a start page; empty: none
    std::string return_url;  // of one of the project's origins; empty: none
};

// What a browser that opens a start page shows about where it came from.
struct StartVisit {
    std::string ticket;
    std::string browser;          // the cookie that the browser will send back
    std::string referrer_origin;  // of the page that led here; empty: not known
};

// Where a start page leads on to.
struct StartPage {
    std::string authorization_url;
    std::string origin;  // of the window that waits for the end; empty: none
    bool is_confirmed = false;
};

// How a flow stands for whoever began it and waits.
struct SessionState {
    // "unknown", "open", "answered" (its handle waits to be claimed), "consumed" (the code is being
    // exchanged), "connected", "failed", "expired".
    std::string status = "unknown";
    std::optional<CredentialId> credential_id;
    std::string error_code;
    std::string error_message;
};

// The callback request: the integration as it stands in the path, the query still encoded.
struct AuthorizationReturn {
    std::string integration;
    std::string query;
    std::string browser;  // the browser's cookie; empty: none
};

// How the callback ended. What may be shown and posted, and to whom.
struct AuthorizationEnd {
    enum class Kind {
        refused,   // not a flow of this browser and integration: nothing was exchanged
        failed,    // the provider or the account refused it; `error` tells
        answered,  // the handle must be claimed with the user token
        connected
    };
    Kind kind = Kind::refused;
    IntegrationId integration_id;
    std::string integration_name;
    std::string origin;          // post the end here; empty: do not
    Secret handle;               // payload of oauth_success_callback; empty: do not post success
    Secret link_token;           // go back to this connect page; empty: none
    std::string return_url;      // go back to this page of the product; empty: none
    bool posts_plainly = false;  // the waiting window is told that it is over, without a handle
    std::optional<Error> error;
};

// What the nonce page's request tells about its opener.
struct BrowserClaim {
    std::string browser;        // the cookie that the browser will send back
    std::string opener_origin;  // origin of the window that opened the page; empty: not known
};

// A code that the product's own redirect page received (completeInstall).
struct CodeExchange {
    IntegrationId integration_id;
    Secret code;
    std::string redirect_url;
};

class ConnectService {
 public:
    ConnectService(ConnectContext context, ConnectOptions options);

    const ConnectOptions& options() const { return options_; }
    // The one redirect URI of an integration.
    std::string redirect_uri(IntegrationId integration) const;
    // Fields that the end user is asked for: the method's own, then the integration's.
    std::vector<InputField> fields_of(const Integration& integration) const;
    bool uses_authorization_page(const Integration& integration) const;
    // An active integration of the project.
    Task<Result<std::shared_ptr<const Integration>>> get_integration(ProjectId project,
                                                                     IntegrationId integration);
    Task<Result<std::shared_ptr<const Integration>>> find_by_slug(ProjectId project,
                                                                  std::string slug);
    // Errors: invalid_input "connect.origin_not_allowed", which names the origin.
    Task<Ok> check_origin(ProjectId project, std::string origin);
    Task<Result<std::string>> project_name(ProjectId project);
    // Origins of Tenon's own pages: the public URL's, and the portal's beside it.
    const std::vector<std::string>& own_origins() const { return own_origins_; }

    // Binds the browser to the token of `party`; a known opener of the project's origins confirms
    // the binding. Returns whether it is confirmed.
    Task<Result<bool>> bind_browser(ConnectParty party, BrowserClaim claim);

    // Both count as starts. Errors, beside their own: rate_limited "connect.too_many_starts".
    // Returns the provider's URL, complete with state and challenge. Errors: invalid_input
    // "validation_failed" (names the fields) and "connect.origin_not_allowed", unprocessable
    // "connect.wrong_method" and "connect.authorization_url_conflict".
    Task<Result<std::string>> begin_authorization(ConnectParty party, AuthorizationStart start);
    // The same by a start page: an address of our own, without a token, that binds the browser and
    // then leads on (connect_start.cpp).
    Task<Result<std::string>> begin_at_start_page(ConnectParty party, AuthorizationStart start);
    // Errors: gone "connect.flow_unknown", unprocessable "connect.opener_unknown".
    Task<Result<StartPage>> open_start_page(StartVisit visit);
    // The waiting window proved itself by the flow's session key. Returns whether that was right.
    Task<Result<bool>> confirm_start_page(StartVisit visit, std::string session_key);
    Task<AuthorizationEnd> complete_authorization(AuthorizationReturn returned);
    // Ends an answered flow, or returns what it connected already. Errors: gone
    // "connect.handle_unknown", conflict "connect.in_progress", and those of connect_with_fields.
    Task<Result<CredentialWithConfigurations>> claim(ConnectParty party, IntegrationId integration,
                                                     std::string handle);
    // Errors: gone "connect.flow_unknown", and those of connect_with_fields.
    Task<Result<CredentialWithConfigurations>> complete_code(ConnectParty party,
                                                             CodeExchange exchange);

    // Errors: invalid_input "validation_failed" (names the fields); unprocessable
    // "connect.wrong_method", "connect.token_request_failed" and others of the method; "7003" (test
    // endpoint) and "0704" (user profile).
    Task<Result<CredentialWithConfigurations>> connect_with_fields(ConnectParty party,
                                                                   IntegrationId integration,
                                                                   SubmittedFields fields,
                                                                   InstallOptions options);
    // Revokes at the provider (best effort), then forgets.
    Task<Ok> disconnect(ProjectId project, UserId user, CredentialId credential, Actor actor);

    // The answer to the client's polling.
    Task<Result<SessionState>> find_session(ConnectParty party, std::string session_key);
    Task<Ok> end_session(ConnectParty party, std::string session_key);

 private:
    // connect_start.cpp
    Task<Result<ConnectFlow>> find_start_flow(const StartVisit& visit);
    Task<Ok> bind_visitor(const ConnectFlow& flow, const StartVisit& visit, bool is_confirmed);

    // connect_callback.cpp
    Task<Result<ConnectFlow>> take_returned_flow(AuthorizationReturn returned, CallbackQuery query,
                                                 bool& is_confirmed);
    Task<AuthorizationEnd> end_flow(ConnectFlow flow, CallbackQuery query, bool is_confirmed);
    Task<Ok> answer_flow(ConnectFlow flow, FlowSecrets secrets, std::string handle);
    Task<void> note_failure(ConnectFlow flow, Error error);

    // connect_accounts.cpp
    Task<Result<CredentialWithConfigurations>> finish_flow(ConnectFlow flow, FlowSecrets secrets,
                                                           Actor actor, std::string handle);
    Task<Result<CredentialWithConfigurations>> exchange_and_keep(const ConnectFlow& flow,
                                                                 FlowSecrets secrets, Actor actor);
    Task<Result<CredentialWithConfigurations>> keep_account(
        ConnectParty party, std::shared_ptr<const OpenIntegration> integration,
        RefreshedTokens tokens, InstallOptions options);
    Task<void> revoke_at_provider(Credential credential);

    Task<Result<FlowSecrets>> open_flow(const ConnectFlow& flow);
    Task<Result<std::string>> seal_flow(const ConnectFlow& flow, const FlowSecrets& secrets);
    Task<Result<ConnectFlow>> prepare_flow(const ConnectParty& party,
                                           const AuthorizationStart& start);
    Task<Ok> check_permission(const ConnectParty& party, const Integration& integration,
                              const InstallOptions& options);

    ConnectContext context_;
    ConnectOptions options_;
    std::vector<std::string> own_origins_;
    ConnectStore store_;
    AccountVerifier verifier_;
    FlowStartLimit starts_;
};

// Sealed together with a flow's row; exposed for tests of what is stored.
constexpr std::string_view kFlowTable = "connect_flows";

}  // namespace tenon
