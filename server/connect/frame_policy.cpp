#include "connect/frame_policy.h"

#include <algorithm>
#include <set>

namespace tenon {

namespace {

bool knows(const Project& project, const std::string& origin) {
    const auto& origins = project.allowed_origins;
    return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

bool is_meant(const Project& project, const FramePolicy::Visit& visit) {
    if (!visit.project_id.empty()) return project.id.str() == visit.project_id;
    return visit.referrer_origin.empty() || knows(project, visit.referrer_origin);
}

// Whether no project that is meant knows the framing page.
bool is_miss(const std::vector<Project>& projects, const FramePolicy::Visit& visit) {
    return std::none_of(projects.begin(), projects.end(), [&](const Project& project) {
        return is_meant(project, visit) &&
               (visit.referrer_origin.empty() || knows(project, visit.referrer_origin));
    });
}

}  // namespace

FramePolicy::FramePolicy(ProjectService& projects, const Clock& clock, Limits limits)
    : projects_(projects), clock_(clock), limits_(limits) {}

Task<Result<FramePolicy::Projects>> FramePolicy::read_projects(std::chrono::milliseconds age_max) {
    {
        const std::lock_guard lock(mutex_);
        if (known_ && clock_.steady_now() - known_since_ < age_max) co_return known_;
    }
    const SteadyTime since = clock_.steady_now();
    ASSIGN_OR_CO_RETURN(auto listed, co_await projects_.list_projects());
    auto fresh = std::make_shared<const std::vector<Project>>(std::move(listed));
    const std::lock_guard lock(mutex_);
    known_ = fresh;
    known_since_ = since;
    co_return fresh;
}

Task<Result<std::string>> FramePolicy::frame_ancestors(Visit visit) {
    ASSIGN_OR_CO_RETURN(Projects projects, co_await read_projects(limits_.age_max));
    if (is_miss(*projects, visit)) {
        ASSIGN_OR_CO_RETURN(projects, co_await read_projects(limits_.age_max_of_a_miss));
    }
    std::set<std::string> origins;
    for (const Project& project : *projects) {
        if (!is_meant(project, visit)) continue;
        origins.insert(project.allowed_origins.begin(), project.allowed_origins.end());
    }
    const bool is_unnamed = visit.project_id.empty() && visit.referrer_origin.empty();
    if (is_unnamed && origins.size() > limits_.unnamed_origins_max) origins.clear();
    std::string sources = "'self'";
    for (const std::string& origin : origins) sources += " " + origin;
    co_return sources;
}

}  // namespace tenon
