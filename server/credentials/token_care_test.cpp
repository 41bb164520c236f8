// Token care on both engines: what callers see, how often the provider is asked, and what is
// stored.
#include "credentials/token_care_fixture.h"

namespace tenon {
namespace {

TEST_P(TokenCareTest, ServesAFreshTokenWithoutAskingTheProvider) {
    EXPECT_EQ(care->cached(credential.project_id, credential.id), nullptr);
    EXPECT_EQ(fresh(), "access 0");
    const auto cached = care->cached(credential.project_id, credential.id);
    ASSERT_NE(cached, nullptr);
    EXPECT_EQ(cached->secrets.access_token.reveal(), "access 0");
    EXPECT_EQ(refresher.calls, 0);
}

TEST_P(TokenCareTest, AnswersAForeignIdAsAMissingOne) {
    ASSERT_EQ(fresh(), "access 0");
    const auto other = ProjectId::random();
    EXPECT_EQ(care->cached(other, credential.id), nullptr);
    const auto foreign = run_drained(care->fresh(other, credential.id));
    const auto missing = run_drained(care->fresh(other, CredentialId::random()));
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, "not_found");
    EXPECT_EQ(foreign.error().message, missing.error().message);
    EXPECT_EQ(run_drained(care->refresh_after_401(other, credential.id, 1)).error().code,
              "not_found");
    EXPECT_EQ(refresher.calls, 0);
}

TEST_P(TokenCareTest, RefreshesAnExpiredTokenBeforeServing) {
    expire_token();
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_EQ(stored_refresh_token(), "refresh 1");
    EXPECT_EQ(stored().credential.version, 2);
    EXPECT_TRUE(stored().lease_owner.empty());
    EXPECT_FALSE(stored().credential.refresh_in_doubt_since);
}

TEST_P(TokenCareTest, StoresTheNewTokenBeforeACallerSeesIt) {
    expire_token();
    refresher.script = [this](int, const LiveCredential& old) {
        // While the request is on the way the doubt is durable.
        return tokens(old, "access 1", "refresh 1", clock.now() + Seconds(3600));
    };
    refresher.meanwhile = [this]() -> Task<void> {
        const auto row = co_await database().read([this](Connection& tx) {
            return leases.find(tx, credential.project_id, credential.id);
        });
        EXPECT_TRUE((*row)->credential.refresh_in_doubt_since);
        EXPECT_EQ((*row)->credential.version, 1);
    };
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(stored_refresh_token(), "refresh 1");
}

TEST_P(TokenCareTest, ServesTheOldTokenWhileItIsRefreshedAhead) {
    ASSERT_EQ(fresh(), "access 0");
    clock.advance(Seconds(3590));
    EXPECT_EQ(fresh(),
              "access 0");  // and a refresh began in the background, which run_drained awaits
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, ServesTheOldTokenWhenARefreshAheadFails) {
    refresher.script = [](int, const LiveCredential&) { return fails(kAway); };
    clock.advance(Seconds(3590));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(fresh(), "access 0");
    EXPECT_EQ(refresher.calls, 1);  // the others found the backoff
    EXPECT_EQ(stored().credential.status, CredentialStatus::valid);
    EXPECT_EQ(stored().credential.refresh_failures, 1);
    EXPECT_TRUE(invalidated.empty());
}

TEST_P(TokenCareTest, NeverRefreshesAheadWithoutAKnownExpiry) {
    refresher.script = [](int, const LiveCredential& old) {
        return tokens(old, "access 1", "refresh 1", std::nullopt);
    };
    expire_token();
    ASSERT_EQ(fresh(), "access 1");
    clock.advance(Seconds(100L * 24 * 3600));
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, AThousandCallersMakeOneRefresh) {
    expire_token();
    std::atomic<int> started = 0;
    std::atomic<int> served = 0;
    refresher.wait = [&] { return started < 1000; };
    struct Caller {
        static Task<void> call(TokenCareTest& test, std::atomic<int>& started,
                               std::atomic<int>& served) {
            ++started;
            const auto live =
                co_await test.care->fresh(test.credential.project_id, test.credential.id);
            if (live && (*live)->secrets.access_token.reveal() == "access 1") ++served;
        }
    };
    run_on_many_loops(4, 1000, [&] { return Caller::call(*this, started, served); });
    EXPECT_EQ(served, 1000);
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, TwoProcessesMakeOneRefresh) {
    expire_token();
    const auto other = make_care();
    std::atomic<int> started = 0;
    std::atomic<int> served = 0;
    refresher.wait = [&] { return started < 200; };
    struct Caller {
        static Task<void> call(TokenCareTest& test, TokenCare& by, std::atomic<int>& started,
                               std::atomic<int>& served) {
            ++started;
            const auto live = co_await by.fresh(test.credential.project_id, test.credential.id);
            if (live && (*live)->secrets.access_token.reveal() == "access 1") ++served;
        }
    };
    std::atomic<int> turn = 0;
    run_on_many_loops(2, 200, [&] {
        return Caller::call(*this, ++turn % 2 == 0 ? *care : *other, started, served);
    });
    EXPECT_EQ(served, 200);
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, AnotherProcessServesAValidTokenMeanwhile) {
    clock.advance(Seconds(3590));
    given_dead_holder();
    EXPECT_EQ(fresh(), "access 0");
    EXPECT_EQ(refresher.calls, 0);
}

TEST_P(TokenCareTest, ADeadGrantMakesTheCredentialInvalidAtOnceAndOnce) {
    refresher.script = [](int, const LiveCredential&) { return fails(kDead); };
    expire_token();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(fresh(*make_care()), "credential.invalid");
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_EQ(invalidated, std::vector<std::string>{"invalid_grant"});
    EXPECT_EQ(stored().credential.status, CredentialStatus::invalid);
    const auto error = run_drained(care->fresh(credential.project_id, credential.id)).error();
    EXPECT_EQ(error.kind, ErrorKind::unprocessable);
    EXPECT_NE(error.message.find("Revoked."), std::string::npos);
    EXPECT_EQ(error.message.find("refresh 0"), std::string::npos);
}

TEST_P(TokenCareTest, ADeadGrantIsToldEvenWhileTheTokenIsValid) {
    refresher.script = [](int, const LiveCredential&) { return fails(kDead); };
    clock.advance(Seconds(3590));
    EXPECT_EQ(fresh(), "access 0");
    EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_EQ(invalidated.size(), 1U);
}

TEST_P(TokenCareTest, ATransientFailureBacksOffAndRecovers) {
    std::atomic<bool> is_well = false;
    refresher.script = [&](int call, const LiveCredential& old) {
        if (!is_well) return fails(kAway);
        return tokens(old, "access " + std::to_string(call), "refresh 1",
                      clock.now() + Seconds(3600));
    };
    expire_token();
    // 503 for four seconds under steady callers.
    for (int i = 0; i < 400; ++i) {
        EXPECT_EQ(fresh(), "token.refresh_failed");
        clock.advance(Milliseconds(10));
    }
    EXPECT_LE(refresher.calls, 8);
    EXPECT_GE(refresher.calls, 2);
    is_well = true;
    clock.advance(Seconds(5));
    EXPECT_EQ(fresh().substr(0, 6), "access");
    EXPECT_EQ(stored().credential.refresh_failures, 0);
    EXPECT_TRUE(invalidated.empty());
}

TEST_P(TokenCareTest, WaitsAsLongAsTheTokenEndpointAsks) {
    refresher.script = [](int, const LiveCredential&) {
        return fails({.code = "rate_limited", .message = "Slow down.", .retry_after = Seconds(30)});
    };
    expire_token();
    const auto refused = run_drained(care->fresh(credential.project_id, credential.id));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(refused.error().retry_after, Seconds(30));
    clock.advance(Seconds(29));
    EXPECT_EQ(fresh(), "token.refresh_failed");
    EXPECT_EQ(refresher.calls, 1);
    clock.advance(Seconds(1));
    EXPECT_EQ(fresh(), "token.refresh_failed");
    EXPECT_EQ(refresher.calls, 2);
}

TEST_P(TokenCareTest, AFaultOfOurOwnIsNotTheCredentials) {
    expire_token();
    struct Faulty final : CredentialRefresher {
        bool can_refresh(const Integration&, const LiveCredential&) const override { return true; }
        Task<Result<RefreshAnswer>> refresh(const Integration&, const LiveCredential&) override {
            co_return Error{ErrorKind::invalid_input, "template.value_missing",
                            "inputs.x is missing."};
        }
    } faulty;
    auto by = make_token_care({database(), vault, faulty, clock, metrics,
                               [](ProjectId, IntegrationId) { return find(); }});
    EXPECT_EQ(fresh(**by), "token.refresh_failed");
    EXPECT_EQ(stored().credential.status, CredentialStatus::valid);
    EXPECT_FALSE(stored().credential.refresh_in_doubt_since);
}

TEST_P(TokenCareTest, AnExpiredTokenWithoutMeansOfRefreshIsInvalid) {
    credential = given_credential(vault, clock, secrets_with_tokens("access 0", ""));
    credential.expires_at = clock.now() + Seconds(60);
    ASSERT_TRUE(stored_with_owners(credential));
    EXPECT_EQ(fresh(), "access 0");
    clock.advance(Seconds(53));
    EXPECT_EQ(fresh(), "access 0");
    clock.advance(Seconds(10));
    EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(invalidated, std::vector<std::string>{"token_expired"});
    EXPECT_EQ(refresher.calls, 0);
}

// ---- a provider's 401 ----

TEST_P(TokenCareTest, A401ForcesOneRefresh) {
    const auto live = after_401(1);
    ASSERT_TRUE(live);
    EXPECT_EQ((*live)->record.version, 2);
    EXPECT_EQ((*live)->secrets.access_token.reveal(), "access 1");
    // Others that saw the same 401 take what is stored.
    EXPECT_EQ((*after_401(1))->record.version, 2);
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, Many401sAtOnceForceOneRefresh) {
    std::atomic<int> started = 0;
    std::atomic<int> served = 0;
    refresher.wait = [&] { return started < 100; };
    struct Caller {
        static Task<void> call(TokenCareTest& test, std::atomic<int>& started,
                               std::atomic<int>& served) {
            ++started;
            const auto live = co_await test.care->refresh_after_401(test.credential.project_id,
                                                                    test.credential.id, 1);
            if (live && (*live)->record.version == 2) ++served;
        }
    };
    run_on_many_loops(2, 100, [&] { return Caller::call(*this, started, served); });
    EXPECT_EQ(served, 100);
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareTest, AProviderThatRefusesEveryTokenDoesNotSpendOneWithEachCall) {
    std::int64_t version = 1;
    for (int i = 0; i < 100; ++i) {
        const auto live = after_401(version);
        ASSERT_TRUE(live);
        version = (*live)->record.version;
        clock.advance(Milliseconds(100));
    }
    EXPECT_LE(refresher.calls, 9);
}

TEST_P(TokenCareTest, A401ForAKeyThatCannotBeRefreshedIsAnErrorAndNoVerdict) {
    credential = given_credential(vault, clock, secrets_with_tokens("key", ""));
    ASSERT_TRUE(stored_with_owners(credential));
    const auto refused = after_401(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "credential.invalid");
    EXPECT_EQ(stored().credential.status, CredentialStatus::valid);
}

// ---- memory ----

TEST_P(TokenCareTest, ForgetsOnDemandAndWhenIdle) {
    ASSERT_EQ(fresh(), "access 0");
    care->forget(credential.id);
    EXPECT_EQ(care->cached(credential.project_id, credential.id), nullptr);
    ASSERT_EQ(fresh(), "access 0");
    clock.advance(Seconds(61));
    EXPECT_EQ(care->cached(credential.project_id, credential.id), nullptr);
}

TEST_P(TokenCareTest, SeesAnotherProcessesReconnection) {
    ASSERT_EQ(fresh(), "access 0");
    Credential reconnected = credential;
    reconnected.sealed_secrets =
        vault.cached_keys(credential.project_id)
            ->seal(seal_context(credential.id), secrets_with_tokens("reconnected", "r").to_json());
    ASSERT_TRUE(
        in_transaction([&](Connection& tx) { return credentials.replace(tx, reconnected); }));
    EXPECT_EQ(fresh(), "access 0");  // from memory
    clock.advance(Seconds(10));
    EXPECT_EQ(fresh(), "access 0");  // and the row is compared in the background
    EXPECT_EQ(fresh(), "reconnected");
}

TEST_P(TokenCareTest, MarksACredentialInvalidOnceWhoeverFoundOut) {
    ASSERT_EQ(fresh(), "access 0");
    const auto mark = [&] {
        return run_drained(
            care->mark_invalid(credential.project_id, credential.id, "revoked", "Was revoked."));
    };
    EXPECT_TRUE(mark());
    EXPECT_TRUE(mark());
    EXPECT_EQ(invalidated, std::vector<std::string>{"revoked"});
    EXPECT_EQ(fresh(), "credential.invalid");
    const auto foreign = run_drained(
        care->mark_invalid(ProjectId::random(), credential.id, "revoked", "Was revoked."));
    EXPECT_EQ(foreign.error().code, "not_found");
}

TEST_P(TokenCareTest, RefreshesIdleCredentials) {
    EXPECT_EQ(*run_drained(care->refresh_idle(10)), 0);
    clock.advance(Seconds(25 * 3600));
    EXPECT_EQ(*run_drained(care->refresh_idle(10)), 1);
    EXPECT_EQ(stored_refresh_token(), "refresh 1");
    EXPECT_EQ(*run_drained(care->refresh_idle(10)), 0);
    EXPECT_EQ(refresher.calls, 1);
}

TEST(TokenCareOptionsTest, RefusesALeaseThatEndsBeforeTheTokenRequest) {
    // The references are not touched before the options were judged.
    TestVault vault;
    FakeClock clock;
    Metrics metrics;
    ScriptedRefresher refresher{{}};
    const TestDatabase database(Engine::sqlite);
    const auto made = make_token_care(
        {const_cast<TestDatabase&>(database).get(), vault, refresher, clock, metrics, {}},
        {.lease = Seconds(60), .token_request_timeout = Seconds(60)});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "token_care.options");
}

INSTANTIATE_ON_BOTH_ENGINES(TokenCareTest);

}  // namespace
}  // namespace tenon
