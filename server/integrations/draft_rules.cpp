#include "integrations/draft_rules.h"

#include <algorithm>

#include "integrations/client_secret.h"
#include "integrations/definition_json.h"
#include "integrations/definition_rules.h"
#include "integrations/svg_sanitizer.h"
#include "platform/crypto/jwt_signer.h"
#include "platform/http/client_identity.h"

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

// What is wrong with a literal's own form, told without showing it.
std::string problem_of_literal(const DefinitionSecret& which, const Secret& literal) {
    if (literal.reveal().find("{{") != std::string_view::npos) {
        return "must be a literal or exactly one {{ secrets.NAME }}";
    }
    if (which.member == kClientPrivateKey.member) {
        const auto key = JwtSigner::from_pem(literal);
        return key ? std::string() : key.error().message;
    }
    if (which.member == kClientCertificate.member) {
        const auto identity = http::ClientIdentity::from_pem(literal);
        return identity ? std::string() : identity.error().message;
    }
    const bool controls = std::ranges::any_of(
        literal.reveal(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return controls ? "must not hold control characters or line breaks" : "";
}

std::string problem_of_secret(const DefinitionSecret& which, const IntegrationDraft& draft) {
    if (!applies_to_method(which.member, draft.definition.authentication.method)) {
        return "does not belong to this method";
    }
    const Secret& text = *(draft.*which.draft);
    return is_secret_reference(text.reveal()) ? "" : problem_of_literal(which, text);
}

void keep_secret(const DefinitionSecret& which, Integration& wanted, const Integration* existing) {
    Authentication& authentication = wanted.definition.authentication;
    if (existing == nullptr || !applies_to_method(which.member, authentication.method)) return;
    wanted.*which.sealed = existing->*which.sealed;
    authentication.*which.reference = existing->definition.authentication.*which.reference;
}

// Seals a literal, unless the stored one says the same already.
std::string seal_unless_same(const DefinitionSecret& which, const Secret& literal,
                             const SettleContext& context) {
    if (context.existing != nullptr && !(context.existing->*which.sealed).empty()) {
        // A stored secret that cannot be opened is replaced like any other.
        const auto stored = open_definition_secret(which, *context.existing, *context.keys, {});
        if (stored && equal_in_constant_time(stored->reveal(), literal.reveal())) {
            return context.existing->*which.sealed;
        }
    }
    return seal_definition_secret(which, *context.keys, context.id, literal);
}

void settle_secret(const DefinitionSecret& which, const IntegrationDraft& draft,
                   const SettleContext& context, Integration& wanted,
                   DefinitionProblems& problems) {
    Authentication& authentication = wanted.definition.authentication;
    const std::optional<Secret>& given = draft.*which.draft;
    (authentication.*which.reference).clear();
    if (!given) {
        keep_secret(which, wanted, context.existing);
    } else if (!given->empty()) {
        const std::string problem = problem_of_secret(which, draft);
        if (!problem.empty()) {
            problems.wrong.push_back({"authentication." + std::string(which.member), problem});
        } else if (is_secret_reference(given->reveal())) {
            authentication.*which.reference = given->reveal();
        } else {
            wanted.*which.sealed = seal_unless_same(which, *given, context);
        }
    }
    authentication.*which.is_set =
        !(wanted.*which.sealed).empty() || !(authentication.*which.reference).empty();
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
    return std::ranges::any_of(kDefinitionSecrets, [&draft](const DefinitionSecret& which) {
        const std::optional<Secret>& given = draft.*which.draft;
        return given && !given->empty() && !is_secret_reference(given->reveal());
    });
}

Result<Integration> settle(const IntegrationDraft& draft, const SettleContext& context) {
    Integration wanted;
    wanted.id = context.id;
    if (context.existing != nullptr) {
        wanted = *context.existing;
        for (const DefinitionSecret& which : kDefinitionSecrets) (wanted.*which.sealed).clear();
    }
    wanted.definition = draft.definition;
    DefinitionProblems problems;
    settle_slug(wanted.definition, context.existing, problems);
    settle_icon(wanted.definition, problems);
    for (const DefinitionSecret& which : kDefinitionSecrets) {
        settle_secret(which, draft, context, wanted, problems);
    }
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
    for (const DefinitionSecret& which : kDefinitionSecrets) {
        std::string field = "authentication." + std::string(which.member);
        const bool listed = std::ranges::find(changes, field) != changes.end();
        if (!listed && before.*which.sealed != after.*which.sealed) {
            changes.push_back(std::move(field));
        }
    }
    return changes;
}

std::vector<FieldProblem> missing_parts(const IntegrationDefinition& definition) {
    return check_definition(definition).missing;
}

}  // namespace tenon
