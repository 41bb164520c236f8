// From what a caller wants to what is stored: slug, icon, client secret and status are settled,
// then the whole definition is judged.
#pragma once

#include "integrations/integration.h"
#include "integrations/integration_service.h"
#include "projects/vault.h"

namespace tenon {

// Whether settling needs the project's keys: the draft brings a literal client secret.
bool brings_literal_secret(const IntegrationDraft& draft);

// The integration as the draft wants it, with the id, revision and times of `existing` or of
// nothing. `keys` may be null unless the draft brings a literal secret. `id` is what a new
// integration gets. Errors: invalid_input with every problem; the fields begin with `prefix`, such
// as "documents[1].".
struct SettleContext {
    const Integration* existing = nullptr;
    const ProjectKeys* keys = nullptr;
    IntegrationId id;
    std::string prefix;
};
Result<Integration> settle(const IntegrationDraft& draft, const SettleContext& context);

// Paths of the members that differ, the status and the client secret among them; empty: nothing to
// write.
std::vector<std::string> list_changes(const Integration& before, const Integration& after);

// What still keeps an integration from being activated.
std::vector<FieldProblem> missing_parts(const IntegrationDefinition& definition);

}  // namespace tenon
