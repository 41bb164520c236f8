// Integrations in memory, for the proxy's hot path. An entry is served until it is due for a
// comparison with the database; then one caller is sent there while the others are still served, up
// to a maximal age. Thread-safe; a look takes one short lock and copies one pointer.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "integrations/integration.h"

namespace tenon {

class IntegrationCache {
 public:
    struct Limits {
        Milliseconds recheck_after;
        Milliseconds age_max;
        std::size_t entries_max;
    };
    using Entry = std::shared_ptr<const Integration>;

    IntegrationCache(Limits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

    // Null when there is no entry, it is too old, or this caller is the one to compare it with the
    // database.
    Entry find(ProjectId project, IntegrationId id);
    Entry find(ProjectId project, std::string_view slug);

    // What find() would have given but for its due comparison; null when it is older than the
    // maximal age too.
    Entry peek(ProjectId project, IntegrationId id) const;

    // A local change between a read from the database and its put() makes that put() void: take the
    // epoch before reading.
    std::uint64_t epoch() const;
    void put(Entry integration, std::uint64_t epoch);
    // The stored revision is still the entry's.
    void confirm(IntegrationId id, std::uint64_t epoch);
    // After a local change or deletion.
    void forget(ProjectId project, IntegrationId id);

 private:
    struct Slot {
        Entry integration;
        SteadyTime checked_at;
        SteadyTime recheck_claimed_until;
    };
    struct SlugKey {
        ProjectId project;
        std::string slug;
    };
    struct SlugView {
        ProjectId project;
        std::string_view slug;
    };
    struct SlugHash {
        using is_transparent = void;
        std::size_t operator()(const SlugKey& key) const {
            return (*this)(SlugView{key.project, key.slug});
        }
        std::size_t operator()(const SlugView& key) const {
            return std::hash<ProjectId>{}(key.project) ^ std::hash<std::string_view>{}(key.slug);
        }
    };
    struct SlugEqual {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return a.project == b.project && std::string_view(a.slug) == std::string_view(b.slug);
        }
    };

    Entry serve(ProjectId project, Slot& slot);
    void erase(std::unordered_map<IntegrationId, Slot>::iterator slot);
    void make_room();

    const Limits limits_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::uint64_t epoch_ = 0;
    std::unordered_map<IntegrationId, Slot> slots_;
    std::unordered_map<SlugKey, IntegrationId, SlugHash, SlugEqual> ids_;
};

}  // namespace tenon
