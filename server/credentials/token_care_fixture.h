// For tests only: a credential whose token is good for an hour, kept by a TokenCare that asks a
// scripted refresher.
#pragma once

#include <mutex>

#include "credentials/live_token_care.h"
#include "credentials/testing.h"

namespace tenon {

inline RefreshAnswer tokens(const LiveCredential& old, std::string access_token,
                            std::string refresh_token, std::optional<Timestamp> expires_at) {
    RefreshedTokens refreshed;
    refreshed.secrets = old.secrets;
    refreshed.secrets.access_token = Secret(std::move(access_token));
    refreshed.secrets.refresh_token = Secret(std::move(refresh_token));
    refreshed.expires_at = expires_at;
    return refreshed;
}

inline RefreshAnswer fails(RefreshFailure failure) { return tl::unexpected(std::move(failure)); }

inline const RefreshFailure kDead{
    .permanent = true, .code = "invalid_grant", .message = "Revoked."};
inline const RefreshFailure kAway{.code = "server_error", .message = "HTTP 503."};

class TokenCareTest : public CredentialsFixture {
 public:
    void SetUp() override {
        CredentialsFixture::SetUp();
        credential = given_credential(vault, clock, secrets_with_tokens("access 0", "refresh 0"));
        credential.expires_at = clock.now() + Seconds(3600);
        ASSERT_TRUE(stored_with_owners(credential));
        care = make_care();
    }

    std::unique_ptr<TokenCare> make_care() {
        auto made =
            make_token_care({.database = database(),
                             .vault = vault,
                             .refresher = refresher,
                             .clock = clock,
                             .metrics = metrics,
                             .find_integration = [](ProjectId, IntegrationId) { return find(); },
                             .on_invalidated =
                                 [this](const Credential& c) {
                                     const std::lock_guard lock(mutex);
                                     invalidated.push_back(c.invalid_code);
                                 }},
                            {.poll_first = Milliseconds(1), .poll_max = Milliseconds(5)});
        return std::move(*made);
    }
    static Task<Result<std::shared_ptr<const Integration>>> find() {
        co_return std::make_shared<const Integration>();
    }

    // The access token that a caller gets, or the error's code.
    std::string fresh(TokenCare& by) {
        const auto live = run_drained(by.fresh(credential.project_id, credential.id));
        return live ? std::string((*live)->secrets.access_token.reveal()) : live.error().code;
    }
    std::string fresh() { return fresh(*care); }
    Result<std::shared_ptr<const LiveCredential>> after_401(std::int64_t seen_version) {
        return run_drained(
            care->refresh_after_401(credential.project_id, credential.id, seen_version));
    }
    LeasedCredential stored() {
        return **in_transaction(
            [&](Connection& tx) { return leases.find(tx, credential.project_id, credential.id); });
    }
    std::string stored_refresh_token() {
        const auto row = stored().credential;
        const auto text =
            vault.cached_keys(row.project_id)->open(seal_context(row.id), row.sealed_secrets);
        return std::string(CredentialSecrets::from_json(*text)->refresh_token.reveal());
    }
    // As a process leaves it that was killed while its token request was on the way.
    LeaseKey given_dead_holder() {
        return **in_transaction([&](Connection& tx) -> Result<std::optional<LeaseKey>> {
            ASSIGN_OR_RETURN(const auto seen,
                             leases.find(tx, credential.project_id, credential.id));
            return leases.take(tx, *seen, "dead process", clock.now(), clock.now() + Seconds(120));
        });
    }
    void pass(Milliseconds time) { clock.advance(time); }
    void expire_token() { clock.advance(Seconds(3600)); }

    TestVault vault;
    Metrics metrics;
    std::mutex mutex;
    std::vector<std::string> invalidated;
    CredentialStore credentials;
    RefreshLeaseStore leases;
    Credential credential;
    // New tokens, numbered by call, good for an hour.
    ScriptedRefresher refresher{[this](int call, const LiveCredential& old) {
        const auto number = std::to_string(call);
        return tokens(old, "access " + number, "refresh " + number, clock.now() + Seconds(3600));
    }};
    std::unique_ptr<TokenCare> care;
};

}  // namespace tenon
