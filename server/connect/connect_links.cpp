#include "connect/connect_links.h"

#include <fmt/format.h>
#include <utility>

#include "users/user_service.h"

namespace tenon {

namespace {

Error link_gone(std::string code, std::string message) {
    return {ErrorKind::gone, std::move(code), std::move(message)};
}

Error unknown_link() {
    return {ErrorKind::not_found, "connect.link_unknown",
            "This link is not known here or has expired. Ask for a new one where you got it."};
}

Ok check_browser(const ConnectLink& link, const std::string& browser) {
    if (link.browser_hash.empty()) return {};
    if (!browser.empty() && link.browser_hash == hash_of_token(browser)) return {};
    if (link.credential_id) {
        return link_gone("connect.link_used", "This link has been used. It works only once.");
    }
    return link_gone(
        "connect.link_other_browser",
        "This link is being used in another browser. Go on there, or ask for a new one.");
}

Ok check_unused(const ConnectLink& link) {
    if (!link.credential_id) return {};
    return link_gone("connect.link_used", "This link has been used. It works only once.");
}

Ok check_draft(const ConnectLinkDraft& draft, const ConnectOptions& options) {
    const Seconds life = draft.life.value_or(options.link_life);
    if (life < options.link_life_min || life > options.link_life_max) {
        return Error::invalid_field(
            "expiresIn", fmt::format("must be {} to {} seconds", options.link_life_min.count(),
                                     options.link_life_max.count()));
    }
    const InstallOptions& install = draft.install_options;
    if (!install.external_id.empty() && !install.selected_credential.empty()) {
        return Error::invalid_field("selectedCredentialId", "excludes externalId");
    }
    return {};
}

}  // namespace

ConnectLinkService::ConnectLinkService(ConnectContext context, ConnectService& connect,
                                       UserService& users, const AuditLog& audit)
    : context_(context), connect_(connect), users_(users), audit_(audit) {}

Task<Result<NewConnectLink>> ConnectLinkService::create_link(Actor actor, ConnectLinkDraft draft) {
    CO_RETURN_IF_ERROR(check_draft(draft, connect_.options()));
    CO_RETURN_IF_ERROR(users_.check_external_id(draft.user_external_id));
    CO_RETURN_IF_ERROR(co_await connect_.get_integration(draft.project_id, draft.integration_id));
    ASSIGN_OR_CO_RETURN(const ConnectedUser user,
                        co_await users_.ensure(draft.project_id, draft.user_external_id));

    const std::string token = make_flow_token(draft.project_id);
    ConnectLink link;
    link.id = ConnectLinkId::random();
    link.project_id = draft.project_id;
    link.user_id = user.id;
    link.integration_id = draft.integration_id;
    link.token_hash = hash_of_token(token);
    link.install_options = std::move(draft.install_options);
    link.created_at = context_.clock.now();
    link.expires_at = link.created_at + draft.life.value_or(connect_.options().link_life);
    const AuditEvent event{
        .actor = std::move(actor),
        .action = "connect_link.created",
        .target_kind = "connect_link",
        .target_id = link.id.str(),
        .details = {{"integrationId", link.integration_id.str()}, {"userId", link.user_id.str()}}};
    CO_RETURN_IF_ERROR(co_await context_.database.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(store_.remove_expired(tx, link.project_id, link.created_at,
                                              connect_.options().expired_rows_per_cleanup));
        RETURN_IF_ERROR(store_.insert_link(tx, link));
        return audit_.append(tx, link.project_id, event);
    }));
    const std::string url = connect_.options().public_url + "/connect/" + token;
    co_return NewConnectLink{.link = std::move(link), .url = url};
}

Task<Result<OpenedLink>> ConnectLinkService::open_link(std::string token, std::string browser) {
    const auto project = project_of_flow_token(token);
    if (!project) co_return unknown_link();
    const std::string token_hash = hash_of_token(token);
    ASSIGN_OR_CO_RETURN(auto link, co_await context_.database.read([&](Connection& tx) {
        return store_.find_link(tx, *project, token_hash);
    }));
    if (!link) co_return unknown_link();
    if (link->expires_at <= context_.clock.now()) {
        co_return link_gone("connect.link_expired",
                            "This link has expired. Ask for a new one where you got it.");
    }
    CO_RETURN_IF_ERROR(check_browser(*link, browser));
    co_return co_await describe(std::move(*link));
}

