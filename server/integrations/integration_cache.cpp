#include "integrations/integration_cache.h"

#include <algorithm>

namespace tenon {

IntegrationCache::Entry IntegrationCache::find(ProjectId project, IntegrationId id) {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(id);
    return found == slots_.end() ? nullptr : serve(project, found->second);
}

IntegrationCache::Entry IntegrationCache::find(ProjectId project, std::string_view slug) {
    const std::lock_guard lock(mutex_);
    const auto id = ids_.find(SlugView{project, slug});
    if (id == ids_.end()) return nullptr;
    return serve(project, slots_.at(id->second));
}

IntegrationCache::Entry IntegrationCache::serve(ProjectId project, Slot& slot) {
    if (slot.integration->project_id != project) return nullptr;
    const SteadyTime now = clock_.steady_now();
    const auto age = now - slot.checked_at;
    if (age < limits_.recheck_after) return slot.integration;
    if (age >= limits_.age_max) return nullptr;
    if (now < slot.recheck_claimed_until) return slot.integration;
    slot.recheck_claimed_until = now + limits_.recheck_after;
    return nullptr;
}

IntegrationCache::Entry IntegrationCache::peek(ProjectId project, IntegrationId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(id);
    if (found == slots_.end() || found->second.integration->project_id != project) return nullptr;
    const bool too_old = clock_.steady_now() - found->second.checked_at >= limits_.age_max;
    return too_old ? nullptr : found->second.integration;
}

std::uint64_t IntegrationCache::epoch() const {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

void IntegrationCache::put(Entry integration, std::uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    if (epoch != epoch_) return;
    const IntegrationId id = integration->id;
    if (const auto old = slots_.find(id); old != slots_.end()) erase(old);
    make_room();
    ids_[SlugKey{integration->project_id, integration->definition.slug}] = id;
    slots_[id] = Slot{std::move(integration), clock_.steady_now(), {}};
}

void IntegrationCache::confirm(IntegrationId id, std::uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(id);
    if (epoch == epoch_ && found != slots_.end()) found->second.checked_at = clock_.steady_now();
}

void IntegrationCache::forget(ProjectId project, IntegrationId id) {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    const auto found = slots_.find(id);
    if (found != slots_.end() && found->second.integration->project_id == project) erase(found);
}

void IntegrationCache::erase(std::unordered_map<IntegrationId, Slot>::iterator slot) {
    const Integration& integration = *slot->second.integration;
    const auto id = ids_.find(SlugView{integration.project_id, integration.definition.slug});
    // An integration deleted and made anew may hold the slug by now.
    if (id != ids_.end() && id->second == integration.id) ids_.erase(id);
    slots_.erase(slot);
}

// Full caches are rare, so looking at every entry for the one that waited longest is good enough.
void IntegrationCache::make_room() {
    if (slots_.size() < limits_.entries_max || slots_.empty()) return;
    erase(std::min_element(slots_.begin(), slots_.end(), [](const auto& a, const auto& b) {
        return a.second.checked_at < b.second.checked_at;
    }));
}

}  // namespace tenon
