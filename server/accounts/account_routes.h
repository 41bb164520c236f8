// The platform API of accounts: set-up, password, the caller's projects.
#pragma once

#include "accounts/account_service.h"
#include "accounts/api_key_service.h"
#include "accounts/browser_session.h"
#include "platform/http/router.h"

namespace tenon {

class AccountRoutes {
 public:
    // All of it outlives the routes.
    AccountRoutes(AccountService& accounts, SessionService& sessions, BrowserSession& browser,
                  ApiKeyService& api_keys)
        : accounts_(accounts), sessions_(sessions), browser_(browser), api_keys_(api_keys) {}
    void register_on(http::Router& router);

 private:
    Task<Result<http::Response>> complete_setup(const http::Request& request);
    Task<Result<http::Response>> change_password(const http::Request& request);
    Task<Result<http::Response>> list_projects(const http::Request& request);
    Task<Result<http::Response>> create_project(const http::Request& request);

    AccountService& accounts_;
    SessionService& sessions_;
    BrowserSession& browser_;
    ApiKeyService& api_keys_;
};

}  // namespace tenon
