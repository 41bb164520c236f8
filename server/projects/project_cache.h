// What was read of a project, kept for a short while. A change in this process drops it at once,
// also when a read that began before the change is still on its way.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "projects/project.h"

namespace tenon {

template <class Value>
class ProjectCache {
 public:
    using Shared = std::shared_ptr<const Value>;

    ProjectCache(const Clock& clock, std::chrono::seconds age_max, std::size_t projects_max)
        : clock_(clock), age_max_(age_max), projects_max_(projects_max) {}

    // Null when there is nothing, or nothing young enough.
    Shared find(ProjectId project) const {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(project);
        if (found == entries_.end()) return nullptr;
        return clock_.steady_now() - found->second.since < age_max_ ? found->second.value : nullptr;
    }

    // Taken before the read whose answer is then given to keep().
    std::uint64_t ticket() const {
        const std::lock_guard lock(mutex_);
        return changes_;
    }

    // Keeps the value unless something was dropped since the ticket was taken.
    void keep(ProjectId project, Shared value, std::uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        if (ticket != changes_) return;
        if (entries_.size() >= projects_max_ && !entries_.contains(project)) entries_.clear();
        entries_[project] = {std::move(value), clock_.steady_now()};
    }

    void drop(ProjectId project) {
        const std::lock_guard lock(mutex_);
        ++changes_;
        entries_.erase(project);
    }

 private:
    struct Entry {
        Shared value;
        SteadyTime since;
    };

    const Clock& clock_;
    const std::chrono::seconds age_max_;
    const std::size_t projects_max_;
    mutable std::mutex mutex_;
    std::unordered_map<ProjectId, Entry> entries_;
    std::uint64_t changes_ = 0;
};

}  // namespace tenon
