// Where the values of {{ … }} come from when a request of an integration is rendered.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "auth_methods/auth_method.h"
#include "base/json.h"
#include "base/template.h"

namespace tenon {

// What may be looked up. Null pointers are groups that are absent; everything pointed to outlives
// the lookup.
struct TemplateValues {
    const OpenIntegration* integration = nullptr;   // secrets.X; client id and secret of the app
    const CredentialSecrets* credential = nullptr;  // inputs.x, credential.x, token.x, callback.x
    // profile.x: the credential's provider data; null: that of the open integration, if any
    const JsonObject* profile = nullptr;
};

// {{ credential.client_id }} and {{ credential.client_secret }} are the end user's where he gave
// them, else the integration's own.
Template::Lookup lookup_in(const TemplateValues& values);

// Parses and renders one text of a definition. Errors: invalid_input "template.…", which names the
// variable.
Result<Secret> render(std::string_view text, const TemplateValues& values, TemplatePlace place);

}  // namespace tenon
