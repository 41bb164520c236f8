#include "projects/project_service.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/logging/log.h"
#include "projects/project_cache.h"
#include "projects/project_rules.h"

namespace tenon {
namespace {

SealContext secret_place(EnvironmentSecretId id) {
    return {"environment_secrets", id.str(), "sealed_value"};
}

AuditEvent event_about(const Actor& actor, std::string action, std::string target_kind,
                       std::string target_id, JsonObject details = {}) {
    return {actor, std::move(action), std::move(target_kind), std::move(target_id),
            std::move(details)};
}

// A row that refers to a project which is not there.
Error project_missing(const Error& error) {
    return error.code == "storage.foreign_key" ? Error::not_found("Project") : error;
}

Result<Project> get_project_row(const ProjectStore& store, Connection& tx, ProjectId id) {
    ASSIGN_OR_RETURN(auto project, store.find_project(tx, id));
    if (!project) return Error::not_found("Project");
    return std::move(*project);
}

JsonObject changed_fields(const Project& before, const Project& after) {
    JsonArray changed;
    if (before.name != after.name) changed.emplace_back("name");
    if (before.allowed_origins != after.allowed_origins) changed.emplace_back("allowedOrigins");
    JsonObject details;
    details["changed"] = std::move(changed);
    return details;
}

}  // namespace

struct ProjectService::Caches {
    Caches(const Clock& clock, const ProjectLimits& limits)
        : verification_keys(clock, limits.cache_age_max, limits.cached_projects_max),
          sealed_secrets(clock, limits.cache_age_max, limits.cached_projects_max) {}

    ProjectCache<std::vector<RsaPublicKey>> verification_keys;
    ProjectCache<std::vector<SealedEnvironmentSecret>> sealed_secrets;
};

ProjectService::ProjectService(Database& database, Vault& vault, const AuditLog& audit,
                               const Clock& clock, ProjectLimits limits)
    : database_(database),
      vault_(vault),
      audit_(audit),
      clock_(clock),
      limits_(limits),
      key_maker_({.name = "key-maker", .threads = 1, .queue_max = 16}),
      caches_(std::make_unique<Caches>(clock, limits)) {}

ProjectService::~ProjectService() = default;

Task<Result<Project>> ProjectService::create_project(Actor actor, std::string name) {
    CO_RETURN_IF_ERROR(check_project_name(name, limits_));
    const Project project{ProjectId::random(), std::move(name), {}, clock_.now(), clock_.now()};
    co_return co_await database_.write([&](Connection& tx) -> Result<Project> {
        RETURN_IF_ERROR(store_.insert_project(tx, project));
        RETURN_IF_ERROR(audit_.append(
            tx, project.id, event_about(actor, "project.created", "project", project.id.str())));
        return project;
    });
}

Task<Result<Project>> ProjectService::get_project(ProjectId id) {
    co_return co_await database_.read(
        [&](Connection& tx) { return get_project_row(store_, tx, id); });
}

Task<Result<std::vector<Project>>> ProjectService::list_projects() {
    co_return co_await database_.read([&](Connection& tx) { return store_.list_projects(tx); });
}

Task<Result<Project>> ProjectService::update_project(Actor actor, ProjectId id,
                                                     ProjectChange change) {
    if (change.name) CO_RETURN_IF_ERROR(check_project_name(*change.name, limits_));
    if (change.allowed_origins) {
        CO_RETURN_IF_ERROR(check_allowed_origins(*change.allowed_origins, limits_));
    }
    co_return co_await database_.write([&](Connection& tx) -> Result<Project> {
        RETURN_IF_ERROR(store_.lock_project(tx, id));
        ASSIGN_OR_RETURN(Project before, get_project_row(store_, tx, id));
        Project after = before;
        after.name = change.name.value_or(before.name);
        after.allowed_origins = change.allowed_origins.value_or(before.allowed_origins);
        const JsonObject details = changed_fields(before, after);
        if (details.at("changed").get_array().empty()) return before;
        after.updated_at = clock_.now();
        RETURN_IF_ERROR(store_.update_project(tx, after));
        RETURN_IF_ERROR(audit_.append(
            tx, id, event_about(actor, "project.updated", "project", id.str(), details)));
        return after;
    });
}

Task<Result<NewSigningKey>> ProjectService::create_signing_key(Actor actor, ProjectId project) {
    // Before the costly part; the limit is checked again in the transaction.
    CO_RETURN_IF_ERROR(co_await get_project(project));
    ASSIGN_OR_CO_RETURN(const RsaKeyPair pair,
                        co_await key_maker_.run([] { return generate_rsa_key(); }));
    const SigningKey key{SigningKeyId::random(), project, pair.public_pem, false, clock_.now()};
    const Ok stored = co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto active, store_.active_public_keys(tx, project));
        if (active.size() >= limits_.active_signing_keys_max) {
            return Error{
                ErrorKind::conflict, "signing_key.limit",
                fmt::format("A project has at most {} active signing keys; revoke one first.",
                            limits_.active_signing_keys_max)};
        }
        RETURN_IF_ERROR(store_.insert_signing_key(tx, key));
        return audit_.append(
            tx, project, event_about(actor, "signing_key.created", "signing_key", key.id.str()));
    });
    if (!stored) co_return project_missing(stored.error());
    caches_->verification_keys.drop(project);
    co_return NewSigningKey{key, pair.private_pem};
}

