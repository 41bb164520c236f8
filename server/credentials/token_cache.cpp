#include "credentials/token_cache.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr Seconds kTellDueEvery{1};
constexpr Seconds kDropIdleEvery{10};

}  // namespace

TokenCache::TokenCache(const TokenCareOptions& options)
    : options_(options),
      entries_per_shard_max_(std::max<std::size_t>(1, options.cache_entries_max / kShards)) {}

TokenCache::Hit TokenCache::find(ProjectId project, CredentialId id, Timestamp now,
                                 SteadyTime steady_now) {
    Shard& part = shard(id);
    const std::lock_guard lock(part.mutex);
    drop_idle_now_and_then(part, steady_now);
    const auto found = part.entries.find(id);
    if (found == part.entries.end()) return {};
    Entry& entry = found->second;
    if (entry.live->record.project_id != project || now >= entry.serve_until) return {};
    // Not compared with the row for two rounds: nobody asked meanwhile, so it may be long outdated.
    if (steady_now - entry.checked_at > 2 * options_.cache_recheck) return {};
    entry.used_at = steady_now;
    Hit hit{entry.live};
    if (steady_now - entry.checked_at >= options_.cache_recheck) {
        entry.checked_at = steady_now;
        hit.needs_recheck = true;
    }
    if (now >= entry.refresh_at && steady_now - entry.told_due_at >= kTellDueEvery) {
        entry.told_due_at = steady_now;
        hit.is_due = true;
    }
    return hit;
}

std::uint64_t TokenCache::generation(CredentialId id) const {
    const Shard& part = shard(id);
    const std::lock_guard lock(part.mutex);
    return part.generation;
}

void TokenCache::put(std::shared_ptr<const LiveCredential> live, std::uint64_t generation,
                     SteadyTime steady_now) {
    const Credential& record = live->record;
    const TokenSchedule schedule = schedule_of(record, options_);
    Entry entry;
    entry.refresh_at = std::max(schedule.refresh_at.value_or(Timestamp::max()),
                                record.refresh_not_before.value_or(Timestamp::min()));
    entry.serve_until = schedule.serve_until.value_or(Timestamp::max());
    entry.used_at = steady_now;
    entry.checked_at = steady_now;
    entry.told_due_at = steady_now - kTellDueEvery;
    const CredentialId id = record.id;
    entry.live = std::move(live);

    Shard& part = shard(id);
    const std::lock_guard lock(part.mutex);
    if (part.generation != generation) return;
    drop_idle_now_and_then(part, steady_now);
    if (part.entries.size() >= entries_per_shard_max_ && !part.entries.contains(id)) {
        part.entries.erase(std::ranges::min_element(
            part.entries, {}, [](const auto& item) { return item.second.used_at; }));
    }
    part.entries.insert_or_assign(id, std::move(entry));
}

void TokenCache::forget(CredentialId id) {
    Shard& part = shard(id);
    const std::lock_guard lock(part.mutex);
    ++part.generation;
    part.entries.erase(id);
}

void TokenCache::drop_idle(SteadyTime steady_now) {
    for (Shard& part : shards_) {
        const std::lock_guard lock(part.mutex);
        drop_idle_now_and_then(part, steady_now);
    }
}

void TokenCache::drop_idle_now_and_then(Shard& part, SteadyTime steady_now) const {
    if (steady_now - part.dropped_at < kDropIdleEvery) return;
    part.dropped_at = steady_now;
    std::erase_if(part.entries, [this, steady_now](const auto& item) {
        return steady_now - item.second.used_at > options_.cache_idle;
    });
}

}  // namespace tenon
