// Definitions as JSON, in the shape of #/components/schemas/IntegrationDefinition (api.yaml). Maps
// keep their order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "integrations/integration.h"
#include "integrations/integration_service.h"

namespace tenon {

// Which members are written: all that mean something for the definition's method, or only those
// that differ from their defaults, as a person would write them. Reading takes both.
enum class JsonDetail { full, brief };

// Never holds the client secret; a reference such as {{ secrets.NAME }} is no secret and is
// written.
JsonObject to_json(const IntegrationDefinition& definition, JsonDetail detail);

// `json` has the schema's shape (http::JsonSchema has checked it); what is absent takes its
// default. A literal client secret is left out: see parse_integration_draft.
IntegrationDefinition parse_definition(const Json& json);
// The definition with the status and the client secret that stand beside it.
IntegrationDraft parse_integration_draft(const Json& json);
std::optional<IntegrationStatus> parse_integration_status(std::string_view name);

// Whether a member of `authentication`, by its JSON name, means something for the method.
bool applies_to_method(std::string_view member, AuthMethodKind method);
// The same for `api.authorization`.
bool applies_to_type(std::string_view member, ApiAuthorizationType type);

// Paths of the members that differ, such as "authentication.scopes"; for audit events and dry runs.
std::vector<std::string> changed_fields(const IntegrationDefinition& before,
                                        const IntegrationDefinition& after);

}  // namespace tenon
