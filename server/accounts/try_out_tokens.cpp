#include "accounts/try_out_tokens.h"

#include <algorithm>

#include "platform/crypto/jwt.h"

namespace tenon {
namespace {

constexpr std::chrono::hours kTokenLife{1};

// One row a project, so the project's id is the row's.
SealContext seal_context(ProjectId project) {
    return {"try_out_keys", project.str(), "sealed_private_pem"};
}

}  // namespace

Task<Result<TryOutToken>> TryOutTokens::mint(Actor actor, ProjectId project,
                                             std::string external_id) {
    CO_RETURN_IF_ERROR(users_.check_external_id(external_id));
    CO_RETURN_IF_ERROR(co_await projects_.get_project(project));
    ASSIGN_OR_CO_RETURN(const Secret private_pem, co_await signing_key(actor, project));
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const auto expires_at = now + kTokenLife;
    const Json claims = JsonObject{{"sub", external_id},
                                   {"aud", "tenon/" + project.str()},
                                   {"iat", now.time_since_epoch().count()},
                                   {"exp", expires_at.time_since_epoch().count()}};
    ASSIGN_OR_CO_RETURN(std::string token,
                        co_await pool_.run([&] { return sign_jwt_rs256(claims, private_pem); }));
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) {
        return audit_.append(
            tx, project,
            {actor, "try_out_token.minted", "user", "", JsonObject{{"userId", external_id}}});
    }));
    co_return TryOutToken{Secret(std::move(token)), expires_at};
}

Task<Result<Secret>> TryOutTokens::signing_key(Actor actor, ProjectId project) {
    ASSIGN_OR_CO_RETURN(const auto stored, co_await database_.read([&](Connection& tx) {
        return keys_.find(tx, project);
    }));
    if (!stored) co_return co_await make_signing_key(std::move(actor), project);
    ASSIGN_OR_CO_RETURN(const auto listed, co_await projects_.list_signing_keys(project));
    const bool active = std::ranges::any_of(listed, [&](const SigningKey& key) {
        return key.id == stored->signing_key_id && !key.revoked;
    });
    if (!active) co_return co_await make_signing_key(std::move(actor), project);
    ASSIGN_OR_CO_RETURN(const auto vault_keys, co_await vault_.keys(project));
    co_return vault_keys->open(seal_context(project), stored->sealed_private_pem);
}

Task<Result<Secret>> TryOutTokens::make_signing_key(Actor actor, ProjectId project) {
    ASSIGN_OR_CO_RETURN(const auto vault_keys, co_await vault_.keys(project));
    ASSIGN_OR_CO_RETURN(NewSigningKey made, co_await projects_.create_signing_key(actor, project));
    const TryOutKey key{project, made.key.id,
                        vault_keys->seal(seal_context(project), made.private_pem), clock_.now()};
    // Two first uses at the same time make two keys: both tokens are good, the later key is kept.
    CO_RETURN_IF_ERROR(
        co_await database_.write([&](Connection& tx) { return keys_.put(tx, key); }));
    co_return std::move(made.private_pem);
}

}  // namespace tenon
