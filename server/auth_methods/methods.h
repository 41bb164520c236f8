// The methods, one file each. catalog.cpp lists them.
#pragma once

#include <memory>

#include "auth_methods/auth_method.h"
#include "auth_methods/token_endpoint.h"

namespace tenon {

// The endpoint outlives the method.
std::unique_ptr<AuthMethod> make_oauth_method(TokenEndpoint& endpoint);  // oauth.cpp
std::unique_ptr<AuthMethod> make_basic_method();                         // basic.cpp
std::unique_ptr<AuthMethod> make_oauth_client_credential_method(
    TokenEndpoint& endpoint);  // oauth_client_credential.cpp
std::unique_ptr<AuthMethod> make_ropc_app_method(TokenEndpoint& endpoint);  // ropc_app.cpp

}  // namespace tenon
