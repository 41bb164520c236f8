// Which pages may frame the Connect Portal: those of a project's allowed origins. The frame is
// asked for before anything is known but, perhaps, a project and the page that frames it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "projects/project_service.h"

namespace tenon {

class FramePolicy {
 public:
    struct Limits {
        // How long a removed origin may go unseen, and how long a new one: whoever has just allowed
        // an origin reloads the page at once.
        std::chrono::milliseconds age_max{5000};
        std::chrono::milliseconds age_max_of_a_miss{50};
        // More origins than this are not listed for a page that does not say where it stands: the
        // header would be long, and projects would learn of each other.
        std::size_t unnamed_origins_max = 60;
    };
    struct Visit {
        std::string project_id;       // empty: not said
        std::string referrer_origin;  // empty: not said
    };

    // Both outlive the policy.
    FramePolicy(ProjectService& projects, const Clock& clock, Limits limits);
    FramePolicy(ProjectService& projects, const Clock& clock)
        : FramePolicy(projects, clock, Limits()) {}

    // The sources of a Content-Security-Policy's frame-ancestors: 'self' (the dashboard's preview),
    // and the origins of the project named, else of the projects that know the framing page's
    // origin, else of all.
    Task<Result<std::string>> frame_ancestors(Visit visit);

 private:
    using Projects = std::shared_ptr<const std::vector<Project>>;
    Task<Result<Projects>> read_projects(std::chrono::milliseconds age_max);

    ProjectService& projects_;
    const Clock& clock_;
    const Limits limits_;
    std::mutex mutex_;
    Projects known_;
    SteadyTime known_since_;
};

}  // namespace tenon
