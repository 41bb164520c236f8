#include "accounts/user_routes.h"

#include <charconv>

#include "accounts/account_json.h"

namespace tenon {

using http::Request;
using http::Response;
using http::Status;

namespace {

Result<UserId> user_parameter(const Request& request) {
    auto id = UserId::parse(request.parameter("userId"));
    if (!id) return Error::not_found("User");
    return id;
}

UserQuery query_of(const Request& request) {
    UserQuery query;
    query.search = request.query_parameter("search").value_or("");
    query.cursor = request.query_parameter("cursor");
    // The contract has checked that it is a number from 1 to 200.
    const std::string limit = request.query_parameter("limit").value_or("");
    std::from_chars(limit.data(), limit.data() + limit.size(), query.limit);
    return query;
}

}  // namespace

void UserRoutes::register_on(http::Router& router) {
    router.handle("listUsers", [this](const Request& r) { return list_users(r); });
    router.handle("getUser", [this](const Request& r) { return get_user(r); });
    router.handle("changeUser", [this](const Request& r) { return change_user(r); });
    router.handle("removeUser", [this](const Request& r) { return remove_user(r); });
    router.handle("createTryOutToken",
                  [this](const Request& r) { return create_try_out_token(r); });
}

Task<Result<Response>> UserRoutes::list_users(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_users));
    ASSIGN_OR_CO_RETURN(const UserPage page,
                        co_await users_.list(caller.project_id, query_of(request)));
    Json answer = list_to_json(page.users);
    if (page.next_cursor) answer.get_object()["nextCursor"] = *page.next_cursor;
    co_return http::json_response(Status::ok, answer);
}

Task<Result<Response>> UserRoutes::get_user(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::view_users));
    ASSIGN_OR_CO_RETURN(const UserId id, user_parameter(request));
    ASSIGN_OR_CO_RETURN(const ConnectedUser user, co_await users_.get(caller.project_id, id));
    co_return http::json_response(Status::ok, to_json(user));
}

Task<Result<Response>> UserRoutes::change_user(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_users));
    ASSIGN_OR_CO_RETURN(const UserId id, user_parameter(request));
    const Json& body = request.body_json();
    UserChange change;
    if (const Json* const meta = find_member(body, "meta")) change.meta = meta->as_object();
    if (const Json* const disabled = find_member(body, "disabled")) {
        change.access = disabled->as_bool() ? UserAccess::disabled : UserAccess::enabled;
    }
    ASSIGN_OR_CO_RETURN(const ConnectedUser user,
                        co_await users_.change(caller.actor, caller.project_id, id, change));
    co_return http::json_response(Status::ok, to_json(user));
}

Task<Result<Response>> UserRoutes::remove_user(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::edit_users));
    ASSIGN_OR_CO_RETURN(const UserId id, user_parameter(request));
    CO_RETURN_IF_ERROR(co_await users_.remove(caller.actor, caller.project_id, id));
    co_return http::no_content();
}

Task<Result<Response>> UserRoutes::create_try_out_token(const Request& request) {
    ASSIGN_OR_CO_RETURN(const Caller caller,
                        co_await authorizer_.authorize(request, Permission::connect_users));
    ASSIGN_OR_CO_RETURN(const TryOutToken made,
                        co_await try_out_.mint(caller.actor, caller.project_id,
                                               string_member(request.body_json(), "userId")));
    Response response = http::json_response(
        Status::created, JsonObject{{"token", made.token.reveal()},
                                    {"expiresAt", format_timestamp(made.expires_at)}});
    response.headers.set("Cache-Control", "no-store");
    co_return response;
}

}  // namespace tenon
