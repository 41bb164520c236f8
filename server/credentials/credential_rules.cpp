#include "credentials/credential_rules.h"

#include "base/text.h"

namespace tenon {

SealContext seal_context(CredentialId id) { return {"credentials", id.str(), "secrets"}; }

Ok check_external_id(std::string_view external_id, const CredentialLimits& limits) {
    if (trim(external_id).empty()) return Error::invalid_field("externalId", "must not be blank");
    if (external_id.size() > limits.external_id_bytes_max) {
        return Error::invalid_field(
            "externalId",
            "must have at most " + std::to_string(limits.external_id_bytes_max) + " bytes");
    }
    return {};
}

Ok check_json_size(std::string_view field, const JsonObject& value, std::size_t bytes_max) {
    if (write_json(value).size() <= bytes_max) return {};
    return Error::invalid_field(
        std::string(field), "must have at most " + std::to_string(bytes_max) + " bytes as JSON");
}

Error external_id_taken(std::string_view noun) {
    return {ErrorKind::conflict, std::string(noun) + ".external_id_taken",
            "externalId: is in use already for this user."};
}

Configuration new_configuration(const Credential& credential, Timestamp now) {
    Configuration configuration;
    configuration.id = ConfigurationId::random();
    configuration.credential_id = credential.id;
    configuration.project_id = credential.project_id;
    configuration.created_at = now;
    configuration.updated_at = now;
    return configuration;
}

}  // namespace tenon
