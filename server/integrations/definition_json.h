// Definitions as JSON, in the shape of #/components/schemas/IntegrationDefinition (api.yaml). Maps
// keep their order.
#pragma once

#include "base/json.h"
#include "integrations/integration.h"
#include "integrations/integration_service.h"

namespace tenon {

// Which members are written: all that mean something for the definition's method, or only those
// that differ from their defaults, as a person would write them. Members at their default may
// always be left out when reading.
enum class JsonDetail { full, brief };

// Never holds the client secret; a reference such as {{ secrets.NAME }} is no secret and is
// written.
JsonObject to_json(const IntegrationDefinition& definition, JsonDetail detail);

// `json` has the schema's shape (http::JsonSchema); what is absent takes its default. Errors:
// invalid_input with the field's path, for the few things a schema cannot say.
Result<IntegrationDraft> parse_integration_draft(const Json& json);

// Paths of the members that differ, such as "authentication.scopes"; for audit events and dry runs.
std::vector<std::string> changed_fields(const IntegrationDefinition& before,
                                        const IntegrationDefinition& after);

}  // namespace tenon
