#include "integrations/client_secret.h"

#include <fmt/format.h>

#include "base/template.h"
#include "base/text.h"

namespace tenon {
namespace {

SealContext context_of(const DefinitionSecret& which, IntegrationId id) {
    return {"integrations", id.str(), which.purpose};
}

}  // namespace

constexpr DefinitionSecret kClientSecret{"clientSecret",
                                         "client_secret",
                                         "client secret",
                                         false,
                                         &Authentication::has_client_secret,
                                         &Authentication::client_secret_reference,
                                         &Integration::sealed_client_secret,
                                         &IntegrationDraft::client_secret};
constexpr DefinitionSecret kClientPrivateKey{"clientPrivateKey",
                                             "client_private_key",
                                             "client's private key",
                                             true,
                                             &Authentication::has_client_private_key,
                                             &Authentication::client_private_key_reference,
                                             &Integration::sealed_client_private_key,
                                             &IntegrationDraft::client_private_key};
constexpr DefinitionSecret kClientCertificate{"clientCertificate",
                                              "client_certificate",
                                              "client certificate",
                                              true,
                                              &Authentication::has_client_certificate,
                                              &Authentication::client_certificate_reference,
                                              &Integration::sealed_client_certificate,
                                              &IntegrationDraft::client_certificate};
constexpr std::array<DefinitionSecret, 3> kDefinitionSecrets{kClientSecret, kClientPrivateKey,
                                                             kClientCertificate};

bool is_secret_reference(std::string_view text) {
    const std::string_view trimmed = trim(text);
    // A default would be a secret in the clear; a second "{{" would be a second variable.
    if (!trimmed.starts_with("{{") || trimmed.find("{{", 2) != std::string_view::npos) return false;
    if (!trimmed.ends_with("}}") || trimmed.find("??") != std::string_view::npos) return false;
    const auto parsed = Template::parse(trimmed);
    return parsed && parsed->names().size() == 1 && parsed->names().front().group == "secrets" &&
           trimmed.find("}}") + 2 == trimmed.size();
}

std::string seal_definition_secret(const DefinitionSecret& which, const ProjectKeys& keys,
                                   IntegrationId id, const Secret& literal) {
    return keys.seal(context_of(which, id), literal);
}

Result<Secret> open_definition_secret(const DefinitionSecret& which, const Integration& integration,
                                      const ProjectKeys& keys,
                                      const std::map<std::string, Secret>& environment_secrets) {
    const std::string& reference = integration.definition.authentication.*which.reference;
    if (reference.empty()) {
        const std::string& sealed = integration.*which.sealed;
        return sealed.empty() ? Secret() : keys.open(context_of(which, integration.id), sealed);
    }
    ASSIGN_OR_RETURN(const Template parsed, Template::parse(reference));
    const auto found = environment_secrets.find(parsed.names().front().name);
    if (found == environment_secrets.end()) {
        return Error{
            ErrorKind::unprocessable, "integration.secret_missing",
            fmt::format("The {} is {}, which the project does not have.", which.words, reference)};
    }
    return found->second;
}

}  // namespace tenon
