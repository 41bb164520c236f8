#include "accounts/api_key_service.h"

#include <algorithm>

#include "accounts/access_token.h"
#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

constexpr std::size_t kSuffixCharacters = 4;

bool is_plain_name(std::string_view name, std::size_t characters_max) {
    return !name.empty() && is_valid_utf8(name) && count_code_points(name) <= characters_max &&
           std::ranges::none_of(
               name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Task<Result<NewApiKey>> ApiKeyService::create(Actor actor, ProjectId project, std::string name) {
    const std::string trimmed(trim(name));
    if (!is_plain_name(trimmed, limits_.name_characters_max)) {
        co_return Error::invalid_field("name", "must have 1 to " +
                                                   std::to_string(limits_.name_characters_max) +
                                                   " characters without control characters");
    }
    const Secret token = make_access_token(kApiKeyPrefix);
    const std::string_view text = token.reveal();
    const ApiKey key{ApiKeyId::random(),
                     project,
                     trimmed,
                     std::string(text.substr(text.size() - kSuffixCharacters)),
                     clock_.now(),
                     std::nullopt};
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto keys, store_.list(tx, project));
        if (keys.size() >= limits_.keys_max) {
            return Error{ErrorKind::conflict, "api_keys.too_many",
                         "A project may have at most " + std::to_string(limits_.keys_max) +
                             " API keys; revoke one first."};
        }
        RETURN_IF_ERROR(store_.insert(tx, key, hash_access_token(token)));
        return audit_.append(tx, project,
                             {actor, "api_key.created", "api_key", key.id.str(),
                              JsonObject{{"name", trimmed}, {"suffix", key.suffix}}});
    }));
    co_return NewApiKey{key, token};
}

Task<Result<std::vector<ApiKey>>> ApiKeyService::list(ProjectId project) {
    co_return co_await database_.read([&](Connection& tx) { return store_.list(tx, project); });
}

Task<Ok> ApiKeyService::revoke(Actor actor, ProjectId project, ApiKeyId id) {
    co_return co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto name, store_.remove(tx, project, id));
        if (!name) return Error::not_found("API key");
        return audit_.append(
            tx, project,
            {actor, "api_key.revoked", "api_key", id.str(), JsonObject{{"name", *name}}});
    });
}

Task<Result<ApiKey>> ApiKeyService::find(Secret token) {
    const Error unknown{ErrorKind::unauthenticated, "auth.invalid_key",
                        "This API key is not known or has been revoked."};
    if (!token.reveal().starts_with(kApiKeyPrefix)) co_return unknown;
    ASSIGN_OR_CO_RETURN(const auto key, co_await database_.read([&](Connection& tx) {
        return store_.find_by_hash(tx, hash_access_token(token));
    }));
    if (!key) co_return unknown;
    const Timestamp now = clock_.now();
    if (!key->last_used_at || now - *key->last_used_at >= limits_.touch_interval) {
        const Ok touched = co_await database_.write(
            [&](Connection& tx) { return store_.touch(tx, key->project_id, key->id, now); });
        // A database that cannot write now must not lock servers out.
        if (!touched) log_warning("api_key.touch_failed", {{"code", touched.error().code}});
    }
    co_return *key;
}

}  // namespace tenon
