#include "accounts/account_routes.h"

#include "accounts/account_json.h"
#include "accounts/request_authorizer.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

void AccountRoutes::register_on(http::Router& router) {
    router.handle("completeSetup", [this](const Request& r) { return complete_setup(r); });
    router.handle("changePassword", [this](const Request& r) { return change_password(r); });
    router.handle("listProjects", [this](const Request& r) { return list_projects(r); });
    router.handle("createProject", [this](const Request& r) { return create_project(r); });
}

Task<Result<Response>> AccountRoutes::complete_setup(const Request& request) {
    CO_RETURN_IF_ERROR(browser_.check_origin(request));
    const Json& body = request.body_json();
    ASSIGN_OR_CO_RETURN(
        const NewAdmin made,
        co_await accounts_.complete_setup({.token = Secret(string_member(body, "token")),
                                           .email = string_member(body, "email"),
                                           .password = Secret(string_member(body, "password")),
                                           .project_name = string_member(body, "projectName"),
                                           .address = request.peer_address}));
    ASSIGN_OR_CO_RETURN(const NewSession session,
                        co_await sessions_.open(made.account, visitor_of(request)));
    Response response = http::json_response(
        Status::created, JsonObject{{"account", to_json(made.account)},
                                    {"project", to_json(OwnProject{made.project, Role::admin})},
                                    {"csrfToken", BrowserSession::csrf_token_of(session.token)}});
    browser_.set_cookie(response, request, session.token);
    co_return response;
}

Task<Result<Response>> AccountRoutes::change_password(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    const Json& body = request.body_json();
    CO_RETURN_IF_ERROR(co_await accounts_.change_password(
        actor_of(caller, request), caller.account.id,
        {.session = caller.session.id,
         .current_password = Secret(string_member(body, "currentPassword")),
         .new_password = Secret(string_member(body, "newPassword"))}));
    co_return http::no_content();
}

// A person sees the projects they work on, an API key sees its own.
Task<Result<Response>> AccountRoutes::list_projects(const Request& request) {
    if (const auto key = bearer_key(request)) {
        ASSIGN_OR_CO_RETURN(const ApiKey found, co_await api_keys_.find(Secret(std::string(*key))));
        ASSIGN_OR_CO_RETURN(const Project project,
                            co_await accounts_.get_project(found.project_id));
        co_return http::json_response(Status::ok,
                                      list_to_json(std::vector{OwnProject{project, Role::member}}));
    }
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    ASSIGN_OR_CO_RETURN(const auto projects, co_await accounts_.list_projects(caller.account.id));
    co_return http::json_response(Status::ok, list_to_json(projects));
}

Task<Result<Response>> AccountRoutes::create_project(const Request& request) {
    ASSIGN_OR_CO_RETURN(const SignedIn caller, co_await browser_.require(request));
    ASSIGN_OR_CO_RETURN(const Project project, co_await accounts_.create_project(
                                                   actor_of(caller, request), caller.account.id,
                                                   string_member(request.body_json(), "name")));
    co_return http::json_response(Status::created, to_json(OwnProject{project, Role::admin}));
}

}  // namespace tenon
