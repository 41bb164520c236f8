// The client secret of an integration: a literal, sealed under the project's keys, or a reference
// such as
// {{ secrets.ACME }} to an environment secret, kept in the clear.
#pragma once

#include <map>
#include <string>

#include "base/secret.h"
#include "integrations/integration.h"
#include "projects/vault.h"

namespace tenon {

// Whether the text is exactly one reference {{ secrets.NAME }}.
bool is_secret_reference(std::string_view text);

std::string seal_client_secret(const ProjectKeys& keys, IntegrationId id, const Secret& literal);

// Empty when the integration has none. Errors: internal "vault.tampered"; unprocessable
// "integration.secret_missing", which names the environment secret that is not there.
Result<Secret> open_client_secret(const Integration& integration, const ProjectKeys& keys,
                                  const std::map<std::string, Secret>& environment_secrets);

}  // namespace tenon
