// A refresh that is cut short, lost, overtaken or crossed by something else: nothing is sent twice
// without need, nothing newer is overwritten, and nobody waits for ever.
#include "credentials/token_care_fixture.h"

namespace tenon {
namespace {

class TokenCareCrashTest : public TokenCareTest {};

TEST_P(TokenCareCrashTest, AfterACrashTheOldTokenIsTriedOnceMore) {
    expire_token();
    given_dead_holder();
    clock.advance(Seconds(121));
    EXPECT_EQ(fresh(), "access 1");
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_FALSE(stored().credential.refresh_in_doubt_since);
}

TEST_P(TokenCareCrashTest, AfterACrashARefusedTokenMeansReconnectWithTheReason) {
    refresher.script = [](int, const LiveCredential&) { return fails(kDead); };
    expire_token();
    given_dead_holder();
    clock.advance(Seconds(121));
    EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(refresher.calls, 1);
    EXPECT_EQ(stored().credential.invalid_code, "refresh_lost");
    EXPECT_EQ(invalidated, std::vector<std::string>{"refresh_lost"});
}

TEST_P(TokenCareCrashTest, ALostAnswerStaysInDoubt) {
    refresher.script = [](int call, const LiveCredential& old) {
        if (call == 1) {
            return fails({.code = "timeout", .message = "No answer.", .outcome_unknown = true});
        }
        return call == 2 ? fails(kDead) : tokens(old, "x", "y", std::nullopt);
    };
    expire_token();
    EXPECT_EQ(fresh(), "token.refresh_failed");
    EXPECT_TRUE(stored().credential.refresh_in_doubt_since);
    clock.advance(Seconds(5));
    EXPECT_EQ(fresh(), "credential.invalid");
    EXPECT_EQ(stored().credential.invalid_code, "refresh_lost");
    EXPECT_EQ(refresher.calls, 2);
}

TEST_P(TokenCareCrashTest, ARestartedOwnerOfTheDatabaseDoesNotWaitForItsFormerLife) {
    expire_token();
    given_dead_holder();
    EXPECT_EQ(*run_drained(care->end_former_leases()), 1);
    EXPECT_EQ(fresh(), "access 1");
}

TEST_P(TokenCareCrashTest, ASilentHolderIsTakenOver) {
    expire_token();
    given_dead_holder();
    // The holder's clock may be far ahead; only the observer's own counts.
    struct Passing {
        static Task<std::string> time(TokenCareCrashTest& test) {
            EventLoop::current()->spawn(advance(test));
            const auto live =
                co_await test.care->fresh(test.credential.project_id, test.credential.id);
            co_return live ? std::string((*live)->secrets.access_token.reveal())
                           : live.error().code;
        }
        static Task<void> advance(TokenCareCrashTest& test) {
            // Step by step: the silence counts from the observer's first look, whenever that is.
            // The lease itself, 120 s, does not run out.
            for (int second = 0; second < 100 && test.refresher.calls == 0; ++second) {
                co_await sleep_for(Milliseconds(20));
                EXPECT_TRUE(second > 24 || test.refresher.calls == 0) << second;
                test.pass(Seconds(1));
            }
        }
    };
    EXPECT_EQ(run_drained(Passing::time(*this)), "access 1");
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareCrashTest, ALateAnswerIsNotWrittenOverANewerOne) {
    expire_token();
    const auto late = given_dead_holder();
    clock.advance(Seconds(121));
    ASSERT_EQ(fresh(), "access 1");
    Credential late_result = credential;
    late_result.sealed_secrets = "late";
    EXPECT_FALSE(*in_transaction(
        [&](Connection& tx) { return leases.store_tokens(tx, late, late_result); }));
    EXPECT_EQ(stored_refresh_token(), "refresh 1");
}

TEST_P(TokenCareCrashTest, ADeletionInMidRefreshIsNotUndone) {
    expire_token();
    refresher.meanwhile = [this]() -> Task<void> {
        const auto removed = co_await database().write([this](Connection& tx) {
            return credentials.remove(tx, credential.project_id, credential.id);
        });
        EXPECT_TRUE(*removed);
    };
    EXPECT_EQ(fresh(), "not_found");
    EXPECT_FALSE(*in_transaction([&](Connection& tx) {
        return credentials.find(tx, credential.project_id, credential.id);
    }));
    EXPECT_TRUE(invalidated.empty());
}

TEST_P(TokenCareCrashTest, AReconnectionInMidRefreshIsNotOverwritten) {
    expire_token();
    refresher.meanwhile = [this]() -> Task<void> {
        Credential reconnected = credential;
        reconnected.sealed_secrets =
            vault.cached_keys(credential.project_id)
                ->seal(seal_context(credential.id),
                       secrets_with_tokens("reconnected", "refresh r").to_json());
        reconnected.refreshed_at = clock.now();
        reconnected.expires_at = clock.now() + Seconds(3600);
        const auto replaced = co_await database().write(
            [&](Connection& tx) { return credentials.replace(tx, reconnected); });
        EXPECT_TRUE(replaced);
        care->forget(credential.id);
    };
    EXPECT_EQ(fresh(), "reconnected");
    EXPECT_EQ(stored_refresh_token(), "refresh r");
    EXPECT_EQ(refresher.calls, 1);
}

TEST_P(TokenCareCrashTest, ARefusalThatCrossesAReconnectionDoesNotKillIt) {
    expire_token();
    refresher.script = [](int, const LiveCredential&) { return fails(kDead); };
    refresher.meanwhile = [this]() -> Task<void> {
        Credential reconnected = credential;
        reconnected.refreshed_at = clock.now();
        reconnected.expires_at = clock.now() + Seconds(3600);
        const auto replaced = co_await database().write(
            [&](Connection& tx) { return credentials.replace(tx, reconnected); });
        EXPECT_TRUE(replaced);
    };
    EXPECT_EQ(fresh(), "access 0");
    EXPECT_EQ(stored().credential.status, CredentialStatus::valid);
    EXPECT_TRUE(invalidated.empty());
}

INSTANTIATE_ON_BOTH_ENGINES(TokenCareCrashTest);

}  // namespace
}  // namespace tenon
