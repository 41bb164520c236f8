// private_key_jwt (RFC 7523 §2.2 and §3, OpenID Connect Core §9): the client proves who it is by a
// token that it signs for one request.
#pragma once

#include "auth_methods/token_request.h"
#include "base/clock.h"
#include "base/result.h"

namespace tenon {

// Adds client_assertion_type and client_assertion, good for this request alone: a random `jti`, and
// times of `now`. Errors: unprocessable "connect.client_key_invalid", which never shows the key.
Ok add_client_assertion(TokenRequest& request, Timestamp now);

}  // namespace tenon
