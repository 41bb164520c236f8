// One-time connect links: the product or the command line makes one, a user opens it, one browser
// connects one account with it. The link's token is 256 bits and is stored as a hash only.
//
// A link belongs to the browser that first presses a button on its page, not to the one that first
// fetches it: mail scanners and chat previews fetch links, and would use them up.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "accounts/authorizer.h"
#include "base/result.h"
#include "connect/connect_flow.h"
#include "connect/connect_service.h"
#include "platform/scheduling/task.h"
#include "projects/audit_log.h"

namespace tenon {

class UserService;

struct ConnectLinkDraft {
    ProjectId project_id;
    std::string user_external_id;  // `sub` of the user's tokens; the user is made when missing
    IntegrationId integration_id;
    InstallOptions install_options;
    std::optional<Seconds> life;  // absent: ConnectOptions::link_life
};

struct NewConnectLink {
    ConnectLink link;
    std::string url;  // <publicUrl>/connect/<token>; shown once
};

// A link as its page needs it.
struct OpenedLink {
    ConnectLink link;
    ConnectParty party;
    std::string user_external_id;
    std::string project_name;
    std::shared_ptr<const Integration> integration;
    std::optional<CredentialWithConfigurations> account;  // what is connected already
};

class ConnectLinkService {
 public:
    ConnectLinkService(ConnectContext context, ConnectService& connect, UserService& users,
                       const AuditLog& audit);

    // Errors: invalid_input (ttl, user), not_found for the integration.
    Task<Result<NewConnectLink>> create_link(Actor actor, ConnectLinkDraft draft);
    // `browser` is the browser's cookie, empty when it has none yet. Errors: gone
    // "connect.link_expired", "connect.link_used", "connect.link_other_browser"; not_found.
    Task<Result<OpenedLink>> open_link(std::string token, std::string browser);
    // The same, and from now on only this browser may use the link.
    Task<Result<OpenedLink>> claim_link(std::string token, std::string browser);

    // The provider's URL for a link whose method leads through the provider's page.
    Task<Result<std::string>> begin(std::string token, std::string browser, SubmittedFields fields);
    Task<Ok> connect_with_fields(std::string token, std::string browser, SubmittedFields fields);
    Task<Ok> disconnect(std::string token, std::string browser);

 private:
    Task<Result<OpenedLink>> describe(ConnectLink link);
    Task<Result<std::optional<CredentialWithConfigurations>>> find_account(const ConnectLink& link);

    ConnectContext context_;
    ConnectService& connect_;
    UserService& users_;
    const AuditLog& audit_;
    ConnectStore store_;
};

}  // namespace tenon
