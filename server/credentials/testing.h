// For tests only: a vault with one key, credentials with defaults, a refresher that plays a script,
// and a way to run a task until everything that it began in the background has ended.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "credentials/credential_rules.h"
#include "credentials/credential_service.h"
#include "credentials/credential_store.h"
#include "credentials/token_care.h"
#include "embedded/credentials_migrations.h"
#include "embedded/integrations_migrations.h"
#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "platform/crypto/aead.h"
#include "platform/scheduling/event_loop.h"
#include "platform/storage/testing.h"
#include "projects/vault.h"

namespace tenon {

// Seals with a key of its own that dies with the object.
class TestVault final : public Vault {
 public:
    Task<Result<std::shared_ptr<const ProjectKeys>>> keys(ProjectId project) override {
        co_return cached_keys(project);
    }
    std::shared_ptr<const ProjectKeys> cached_keys(ProjectId project) const override {
        return std::make_shared<Keys>(project, key_);
    }

 private:
    class Keys final : public ProjectKeys {
     public:
        Keys(ProjectId project, const AeadKey& key) : project_(project), key_(key) {}
        ProjectId project_id() const override { return project_; }
        std::string seal(const SealContext& context, const Secret& value) const override {
            return aead_seal(key_, value.reveal(), text_of(context));
        }
        Result<Secret> open(const SealContext& context, std::string_view sealed) const override {
            return aead_open(key_, sealed, text_of(context));
        }
        std::string fingerprint(const SealContext&, const Secret&) const override { return {}; }

     private:
        std::string text_of(const SealContext& context) const {
            return project_.str() + "/" + std::string(context.table) + "/" + context.row_id + "/" +
                   std::string(context.column);
        }
        ProjectId project_;
        AeadKey key_;
    };
    AeadKey key_ = AeadKey::random();
};

inline CredentialSecrets secrets_with_tokens(std::string access_token, std::string refresh_token) {
    CredentialSecrets secrets;
    secrets.access_token = Secret(std::move(access_token));
    secrets.refresh_token = Secret(std::move(refresh_token));
    return secrets;
}

// A valid credential of nobody in particular, sealed for `vault`; fit for CredentialStore::insert.
inline Credential given_credential(const Vault& vault, const Clock& clock,
                                   const CredentialSecrets& secrets) {
    Credential credential;
    credential.id = CredentialId::random();
    credential.project_id = ProjectId::random();
    credential.integration_id = IntegrationId::random();
    credential.user_id = UserId::random();
    credential.status = CredentialStatus::valid;
    credential.created_at = credential.updated_at = clock.now();
    credential.refreshed_at = clock.now();
    credential.has_refresh_token = !secrets.refresh_token.empty();
    credential.sealed_secrets = vault.cached_keys(credential.project_id)
                                    ->seal(seal_context(credential.id), secrets.to_json());
    return credential;
}

// The tables of credentials and of those they belong to.
class CredentialsFixture : public StoreFixture {
 public:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        migrate_with("users", embedded::users_migrations());
        migrate_with("integrations", embedded::integrations_migrations());
        migrate_with("credentials", embedded::credentials_migrations());
    }

