#include "integrations/draft_rules.h"

#include <algorithm>

#include "integrations/client_secret.h"
#include "integrations/definition_json.h"
#include "integrations/definition_rules.h"
#include "integrations/svg_sanitizer.h"

namespace tenon {
namespace {

void settle_slug(IntegrationDefinition& definition, const Integration* existing,
                 DefinitionProblems& problems) {
    if (existing == nullptr) {
        if (definition.slug.empty()) definition.slug = derive_slug(definition.name);
        return;
    }
    if (!definition.slug.empty() && definition.slug != existing->definition.slug) {
        problems.wrong.push_back({"slug", "never changes; it is " + existing->definition.slug});
    }
    definition.slug = existing->definition.slug;
}

void settle_icon(IntegrationDefinition& definition, DefinitionProblems& problems) {
    if (definition.icon_svg.empty()) return;
    auto icon = sanitize_svg(definition.icon_svg);
    if (icon)
        definition.icon_svg = std::move(*icon);
    else
        problems.wrong.push_back({"icon", icon.error().message});
}

std::string_view problem_of_secret(const IntegrationDraft& draft) {
    const std::string_view text = draft.client_secret->reveal();
    if (!applies_to_method("clientSecret", draft.definition.authentication.method)) {
        return "does not belong to this method";
    }
    if (is_secret_reference(text)) return {};
    if (text.find("{{") != std::string_view::npos)
        return "must be a literal or exactly one {{ secrets.NAME }}";
    const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    return controls ? "must not hold control characters or line breaks" : "";
}

void keep_secret(Integration& wanted, const Integration* existing) {
    Authentication& authentication = wanted.definition.authentication;
    if (existing == nullptr || !applies_to_method("clientSecret", authentication.method)) return;
    wanted.sealed_client_secret = existing->sealed_client_secret;
    authentication.client_secret_reference =
        existing->definition.authentication.client_secret_reference;
}

// Seals a literal, unless the stored one says the same already.
std::string seal_unless_same(const Secret& literal, const SettleContext& context) {
    if (context.existing != nullptr && !context.existing->sealed_client_secret.empty()) {
        // A stored secret that cannot be opened is replaced like any other.
        const auto stored = open_client_secret(*context.existing, *context.keys, {});
        if (stored && equal_in_constant_time(stored->reveal(), literal.reveal())) {
            return context.existing->sealed_client_secret;
        }
    }
    return seal_client_secret(*context.keys, context.id, literal);
}

void settle_secret(const IntegrationDraft& draft, const SettleContext& context, Integration& wanted,
                   DefinitionProblems& problems) {
    Authentication& authentication = wanted.definition.authentication;
    authentication.client_secret_reference.clear();
    if (!draft.client_secret) {
        keep_secret(wanted, context.existing);
    } else if (!draft.client_secret->empty()) {
        const std::string_view problem = problem_of_secret(draft);
        if (!problem.empty()) {
            problems.wrong.push_back({"authentication.clientSecret", std::string(problem)});
        } else if (is_secret_reference(draft.client_secret->reveal())) {
            authentication.client_secret_reference = draft.client_secret->reveal();
        } else {
            wanted.sealed_client_secret = seal_unless_same(*draft.client_secret, context);
        }
    }
    authentication.has_client_secret =
        !wanted.sealed_client_secret.empty() || !authentication.client_secret_reference.empty();
}

void settle_status(const IntegrationDraft& draft, Integration& wanted,
                   DefinitionProblems& problems) {
    const bool was_complete = wanted.status != IntegrationStatus::draft;
    if (was_complete && draft.status == IntegrationStatus::draft) {
        problems.wrong.push_back({"status", "cannot become draft again; use inactive"});
    }
    wanted.status = draft.status.value_or(wanted.status);
}

Error problems_error(std::vector<FieldProblem> problems, const std::string& prefix) {
    for (FieldProblem& problem : problems) problem.field.insert(0, prefix);
    return invalid_fields(std::move(problems));
}

}  // namespace

bool brings_literal_secret(const IntegrationDraft& draft) {
    return draft.client_secret && !draft.client_secret->empty() &&
           !is_secret_reference(draft.client_secret->reveal());
}

Result<Integration> settle(const IntegrationDraft& draft, const SettleContext& context) {
    Integration wanted;
    wanted.id = context.id;
    if (context.existing != nullptr) {
        wanted = *context.existing;
        wanted.sealed_client_secret.clear();
    }
    wanted.definition = draft.definition;
    DefinitionProblems problems;
    settle_slug(wanted.definition, context.existing, problems);
    settle_icon(wanted.definition, problems);
    settle_secret(draft, context, wanted, problems);
    settle_status(draft, wanted, problems);
    DefinitionProblems judged = check_definition(wanted.definition);
    problems.wrong.insert(problems.wrong.end(), judged.wrong.begin(), judged.wrong.end());
    if (wanted.status != IntegrationStatus::draft) {
        problems.wrong.insert(problems.wrong.end(), judged.missing.begin(), judged.missing.end());
    }
    if (!problems.wrong.empty()) return problems_error(std::move(problems.wrong), context.prefix);
    return wanted;
}

std::vector<std::string> list_changes(const Integration& before, const Integration& after) {
    std::vector<std::string> changes = changed_fields(before.definition, after.definition);
    if (before.status != after.status) changes.push_back("status");
    const bool listed =
        std::find(changes.begin(), changes.end(), "authentication.clientSecret") != changes.end();
    if (!listed && before.sealed_client_secret != after.sealed_client_secret) {
        changes.push_back("authentication.clientSecret");
    }
    return changes;
}

std::vector<FieldProblem> missing_parts(const IntegrationDefinition& definition) {
    return check_definition(definition).missing;
}

}  // namespace tenon
