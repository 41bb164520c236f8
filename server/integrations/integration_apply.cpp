// IntegrationService::apply: the project's integrations become what the documents say, all or none.
#include <fmt/format.h>
#include <set>

#include "integrations/definition_rules.h"
#include "integrations/draft_rules.h"
#include "integrations/integration_cache.h"
#include "integrations/integration_service.h"

namespace tenon {

// One document against what is stored; nothing is written yet.
struct IntegrationService::Planned {
    std::optional<Integration> before;
    Integration wanted;
    ApplyOutcome outcome;
};

Result<IntegrationService::Planned> IntegrationService::plan(Connection& tx, ProjectId project,
                                                             const IntegrationDraft& draft,
                                                             SettleContext context) const {
    Planned planned;
    std::string slug = draft.definition.slug;
    if (slug.empty()) slug = derive_slug(draft.definition.name);
    ASSIGN_OR_RETURN(planned.before, store_.find_by_slug(tx, project, slug));
    if (planned.before) {
        context.existing = &*planned.before;
        context.id = planned.before->id;
    }
    ASSIGN_OR_RETURN(planned.wanted, settle(draft, context));
    planned.wanted.project_id = project;
    planned.outcome.slug = planned.wanted.definition.slug;
    planned.outcome.id = planned.wanted.id;
    planned.outcome.change = ApplyChange::created;
    if (planned.before) {
        planned.outcome.changed_fields = list_changes(*planned.before, planned.wanted);
        planned.outcome.change =
            planned.outcome.changed_fields.empty() ? ApplyChange::unchanged : ApplyChange::updated;
    }
    return planned;
}

Result<std::vector<IntegrationService::Planned>> IntegrationService::plan_all(
    Connection& tx, ProjectId project, const std::vector<IntegrationDraft>& drafts,
    const ProjectKeys* keys) const {
    std::vector<Planned> all;
    std::vector<FieldProblem> problems;
    std::set<std::string> slugs;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const std::string prefix = fmt::format("documents[{}].", i);
        auto planned =
            plan(tx, project, drafts[i], {nullptr, keys, IntegrationId::random(), prefix});
        if (!planned && planned.error().problems.empty()) return std::move(planned).error();
        if (!planned) {
            const auto& found = planned.error().problems;
            problems.insert(problems.end(), found.begin(), found.end());
        } else if (!slugs.insert(planned->outcome.slug).second) {
            problems.push_back({prefix + "slug", "is the slug of an earlier document too"});
        } else {
            all.push_back(std::move(*planned));
        }
    }
    if (!problems.empty()) return invalid_fields(std::move(problems));
    return all;
}

Ok IntegrationService::write_planned(Connection& tx, const Actor& actor, Planned& planned) const {
    if (!planned.before) return insert(tx, actor, planned.wanted);
    return replace(tx, actor, *planned.before, planned.wanted);
}

Task<Result<std::vector<ApplyOutcome>>> IntegrationService::apply(
    Actor actor, ProjectId project, std::vector<IntegrationDraft> drafts, ApplyMode mode) {
    if (drafts.size() > options_.apply_documents_max) {
        co_return Error::invalid_field(
            "documents", fmt::format("must be at most {}", options_.apply_documents_max));
    }
    ASSIGN_OR_CO_RETURN(const auto keys, co_await keys_for(project, drafts));
    std::vector<Planned> planned;
    if (mode == ApplyMode::dry_run) {
        ASSIGN_OR_CO_RETURN(planned, co_await database_.read([&](Connection& tx) {
            return plan_all(tx, project, drafts, keys.get());
        }));
    } else {
        ASSIGN_OR_CO_RETURN(
            planned, co_await database_.write([&](Connection& tx) -> Result<std::vector<Planned>> {
                ASSIGN_OR_RETURN(auto all, plan_all(tx, project, drafts, keys.get()));
                for (Planned& one : all) RETURN_IF_ERROR(write_planned(tx, actor, one));
                return all;
            }));
    }
    std::vector<ApplyOutcome> outcomes;
    for (Planned& one : planned) {
        if (mode == ApplyMode::write)
            cache_->forget(project, one.wanted.id);
        else if (!one.before)
            one.outcome.id = IntegrationId();
        outcomes.push_back(std::move(one.outcome));
    }
    co_return outcomes;
}

}  // namespace tenon