Task<Result<OpenedLink>> ConnectLinkService::describe(ConnectLink link) {
    OpenedLink opened;
    ASSIGN_OR_CO_RETURN(opened.integration,
                        co_await connect_.get_integration(link.project_id, link.integration_id));
    ASSIGN_OR_CO_RETURN(const ConnectedUser user,
                        co_await users_.get(link.project_id, link.user_id));
    if (user.disabled) {
        co_return link_gone("connect.link_disabled", "This link can no longer be used.");
    }
    ASSIGN_OR_CO_RETURN(opened.project_name, co_await connect_.project_name(link.project_id));
    ASSIGN_OR_CO_RETURN(opened.account, co_await find_account(link));
    opened.user_external_id = user.external_id;
    opened.party = {.project_id = link.project_id,
                    .user_id = link.user_id,
                    .permissions = TokenPermissions(),
                    .token_hash = link.token_hash,
                    .actor = {.kind = "connected_user",
                              .id = user.id.str(),
                              .label = user.external_id,
                              .address = {}}};
    opened.link = std::move(link);
    co_return opened;
}

// The account that the link made, or the one that it would replace.
Task<Result<std::optional<CredentialWithConfigurations>>> ConnectLinkService::find_account(
    const ConnectLink& link) {
    using Found = std::optional<CredentialWithConfigurations>;
    ASSIGN_OR_CO_RETURN(auto accounts, co_await context_.credentials.find_for_user(
                                           link.project_id, link.user_id, link.integration_id));
    const InstallOptions& options = link.install_options;
    for (CredentialWithConfigurations& account : accounts) {
        const Credential& credential = account.credential;
        bool matches = !options.allow_multiple_credentials;
        if (!options.external_id.empty()) matches = credential.external_id == options.external_id;
        if (!options.selected_credential.empty()) {
            matches = credential.id.str() == options.selected_credential ||
                      "ext:" + credential.external_id == options.selected_credential;
        }
        if (link.credential_id) matches = credential.id == *link.credential_id;
        if (matches) co_return Found(std::move(account));
    }
    co_return Found();
}

Task<Result<OpenedLink>> ConnectLinkService::claim_link(std::string token, std::string browser) {
    if (browser.empty()) {
        co_return link_gone("connect.browser_unknown",
                            "Your browser did not send its cookie. Allow cookies for this site and "
                            "open the link again.");
    }
    ASSIGN_OR_CO_RETURN(OpenedLink opened, co_await open_link(std::move(token), browser));
    CO_RETURN_IF_ERROR(check_unused(opened.link));
    const std::string browser_hash = hash_of_token(browser);
    ASSIGN_OR_CO_RETURN(
        const bool is_ours, co_await context_.database.write([&](Connection& tx) -> Result<bool> {
            RETURN_IF_ERROR(
                store_.set_link_error(tx, opened.link.project_id, opened.link.id, "", ""));
            return store_.claim_link(tx, opened.link.project_id, opened.link.id, browser_hash);
        }));
    opened.link.browser_hash = is_ours ? browser_hash : "other";
    CO_RETURN_IF_ERROR(check_browser(opened.link, browser));
    co_return opened;
}

Task<Result<std::string>> ConnectLinkService::begin(std::string token, std::string browser,
                                                    SubmittedFields fields) {
    ASSIGN_OR_CO_RETURN(OpenedLink opened, co_await claim_link(token, browser));
    AuthorizationStart start{.integration_id = opened.link.integration_id,
                             .fields = std::move(fields),
                             .install_options = opened.link.install_options,
                             .redirect_override = {},
                             .session_key = {},
                             .origin = {},
                             .browser = std::move(browser),
                             .link_id = opened.link.id,
                             .link_token = Secret(std::move(token))};
    co_return co_await connect_.begin_authorization(std::move(opened.party), std::move(start));
}

Task<Ok> ConnectLinkService::connect_with_fields(std::string token, std::string browser,
                                                 SubmittedFields fields) {
    ASSIGN_OR_CO_RETURN(OpenedLink opened,
                        co_await claim_link(std::move(token), std::move(browser)));
    ASSIGN_OR_CO_RETURN(
        const auto connected,
        co_await connect_.connect_with_fields(std::move(opened.party), opened.link.integration_id,
                                              std::move(fields), opened.link.install_options));
    co_return co_await context_.database.write([&](Connection& tx) {
        return store_.use_up_link(tx, opened.link.project_id, opened.link.id,
                                  connected.credential.id);
    });
}

Task<Ok> ConnectLinkService::disconnect(std::string token, std::string browser) {
    ASSIGN_OR_CO_RETURN(OpenedLink opened,
                        co_await claim_link(std::move(token), std::move(browser)));
    if (!opened.account) co_return Ok{};
    co_return co_await connect_.disconnect(opened.link.project_id, opened.link.user_id,
                                           opened.account->credential.id,
                                           std::move(opened.party.actor));
}

}  // namespace tenon