Task<Result<std::vector<SigningKey>>> ProjectService::list_signing_keys(ProjectId project) {
    co_return co_await database_.read(
        [&](Connection& tx) { return store_.list_signing_keys(tx, project); });
}

Task<Ok> ProjectService::revoke_signing_key(Actor actor, ProjectId project, SigningKeyId id) {
    Ok revoked = co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const bool changed,
                         store_.revoke_signing_key(tx, project, id, clock_.now()));
        if (changed) {
            return audit_.append(
                tx, project, event_about(actor, "signing_key.revoked", "signing_key", id.str()));
        }
        // Revoking twice is fine; a key that was never there is not.
        ASSIGN_OR_RETURN(const auto keys, store_.list_signing_keys(tx, project));
        const bool known = std::any_of(keys.begin(), keys.end(),
                                       [&](const SigningKey& key) { return key.id == id; });
        return known ? Ok{} : Ok{Error::not_found("Signing key")};
    });
    if (revoked) {
        caches_->verification_keys.drop(project);
        revocations_.fetch_add(1, std::memory_order_acq_rel);
    }
    co_return revoked;
}

Task<Result<std::vector<RsaPublicKey>>> ProjectService::verification_keys(ProjectId project) {
    if (const auto known = caches_->verification_keys.find(project)) co_return *known;
    const auto ticket = caches_->verification_keys.ticket();
    ASSIGN_OR_CO_RETURN(const auto pems, co_await database_.read([&](Connection& tx) {
        return store_.active_public_keys(tx, project);
    }));
    std::vector<RsaPublicKey> keys;
    for (const std::string& pem : pems) {
        if (auto key = RsaPublicKey::from_pem(pem)) {
            keys.push_back(std::move(*key));
        } else {
            log_error("projects.signing_key_unusable", {{"project", project.str()}});
        }
    }
    // Projects that are not there are not kept: anyone may name them.
    if (!keys.empty()) {
        caches_->verification_keys.keep(
            project, std::make_shared<const std::vector<RsaPublicKey>>(keys), ticket);
    }
    co_return keys;
}

Task<Result<EnvironmentSecret>> ProjectService::put_environment_secret(Actor actor,
                                                                       ProjectId project,
                                                                       std::string name,
                                                                       Secret value) {
    CO_RETURN_IF_ERROR(check_secret_name(name));
    if (value.empty()) co_return Error::invalid_field("value", "must not be empty");
    if (value.reveal().size() > limits_.secret_bytes_max) {
        co_return Error::invalid_field(
            "value", fmt::format("must have at most {} bytes", limits_.secret_bytes_max));
    }
    auto put = co_await try_put_secret(actor, project, name, value);
    // Another node made a secret of this name at the same moment: now there is one to replace.
    if (!put && put.error().code == "storage.unique") {
        put = co_await try_put_secret(actor, project, name, value);
    }
    if (put) caches_->sealed_secrets.drop(project);
    co_return put;
}

