#include "accounts/member_routes.h"

#include "accounts/account_json.h"
#include "accounts/roles.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

namespace {

// The contract allows the three names only.
Role role_member(const Json& body) {
    return find_role(string_member(body, "role")).value_or(Role::support);
}

}  // namespace

void MemberRoutes::register_on(http::Router& router) {
    router.handle("listMembers", [this](const Request& r) { return list_members(r); });
    router.handle("changeMember", [this](const Request& r) { return change_member(r); });
    router.handle("removeMember", [this](const Request& r) { return remove_member(r); });
    router.handle("listInvitations", [this](const Request& r) { return list_invitations(r); });
    router.handle("createInvitation", [this](const Request& r) { return create_invitation(r); });
    router.handle("revokeInvitation", [this](const Request& r) { return revoke_invitation(r); });
    router.handle("inspectInvitation", [this](const Request& r) { return inspect_invitation(r); });
    router.handle("acceptInvitation", [this](const Request& r) { return accept_invitation(r); });
}

Task<Result<Response>> MemberRoutes::list_members(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_project));
    ASSIGN_OR_CO_RETURN(const auto members, co_await members_.list(caller.project_id));
    co_return http::json_response(Status::ok, list_to_json(members));
}

Task<Result<Response>> MemberRoutes::change_member(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_members));
    const auto account = AccountId::parse(request.parameter("accountId"));
    if (!account) co_return Error::not_found("Member");
    ASSIGN_OR_CO_RETURN(const Membership member,
                        co_await members_.change_role(caller.actor, caller.project_id, *account,
                                                      role_member(request.body_json())));
    co_return http::json_response(Status::ok, to_json(member));
}

Task<Result<Response>> MemberRoutes::remove_member(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_members));
    const auto account = AccountId::parse(request.parameter("accountId"));
    if (!account) co_return Error::not_found("Member");
    CO_RETURN_IF_ERROR(co_await members_.remove(caller.actor, caller.project_id, *account));
    co_return http::no_content();
}

Task<Result<Response>> MemberRoutes::list_invitations(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_members));
    ASSIGN_OR_CO_RETURN(const auto invitations,
                        co_await members_.list_invitations(caller.project_id));
    co_return http::json_response(Status::ok, list_to_json(invitations));
}

Task<Result<Response>> MemberRoutes::create_invitation(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_members));
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(const NewInvitation made,
                        co_await members_.invite(caller.actor, caller.project_id,
                                                 string_member(body, "email"), role_member(body)));
    JsonObject answer = to_json(made.invitation);
    answer["token"] = made.token.reveal();
    co_return http::json_response(Status::created, answer);
}

Task<Result<Response>> MemberRoutes::revoke_invitation(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::manage_members));
    const auto id = InvitationId::parse(request.parameter("invitationId"));
    if (!id) co_return Error::not_found("Invitation");
    CO_RETURN_IF_ERROR(co_await members_.revoke_invitation(caller.actor, caller.project_id, *id));
    co_return http::no_content();
}

Task<Result<Response>> MemberRoutes::inspect_invitation(const Request& request) {
    ASSIGN_OR_CO_RETURN(
        const InvitationView view,
        co_await members_.inspect_invitation(Secret(string_member(request.body_json(), "token"))));
    co_return http::json_response(Status::ok, to_json(view));
}

Task<Result<Response>> MemberRoutes::accept_invitation(const Request& request) {
    CO_RETURN_IF_ERROR(browser_.check_origin(request));
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(
        const Account account,
        co_await members_.accept_invitation({.token = Secret(string_member(body, "token")),
                                             .password = Secret(string_member(body, "password")),
                                             .address = request.peer_address}));
    ASSIGN_OR_CO_RETURN(const NewSession session,
                        co_await sessions_.open(account, visitor_of(request)));
    Response response = http::json_response(
        Status::ok, JsonObject{{"account", to_json(account)},
                               {"csrfToken", BrowserSession::csrf_token_of(session.token)}});
    browser_.set_cookie(response, request, session.token);
    co_return response;
}

}  // namespace tenon
