// The platform API of a project's members and invitations.
#pragma once

#include "accounts/browser_session.h"
#include "accounts/member_service.h"
#include "platform/http/router.h"

namespace tenon {

class MemberRoutes {
 public:
    // All of it outlives the routes.
    MemberRoutes(MemberService& members, SessionService& sessions, BrowserSession& browser,
                 Authorizer& authorizer)
        : members_(members), sessions_(sessions), browser_(browser), authorizer_(authorizer) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> list_members(const http::Request& request);
    Task<Result<http::Response>> change_member(const http::Request& request);
    Task<Result<http::Response>> remove_member(const http::Request& request);
    Task<Result<http::Response>> list_invitations(const http::Request& request);
    Task<Result<http::Response>> create_invitation(const http::Request& request);
    Task<Result<http::Response>> revoke_invitation(const http::Request& request);
    Task<Result<http::Response>> inspect_invitation(const http::Request& request);
    Task<Result<http::Response>> accept_invitation(const http::Request& request);

    MemberService& members_;
    SessionService& sessions_;
    BrowserSession& browser_;
    Authorizer& authorizer_;
};

}  // namespace tenon