Task<Result<EnvironmentSecret>> ProjectService::try_put_secret(const Actor& actor,
                                                               ProjectId project,
                                                               const std::string& name,
                                                               const Secret& value) {
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(project));
    const Timestamp now = clock_.now();
    co_return co_await database_.write([&](Connection& tx) -> Result<EnvironmentSecret> {
        ASSIGN_OR_RETURN(auto all, store_.list_secrets(tx, project));
        const auto same = std::find_if(
            all.begin(), all.end(), [&](const auto& other) { return other.secret.name == name; });
        const bool replaces = same != all.end();
        if (!replaces && all.size() >= limits_.environment_secrets_max) {
            return Error{
                ErrorKind::conflict, "secret.limit",
                fmt::format("A project has at most {} secrets.", limits_.environment_secrets_max)};
        }
        SealedEnvironmentSecret sealed;
        sealed.secret = replaces ? same->secret
                                 : EnvironmentSecret{
                                       EnvironmentSecretId::random(), project, name, "", now, now};
        const SealContext place = secret_place(sealed.secret.id);
        sealed.secret.updated_at = now;
        sealed.secret.fingerprint = keys->fingerprint(place, value);
        sealed.sealed_value = keys->seal(place, value);
        RETURN_IF_ERROR(replaces ? store_.update_secret(tx, sealed)
                                 : store_.insert_secret(tx, sealed));
        RETURN_IF_ERROR(audit_.append(
            tx, project,
            event_about(actor, replaces ? "secret.replaced" : "secret.created", "secret", name)));
        ASSIGN_OR_RETURN(sealed.secret.used_by, usage_of(tx, project, name));
        return sealed.secret;
    });
}

Task<Result<std::vector<EnvironmentSecret>>> ProjectService::list_environment_secrets(
    ProjectId project) {
    using Secrets = std::vector<EnvironmentSecret>;
    co_return co_await database_.read([&](Connection& tx) -> Result<Secrets> {
        ASSIGN_OR_RETURN(const auto rows, store_.list_secrets(tx, project));
        Secrets secrets;
        secrets.reserve(rows.size());
        for (const SealedEnvironmentSecret& row : rows) {
            EnvironmentSecret& secret = secrets.emplace_back(row.secret);
            ASSIGN_OR_RETURN(secret.used_by, usage_of(tx, project, secret.name));
        }
        return secrets;
    });
}

Result<std::vector<std::string>> ProjectService::usage_of(Connection& tx, ProjectId project,
                                                          const std::string& name) const {
    if (!secret_usage_) return std::vector<std::string>();
    return secret_usage_(tx, project, name);
}

Task<Ok> ProjectService::remove_environment_secret(Actor actor, ProjectId project,
                                                   std::string name) {
    Ok removed = co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const auto secret, store_.find_secret(tx, project, name));
        if (!secret) return Error::not_found("Secret");
        ASSIGN_OR_RETURN(const auto users, usage_of(tx, project, name));
        if (!users.empty()) {
            return Error{ErrorKind::conflict, "secret.in_use",
                         fmt::format("{} is used by {}.", name, fmt::join(users, ", "))};
        }
        RETURN_IF_ERROR(store_.remove_secret(tx, project, name));
        return audit_.append(tx, project, event_about(actor, "secret.removed", "secret", name));
    });
    if (removed) caches_->sealed_secrets.drop(project);
    co_return removed;
}

Task<Result<std::map<std::string, Secret>>> ProjectService::open_environment_secrets(
    ProjectId project) {
    auto sealed = caches_->sealed_secrets.find(project);
    if (!sealed) {
        const auto ticket = caches_->sealed_secrets.ticket();
        ASSIGN_OR_CO_RETURN(auto rows, co_await database_.read([&](Connection& tx) {
            return store_.list_secrets(tx, project);
        }));
        sealed = std::make_shared<const std::vector<SealedEnvironmentSecret>>(std::move(rows));
        caches_->sealed_secrets.keep(project, sealed, ticket);
    }
    std::map<std::string, Secret> opened;
    if (sealed->empty()) co_return opened;
    ASSIGN_OR_CO_RETURN(const auto keys, co_await vault_.keys(project));
    for (const SealedEnvironmentSecret& row : *sealed) {
        ASSIGN_OR_CO_RETURN(opened[row.secret.name],
                            keys->open(secret_place(row.secret.id), row.sealed_value));
    }
    co_return opened;
}

Task<Result<AuditPage>> ProjectService::list_audit_events(ProjectId project,
                                                          std::optional<std::string> cursor,
                                                          int limit) {
    co_return co_await database_.read(
        [&](Connection& tx) { return audit_.list(tx, project, cursor, limit); });
}

}  // namespace tenon
