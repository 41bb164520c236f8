// The bridge from TokenCare to the methods: opens the definition's secrets and lets the
// credential's method refresh.
#pragma once

#include <memory>

#include "auth_methods/auth_method.h"
#include "auth_methods/integration_opener.h"
#include "credentials/token_care.h"

namespace tenon {

std::unique_ptr<CredentialRefresher> make_credential_refresher(const AuthMethodCatalog& catalog,
                                                               IntegrationOpener& opener);

}  // namespace tenon
