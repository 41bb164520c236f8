#include "credentials/selection.h"

#include <algorithm>

namespace tenon {
namespace {

template <class Item>
const Item* select(const std::vector<Item>& items, std::string_view selector) {
    if (items.empty()) return nullptr;
    if (selector.empty()) return &items.front();
    const auto with_external_id = [&items](std::string_view external_id) -> const Item* {
        const auto found = std::ranges::find(items, external_id, &Item::external_id);
        return found == items.end() || external_id.empty() ? nullptr : &*found;
    };
    constexpr std::string_view kExternal = "ext:";
    if (selector.starts_with(kExternal)) return with_external_id(selector.substr(kExternal.size()));
    if (const auto uuid = Uuid::parse(selector)) {
        for (const Item& item : items) {
            if (item.id.uuid() == *uuid) return &item;
        }
    }
    return with_external_id(selector);
}

}  // namespace

const Credential* select_credential(const std::vector<Credential>& credentials,
                                    std::string_view selector) {
    return select(credentials, selector);
}

const Configuration* select_configuration(const std::vector<Configuration>& configurations,
                                          std::string_view selector) {
    return select(configurations, selector);
}

SelectionCache::SelectionCache(Seconds life, std::size_t entries_max)
    : life_(life), users_per_shard_max_(std::max<std::size_t>(1, entries_max / kShards)) {}

std::optional<CredentialId> SelectionCache::find(UserId user, IntegrationId integration,
                                                 std::string_view selector, SteadyTime now) const {
    const Shard& part = shard(user);
    const std::lock_guard lock(part.mutex);
    const auto found = part.users.find(user);
    if (found == part.users.end()) return std::nullopt;
    for (const Selection& s : found->second) {
        if (s.integration == integration && s.selector == selector) {
            return s.until > now ? std::optional(s.credential) : std::nullopt;
        }
    }
    return std::nullopt;
}

void SelectionCache::put(UserId user, IntegrationId integration, std::string_view selector,
                         CredentialId id, SteadyTime now) {
    Shard& part = shard(user);
    const std::lock_guard lock(part.mutex);
    if (part.users.size() >= users_per_shard_max_ && !part.users.contains(user)) {
        std::erase_if(part.users, [now](const auto& entry) {
            return std::ranges::all_of(entry.second,
                                       [now](const Selection& s) { return s.until <= now; });
        });
        // Everything is in use: any one has to go, and the map's order is as good as chance.
        if (part.users.size() >= users_per_shard_max_) part.users.erase(part.users.begin());
    }
    auto& selections = part.users[user];
    std::erase_if(selections, [&](const Selection& s) {
        return s.until <= now || (s.integration == integration && s.selector == selector);
    });
    if (selections.size() >= kSelectionsPerUserMax) selections.erase(selections.begin());
    selections.push_back({integration, std::string(selector), id, now + life_});
}

void SelectionCache::forget(UserId user) {
    Shard& part = shard(user);
    const std::lock_guard lock(part.mutex);
    part.users.erase(user);
}

}  // namespace tenon
