// Credentials as the platform API shows them; never a secret. The SDK's form is connect's.
#pragma once

#include "base/json.h"
#include "credentials/credential_service.h"

namespace tenon {

// `now` decides whether a refresh lease still stands.
JsonObject to_json(const Credential& credential, Timestamp now);
JsonObject to_json(const Configuration& configuration);
JsonObject to_json(const CredentialWithConfigurations& credential, Timestamp now);
JsonObject to_json(const CredentialPage& page, Timestamp now);

}  // namespace tenon
