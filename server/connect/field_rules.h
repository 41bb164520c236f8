// What the end user filled in, judged by the rules of the fields. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "auth_methods/auth_method.h"
#include "base/json.h"
#include "base/result.h"
#include "integrations/integration.h"

namespace tenon {

// The member of a `payload` that stands for a finished popup instead of fields.
constexpr std::string_view kHandleMember = "connectHandle";
// The same for an account that is connected already: its id. The portal connects by itself and then
// has the client take the account over, by the call that the client would have made.
constexpr std::string_view kConnectedMember = "connectedCredential";

// The scalar members of a JSON object, as texts.
SubmittedFields submitted_fields(const Json& object);

struct FieldLimits {
    std::size_t value_bytes_max = 16'384;
    std::size_t fields_max = 64;
};

// The values of `fields`, tidied: white space around them is dropped, so is a prefix or suffix
// label that was pasted along, and an empty value takes the field's default. What no field asks for
// is left out. Errors: invalid_input "validation_failed" with every wrong field by its id.
Result<SubmittedFields> check_fields(const std::vector<InputField>& fields,
                                     const SubmittedFields& submitted, const FieldLimits& limits);

// The method's own fields (clientId, clientSecret, username, password, apiKey) go to their members,
// the others to `inputs`.
CredentialSecrets secrets_from_fields(SubmittedFields values,
                                      const std::vector<InputField>& own_fields);

}  // namespace tenon
