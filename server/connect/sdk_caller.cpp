#include "connect/sdk_caller.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connect/callback_query.h"

namespace tenon {

namespace {

constexpr std::string_view kScheme = "Bearer ";

std::string bearer_of(const http::Request& request) {
    const std::string_view header = request.headers.get("Authorization");
    if (!equals_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return {};
    return std::string(trim(header.substr(kScheme.size())));
}

SdkCaller make_caller(std::shared_ptr<const UserSession> session, const std::string& token,
                      const http::Request& request) {
    SdkCaller caller;
    caller.party = {.project_id = session->project_id,
                    .user_id = session->user_id,
                    .permissions = session->permissions,
                    .token_hash = hash_of_token(token),
                    .actor = {.kind = "connected_user",
                              .id = session->user_id.str(),
                              .label = session->external_id,
                              .address = request.peer_address}};
    caller.session = std::move(session);
    return caller;
}

}  // namespace

Task<Result<SdkCaller>> authenticate_caller(UserAuthenticator& users, const http::Request& request,
                                            TokenSource source) {
    const auto project = ProjectId::parse(request.parameter("projectId"));
    if (!project) {
        co_return Error{ErrorKind::unauthenticated, "token.invalid",
                        "The user token is not valid for this project."};
    }
    const std::string bearer = bearer_of(request);
    if (bearer.empty() && source == TokenSource::header_or_query) {
        const std::string token = request.query_parameter("userToken").value_or("");
        ASSIGN_OR_CO_RETURN(auto session, co_await users.authenticate_token(*project, token));
        co_return make_caller(std::move(session), token, request);
    }
    const std::string header(request.headers.get("Authorization"));
    ASSIGN_OR_CO_RETURN(auto session, co_await users.authenticate(*project, header));
    co_return make_caller(std::move(session), bearer, request);
}

Error for_client(Error error) {
    const bool logs_out =
        error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden;
    const bool is_known = error.code == "7003" || error.code == "0704" || error.code == "7210";
    if (logs_out && !is_known) error.kind = ErrorKind::unprocessable;
    return error;
}

Error permission_denied(std::string_view permission) {
    return {ErrorKind::forbidden, "7210",
            fmt::format("The user token's permissions do not allow {}.", permission)};
}

}  // namespace tenon
