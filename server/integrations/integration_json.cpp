#include "integrations/integration_json.h"

#include <fmt/format.h>

#include "integrations/definition_json.h"
#include "integrations/draft_rules.h"

namespace tenon {
namespace {

std::string_view name_of(ApplyChange change) {
    switch (change) {
        case ApplyChange::created:
            return "created";
        case ApplyChange::updated:
            return "updated";
        case ApplyChange::unchanged:
            return "unchanged";
    }
    return {};
}

}  // namespace

std::string redirect_url(std::string_view public_url, IntegrationId id) {
    return fmt::format("{}/oauth/{}", public_url, id.str());
}

std::string icon_url(std::string_view public_url, const Integration& integration) {
    return fmt::format("{}/integrations/{}/icon.svg?v={}", public_url, integration.id.str(),
                       integration.revision);
}

JsonObject integration_summary_json(const Integration& integration, std::string_view public_url) {
    const IntegrationDefinition& definition = integration.definition;
    return {{"id", integration.id.str()},
            {"projectId", integration.project_id.str()},
            {"name", definition.name},
            {"slug", definition.slug},
            {"type", integration.type()},
            {"description", definition.description},
            {"accentColor", definition.accent_color},
            {"method", tenon::name_of(definition.authentication.method)},
            {"status", tenon::name_of(integration.status)},
            {"revision", integration.revision},
            {"redirectUrl", redirect_url(public_url, integration.id)},
            {"iconUrl", icon_url(public_url, integration)},
            {"createdAt", format_timestamp(integration.created_at)},
            {"updatedAt", format_timestamp(integration.updated_at)}};
}

JsonObject integration_json(const Integration& integration, std::string_view public_url) {
    JsonObject json = integration_summary_json(integration, public_url);
    const Authentication& authentication = integration.definition.authentication;
    json["hasClientSecret"] = authentication.has_client_secret;
    json["hasClientPrivateKey"] = authentication.has_client_private_key;
    json["hasClientCertificate"] = authentication.has_client_certificate;
    json["definition"] = to_json(integration.definition, JsonDetail::full);
    JsonArray missing;
    for (const FieldProblem& problem : missing_parts(integration.definition)) {
        missing.push_back(JsonObject{{"field", problem.field}, {"rule", problem.rule}});
    }
    json["missing"] = std::move(missing);
    return json;
}

JsonObject apply_result_json(const std::vector<ApplyOutcome>& outcomes, ApplyMode mode) {
    JsonArray list;
    for (const ApplyOutcome& outcome : outcomes) {
        JsonObject item{{"slug", outcome.slug}, {"change", name_of(outcome.change)}};
        if (!outcome.id.is_nil()) item["id"] = outcome.id.str();
        const auto& fields = outcome.changed_fields;
        item["changedFields"] = JsonArray(fields.begin(), fields.end());
        list.push_back(std::move(item));
    }
    return {{"dryRun", mode == ApplyMode::dry_run}, {"integrations", std::move(list)}};
}

}  // namespace tenon
