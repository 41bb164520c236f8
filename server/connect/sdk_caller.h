// Who calls the SDK API: the bearer of a user token. The published client logs its user out on
// every 401 and 403 that does not carry one of three codes (sdk-wire-contract §2.3), so those
// statuses are kept for the user token alone.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "connect/connect_flow.h"
#include "platform/http/message.h"
#include "platform/scheduling/task.h"
#include "users/user_session.h"

namespace tenon {

struct SdkCaller {
    std::shared_ptr<const UserSession> session;
    ConnectParty party;
};

// `header_or_query`: the published client opens the nonce page, and older ones build-oauth, with
// the token in ?userToken=; nowhere else is that accepted.
enum class TokenSource { header, header_or_query };

// The project is in the path. `request` outlives the task.
Task<Result<SdkCaller>> authenticate_caller(UserAuthenticator& users, const http::Request& request,
                                            TokenSource source);

// An error after authentication, as the published client may see it: 401 and 403 become 422 unless
// the code is 7003, 0704 or 7210.
Error for_client(Error error);

// The answer to a request that failed after authentication.
template <class T>
Result<T> for_client(Result<T> result) {
    if (!result) return for_client(std::move(result).error());
    return result;
}

Error permission_denied(std::string_view permission);

}  // namespace tenon
