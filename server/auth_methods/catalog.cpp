// Every authentication method, one line each.
#include <stdexcept>

#include "auth_methods/auth_method.h"
#include "auth_methods/methods.h"

namespace tenon {

AuthMethodCatalog::AuthMethodCatalog(const AuthMethodContext& context)
    : token_endpoint_(
          std::make_unique<TokenEndpoint>(context.client, context.clock, context.token_limits)) {
    methods_.push_back(make_oauth_method(*token_endpoint_));
    methods_.push_back(make_basic_method());
    methods_.push_back(make_oauth_client_credential_method(*token_endpoint_));
    methods_.push_back(make_ropc_app_method(*token_endpoint_));
}

AuthMethodCatalog::~AuthMethodCatalog() = default;

const AuthMethod& AuthMethodCatalog::get(AuthMethodKind kind) const {
    for (const auto& method : methods_) {
        if (method->kind() == kind) return *method;
    }
    throw std::logic_error("an authentication method is missing in the catalogue");
}

}  // namespace tenon
