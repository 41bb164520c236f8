// Small rules shared by the files that implement CredentialService.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "credentials/credential.h"
#include "credentials/credential_service.h"

namespace tenon {

// Which value a credential's ciphertext belongs to.
SealContext seal_context(CredentialId id);

Ok check_external_id(std::string_view external_id, const CredentialLimits& limits);
Ok check_json_size(std::string_view field, const JsonObject& value, std::size_t bytes_max);
// conflict "<noun>.external_id_taken"
Error external_id_taken(std::string_view noun);
Configuration new_configuration(const Credential& credential, Timestamp now);

}  // namespace tenon