    // Makes the project, user and integration that are not there yet; ids are all that counts here.
    void given_owners(ProjectId project, UserId user, IntegrationId integration) {
        const Ok made = in_transaction([&](Connection& tx) -> Ok {
            RETURN_IF_ERROR(tx.execute(
                "INSERT INTO projects (id, name, allowed_origins, created_at, updated_at)"
                " VALUES ($1, 'P', '[]', 0, 0) ON CONFLICT DO NOTHING",
                {project.str()}));
            RETURN_IF_ERROR(tx.execute(
                "INSERT INTO users (project_id, id, external_id, meta, search_text, disabled,"
                " created_at, last_active_at) VALUES ($1, $2, $2, '{}', '', 0, 0, 0)"
                " ON CONFLICT DO NOTHING",
                {project.str(), user.str()}));
            RETURN_IF_ERROR(
                tx.execute("INSERT INTO integrations (project_id, id, slug, name, status, revision,"
                           " definition, icon, sealed_client_secret, created_at, updated_at)"
                           " VALUES ($1, $2, $2, 'I', 'active', 1, '{}', '', $3, 0, 0)"
                           " ON CONFLICT DO NOTHING",
                           {project.str(), integration.str(), Bytes{}}));
            return {};
        });
        EXPECT_TRUE(made) << made.error().message;
    }
    void given_owners_of(const Credential& c) {
        given_owners(c.project_id, c.user_id, c.integration_id);
    }
    Ok stored_with_owners(const Credential& credential, std::string_view slot = "single") {
        given_owners_of(credential);
        return in_transaction(
            [&](Connection& tx) { return CredentialStore().insert(tx, credential, slot); });
    }
};

// Awaits `task`, then the end of everything else on the loop.
template <class T>
Task<T> drained(Task<T> task) {
    T value = co_await std::move(task);
    while (EventLoop::current()->spawned_count() > 1) co_await sleep_for(Milliseconds(1));
    co_return value;
}

// run_task() that leaves nothing behind.
template <class T>
T run_drained(Task<T> task) {
    return run_task(drained(std::move(task)));
}

// Runs `callers` tasks made by `make`, spread over `threads` event loops, all at once.
template <class Fn>
void run_on_many_loops(int threads, int callers, Fn make) {
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([=] {
            EventLoop loop;
            loop.post([&loop, make, callers, threads, t] {
                for (int c = t; c < callers; c += threads) loop.spawn(make());
                struct Stop {
                    static Task<void> when_alone(EventLoop& alone) {
                        while (alone.spawned_count() > 1) co_await sleep_for(Milliseconds(1));
                        alone.stop();
                    }
                };
                loop.spawn(Stop::when_alone(loop));
            });
            loop.run();
        });
    }
    for (auto& thread : running) thread.join();
}

using RefreshAnswer = tl::expected<RefreshedTokens, RefreshFailure>;

// Plays `script` for each refresh; the call's number begins with 1.
class ScriptedRefresher final : public CredentialRefresher {
 public:
    using Script = std::function<RefreshAnswer(int call, const LiveCredential& credential)>;
    explicit ScriptedRefresher(Script s) : script(std::move(s)) {}

    bool can_refresh(const Integration&, const LiveCredential& credential) const override {
        return !credential.secrets.refresh_token.empty();
    }
    Task<Result<RefreshAnswer>> refresh(const Integration&,
                                        const LiveCredential& credential) override {
        const int call = ++calls;
        while (wait && wait()) co_await sleep_for(Milliseconds(1));
        if (meanwhile) co_await meanwhile();
        co_return script(call, credential);
    }

    Script script;
    std::function<bool()> wait;             // answers once this says no
    std::function<Task<void>()> meanwhile;  // something that happens meanwhile
    std::atomic<int> calls = 0;
};

// Remembers what was forgotten; nothing here needs a token.
class RecordingTokenCare final : public TokenCare {
 public:
    using Live = Result<std::shared_ptr<const LiveCredential>>;
    Task<Live> fresh(ProjectId, CredentialId) override { co_return Error::not_found("Credential"); }
    Task<Live> refresh_after_401(ProjectId, CredentialId, std::int64_t) override {
        co_return Error::not_found("Credential");
    }
    std::shared_ptr<const LiveCredential> cached(ProjectId, CredentialId) override { return {}; }
    void forget(CredentialId id) override { forgotten.push_back(id); }
    Task<Ok> mark_invalid(ProjectId, CredentialId, std::string, std::string) override {
        co_return Ok();
    }
    Task<Result<int>> refresh_idle(int) override { co_return 0; }
    Task<Result<int>> end_former_leases() override { co_return 0; }

    std::vector<CredentialId> forgotten;
};

}  // namespace tenon
