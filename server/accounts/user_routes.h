// The platform API of connected users, and try-out tokens for them. It lives here since users/ is
// below accounts/ and knows no callers.
#pragma once

#include "accounts/authorizer.h"
#include "accounts/try_out_tokens.h"
#include "platform/http/router.h"
#include "users/user_service.h"

namespace tenon {

class UserRoutes {
 public:
    // All of it outlives the routes.
    UserRoutes(UserService& users, TryOutTokens& try_out, Authorizer& authorizer)
        : users_(users), try_out_(try_out), authorizer_(authorizer) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> list_users(const http::Request& request);
    Task<Result<http::Response>> get_user(const http::Request& request);
    Task<Result<http::Response>> change_user(const http::Request& request);
    Task<Result<http::Response>> remove_user(const http::Request& request);
    Task<Result<http::Response>> create_try_out_token(const http::Request& request);

    UserService& users_;
    TryOutTokens& try_out_;
    Authorizer& authorizer_;
};

}  // namespace tenon
