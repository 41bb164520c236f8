// What is secret about an integration itself: client secret, private key, client certificate. Each
// is a literal, sealed under the project's keys, or a reference such as {{ secrets.ACME }} to an
// environment secret, kept in the clear.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/secret.h"
#include "integrations/integration.h"
#include "integrations/integration_service.h"
#include "projects/vault.h"

namespace tenon {

// One of them: its member in JSON, the purpose it is sealed for, and where its parts stand.
struct DefinitionSecret {
    std::string_view member;
    std::string_view purpose;
    std::string_view words;  // for people
    bool is_pem;             // may hold line breaks
    bool Authentication::* is_set;
    std::string Authentication::* reference;
    std::string Integration::* sealed;
    std::optional<Secret> IntegrationDraft::* draft;
};
extern const DefinitionSecret kClientSecret;
extern const DefinitionSecret kClientPrivateKey;
extern const DefinitionSecret kClientCertificate;
extern const std::array<DefinitionSecret, 3> kDefinitionSecrets;

// Whether the text is exactly one reference {{ secrets.NAME }}.
bool is_secret_reference(std::string_view text);

std::string seal_definition_secret(const DefinitionSecret& which, const ProjectKeys& keys,
                                   IntegrationId id, const Secret& literal);

// Empty when the integration has none. Errors: internal "vault.tampered"; unprocessable
// "integration.secret_missing", which names the environment secret that is not there.
Result<Secret> open_definition_secret(const DefinitionSecret& which, const Integration& integration,
                                      const ProjectKeys& keys,
                                      const std::map<std::string, Secret>& environment_secrets);

}  // namespace tenon
