// SQL of flows, browser bindings, session answers and connect links. Synchronous functions inside a
// caller's transaction; no rules here, except that each take_… and claim_… changes a row only from
// the status it names, so that two requests never both succeed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "connect/connect_flow.h"
#include "platform/storage/database.h"

namespace tenon {

class ConnectStore {
 public:
    // ---- flows ----
    Ok insert_flow(Connection& tx, const ConnectFlow& flow) const;
    // The open flow of this state, from now on consumed; nothing when unknown or used.
    Result<std::optional<ConnectFlow>> take_by_state(Connection& tx, ProjectId project,
                                                     std::string_view state_hash) const;
    // consumed → answered, with the code sealed and the handle that claims it.
    Ok answer_flow(Connection& tx, const ConnectFlow& flow) const;
    Result<std::optional<ConnectFlow>> find_by_handle(Connection& tx, ProjectId project,
                                                      std::string_view handle_hash) const;
    // answered → consumed. False when another request was first.
    Result<bool> take_answered(Connection& tx, ProjectId project, FlowId id) const;
    // The newest open flow whose code goes to the product's own page, from now on consumed.
    Result<std::optional<ConnectFlow>> take_by_redirect(Connection& tx, const ConnectParty& party,
                                                        IntegrationId integration,
                                                        std::string_view redirect_uri,
                                                        Timestamp now) const;
    // consumed → connected.
    Ok finish_flow(Connection& tx, ProjectId project, FlowId id, CredentialId credential,
                   std::string_view handle_hash) const;

    // consumed → failed, with the reason.
    Ok fail_flow(Connection& tx, ProjectId project, FlowId id, const Error& error) const;
    Result<std::optional<ConnectFlow>> find_by_ticket(Connection& tx, ProjectId project,
                                                      std::string_view ticket_hash) const;
    // From now on the open flow ends in this browser alone. False when another has it.
    Result<bool> give_to_browser(Connection& tx, ProjectId project, FlowId id,
                                 std::string_view browser_hash) const;
    // The newest flow that was begun with this session key.
    Result<std::optional<ConnectFlow>> find_by_session(Connection& tx, ProjectId project,
                                                       UserId user,
                                                       std::string_view key_hash) const;

    // ---- browsers ----
    Ok put_binding(Connection& tx, const BrowserBinding& binding) const;
    Result<std::optional<BrowserBinding>> find_binding(Connection& tx, ProjectId project,
                                                       std::string_view browser_hash,
                                                       std::string_view token_hash,
                                                       Timestamp now) const;

    // ---- session answers ----
    Ok put_session(Connection& tx, ProjectId project, UserId user, std::string_view key_hash,
                   CredentialId credential, Timestamp expires_at) const;
    Result<std::optional<CredentialId>> find_session(Connection& tx, ProjectId project, UserId user,
                                                     std::string_view key_hash,
                                                     Timestamp now) const;
    Ok remove_session(Connection& tx, ProjectId project, UserId user,
                      std::string_view key_hash) const;

    // ---- links ----
    Ok insert_link(Connection& tx, const ConnectLink& link) const;
    Result<std::optional<ConnectLink>> find_link(Connection& tx, ProjectId project,
                                                 std::string_view token_hash) const;
    // Gives the link to this browser unless another has it. False when another has it.
    Result<bool> claim_link(Connection& tx, ProjectId project, ConnectLinkId id,
                            std::string_view browser_hash) const;
    Ok set_link_error(Connection& tx, ProjectId project, ConnectLinkId id, std::string_view code,
                      std::string_view message) const;
    Ok use_up_link(Connection& tx, ProjectId project, ConnectLinkId id,
                   CredentialId credential) const;

    // Removes up to `rows_max` expired rows of each table of the project.
    Ok remove_expired(Connection& tx, ProjectId project, Timestamp now, std::size_t rows_max) const;
};

}  // namespace tenon
