#include "credentials/refresh_policy.h"

#include <gtest/gtest.h>
#include <set>

namespace tenon {
namespace {

class RefreshPolicyTest : public ::testing::Test {
 protected:
    Credential with_lifetime(Seconds lifetime) {
        Credential credential;
        credential.id = CredentialId::random();
        credential.status = CredentialStatus::valid;
        credential.refreshed_at = clock.now();
        credential.expires_at = clock.now() + lifetime;
        return credential;
    }
    FakeClock clock;
    TokenCareOptions options;
};

TEST_F(RefreshPolicyTest, RefreshesAheadByTheShorterOfQuarterHourAndAFifth) {
    for (int i = 0; i < 200; ++i) {
        const auto hour = schedule_of(with_lifetime(Seconds(3600)), options);
        EXPECT_GE(*hour.refresh_at, clock.now() + Seconds(3600 - 720));
        EXPECT_LE(*hour.refresh_at, clock.now() + Seconds(3600 - 540));
        const auto day = schedule_of(with_lifetime(Seconds(86400)), options);
        EXPECT_GE(*day.refresh_at, clock.now() + Seconds(86400 - 900));
        EXPECT_LE(*day.refresh_at, clock.now() + Seconds(86400 - 675));
    }
}

TEST_F(RefreshPolicyTest, SpreadsAccountsThatWereConnectedTogether) {
    std::set<Timestamp> moments;
    for (int i = 0; i < 100; ++i) {
        moments.insert(*schedule_of(with_lifetime(Seconds(3600)), options).refresh_at);
    }
    EXPECT_GT(moments.size(), 50U);
}

TEST_F(RefreshPolicyTest, DoesNotRefreshShortTokensWithEachCall) {
    // A five-minute token is fresh for four minutes, where a fixed margin would never let it rest.
    const auto credential = with_lifetime(Seconds(300));
    EXPECT_EQ(token_state(credential, clock.now(), options), TokenState::fresh);
    EXPECT_EQ(token_state(credential, clock.now() + Seconds(239), options), TokenState::fresh);
    EXPECT_EQ(token_state(credential, clock.now() + Seconds(290), options), TokenState::due);
    EXPECT_EQ(token_state(credential, clock.now() + Seconds(296), options), TokenState::exhausted);
}

TEST_F(RefreshPolicyTest, NeverRefreshesAheadWithoutAnExpiry) {
    auto credential = with_lifetime(Seconds(1));
    credential.expires_at.reset();
    EXPECT_EQ(token_state(credential, clock.now() + Seconds(1'000'000'000), options),
              TokenState::fresh);
}

TEST_F(RefreshPolicyTest, ServesNothingThatIsNotValid) {
    auto credential = with_lifetime(Seconds(3600));
    credential.status = CredentialStatus::invalid;
    EXPECT_EQ(token_state(credential, clock.now(), options), TokenState::invalid);
    credential.status = CredentialStatus::pending;
    EXPECT_EQ(token_state(credential, clock.now(), options), TokenState::invalid);
}

TEST_F(RefreshPolicyTest, BacksOffExponentiallyWithJitterAndALimit) {
    const RefreshFailure failure{.code = "server_error"};
    const auto wait = [&](int failures, double random, TokenState state) {
        return retry_at(failures, failure, state, clock.now(), random, options) - clock.now();
    };
    EXPECT_EQ(wait(1, 0.999999, TokenState::due), Milliseconds(499));
    EXPECT_EQ(wait(1, 0, TokenState::due), Milliseconds(250));
    EXPECT_EQ(wait(4, 0, TokenState::due), Milliseconds(2000));
    EXPECT_EQ(wait(500, 0, TokenState::due), Milliseconds(30'000));
    // Without a token: at most two tries a second, and soon again when the provider is well.
    EXPECT_GE(wait(1, 0, TokenState::exhausted), Milliseconds(500));
    EXPECT_LE(wait(500, 0.99, TokenState::exhausted), Milliseconds(4'000));
}

TEST_F(RefreshPolicyTest, HonoursRetryAfterWithinALimit) {
    RefreshFailure failure{.code = "rate_limited", .retry_after = Seconds(77)};
    EXPECT_EQ(retry_at(1, failure, TokenState::exhausted, clock.now(), 0.5, options),
              clock.now() + Seconds(77));
    failure.retry_after = Seconds(1'000'000);
    EXPECT_EQ(retry_at(1, failure, TokenState::due, clock.now(), 0.5, options),
              clock.now() + options.retry_after_max);
}

TEST_F(RefreshPolicyTest, TellsALostAnswerFromARevokedGrant) {
    const RefreshFailure dead{.permanent = true, .code = "invalid_grant", .message = "Revoked."};
    EXPECT_EQ(cause_of(dead, false).code, "invalid_grant");
    EXPECT_EQ(cause_of(dead, true).code, "refresh_lost");
    const RefreshFailure client{.permanent = true, .code = "invalid_client", .message = "No."};
    EXPECT_EQ(cause_of(client, true).code, "invalid_client");
}

}  // namespace
}  // namespace tenon
