#include "integrations/client_secret.h"

#include <fmt/format.h>

#include "base/template.h"
#include "base/text.h"

namespace tenon {
namespace {

SealContext context_of(IntegrationId id) { return {"integrations", id.str(), "client_secret"}; }

}  // namespace

bool is_secret_reference(std::string_view text) {
    const std::string_view trimmed = trim(text);
    // A default would be a secret in the clear; a second "{{" would be a second variable.
    if (!trimmed.starts_with("{{") || trimmed.find("{{", 2) != std::string_view::npos) return false;
    if (!trimmed.ends_with("}}") || trimmed.find("??") != std::string_view::npos) return false;
    const auto parsed = Template::parse(trimmed);
    return parsed && parsed->names().size() == 1 && parsed->names().front().group == "secrets" &&
           trimmed.find("}}") + 2 == trimmed.size();
}

std::string seal_client_secret(const ProjectKeys& keys, IntegrationId id, const Secret& literal) {
    return keys.seal(context_of(id), literal);
}

Result<Secret> open_client_secret(const Integration& integration, const ProjectKeys& keys,
                                  const std::map<std::string, Secret>& environment_secrets) {
    const std::string& reference = integration.definition.authentication.client_secret_reference;
    if (reference.empty()) {
        if (integration.sealed_client_secret.empty()) return Secret();
        return keys.open(context_of(integration.id), integration.sealed_client_secret);
    }
    ASSIGN_OR_RETURN(const Template parsed, Template::parse(reference));
    const auto found = environment_secrets.find(parsed.names().front().name);
    if (found == environment_secrets.end()) {
        return Error{
            ErrorKind::unprocessable, "integration.secret_missing",
            fmt::format("The client secret is {}, which the project does not have.", reference)};
    }
    return found->second;
}

}  // namespace tenon
