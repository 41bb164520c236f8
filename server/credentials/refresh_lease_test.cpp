#include "credentials/refresh_lease.h"

#include "credentials/testing.h"

namespace tenon {
namespace {

class RefreshLeaseTest : public CredentialsFixture {
 protected:
    void SetUp() override {
        CredentialsFixture::SetUp();
        credential = given_credential(vault, clock, secrets_with_tokens("access", "refresh"));
        ASSERT_TRUE(stored_with_owners(credential));
    }

    LeasedCredential look() {
        auto found = in_transaction(
            [&](Connection& tx) { return leases.find(tx, credential.project_id, credential.id); });
        return **found;
    }
    std::optional<LeaseKey> take(const LeasedCredential& seen, const std::string& owner) {
        return *in_transaction([&](Connection& tx) {
            return leases.take(tx, seen, owner, clock.now(), clock.now() + Seconds(120));
        });
    }
    bool store_tokens(const LeaseKey& key, std::string access_token) {
        Credential refreshed = credential;
        refreshed.sealed_secrets = "sealed " + access_token;
        refreshed.refreshed_at = clock.now();
        refreshed.expires_at = clock.now() + Seconds(60);
        return *in_transaction(
            [&](Connection& tx) { return leases.store_tokens(tx, key, refreshed); });
    }

    TestVault vault;
    Credential credential;
    CredentialStore credentials;
    RefreshLeaseStore leases;
};

TEST_P(RefreshLeaseTest, OneOfTwoTakesIt) {
    const auto seen = look();
    EXPECT_TRUE(seen.lease_owner.empty());
    const auto first = take(seen, "node a");
    ASSERT_TRUE(first);
    EXPECT_FALSE(take(seen, "node b"));
    EXPECT_EQ(look().lease_owner, "node a");
}

TEST_P(RefreshLeaseTest, TakingItMarksTheDoubt) {
    ASSERT_TRUE(take(look(), "node a"));
    const auto marked = look().credential;
    EXPECT_EQ(marked.refresh_in_doubt_since, clock.now());
    EXPECT_EQ(marked.refresh_in_doubt_attempts, 1);
    EXPECT_EQ(marked.refreshing_until, clock.now() + Seconds(120));
    const Timestamp first_doubt = clock.now();
    clock.advance(Seconds(200));
    ASSERT_TRUE(take(look(), "node b"));
    EXPECT_EQ(look().credential.refresh_in_doubt_since, first_doubt);
    EXPECT_EQ(look().credential.refresh_in_doubt_attempts, 2);
}

TEST_P(RefreshLeaseTest, ABeatKeepsAnObserverFromTakingOver) {
    const auto key = take(look(), "node a");
    const auto seen = look();
    EXPECT_TRUE(*in_transaction([&](Connection& tx) { return leases.beat(tx, *key); }));
    EXPECT_FALSE(take(seen, "node b"));
    EXPECT_TRUE(take(look(), "node b"));
    EXPECT_FALSE(*in_transaction([&](Connection& tx) { return leases.beat(tx, *key); }));
}

TEST_P(RefreshLeaseTest, NewTokensEndLeaseDoubtAndBackoff) {
    const auto key = take(look(), "node a");
    ASSERT_TRUE(store_tokens(*key, "new"));
    const auto stored = look();
    EXPECT_TRUE(stored.lease_owner.empty());
    EXPECT_EQ(stored.credential.version, credential.version + 1);
    EXPECT_EQ(stored.credential.sealed_secrets, "sealed new");
    EXPECT_FALSE(stored.credential.refresh_in_doubt_since);
    EXPECT_FALSE(stored.credential.refreshing_until);
    EXPECT_EQ(stored.credential.refresh_failures, 0);
    EXPECT_EQ(stored.credential.expires_at, clock.now() + Seconds(60));
}

TEST_P(RefreshLeaseTest, ALateResultIsNotWrittenOverANewerOne) {
    const auto late = take(look(), "node a");
    const auto newer = take(look(), "node b");
    ASSERT_TRUE(newer);
    EXPECT_FALSE(store_tokens(*late, "late"));
    EXPECT_TRUE(store_tokens(*newer, "newer"));
    EXPECT_FALSE(store_tokens(*late, "late"));
    EXPECT_EQ(look().credential.sealed_secrets, "sealed newer");
}

TEST_P(RefreshLeaseTest, AReconnectionFencesARunningRefresh) {
    const auto key = take(look(), "node a");
    Credential reconnected = credential;
    reconnected.sealed_secrets = "sealed by reconnection";
    const auto version =
        in_transaction([&](Connection& tx) { return credentials.replace(tx, reconnected); });
    EXPECT_EQ(*version, credential.version + 1);
    EXPECT_FALSE(store_tokens(*key, "late"));
    EXPECT_EQ(look().credential.sealed_secrets, "sealed by reconnection");
    EXPECT_FALSE(look().credential.refresh_in_doubt_since);
}

TEST_P(RefreshLeaseTest, AFailureKeepsTheTokenAndSaysWhenToTryAgain) {
    const auto key = take(look(), "node a");
    Credential failed = credential;
    failed.refresh_failures = 3;
    failed.refresh_not_before = clock.now() + Seconds(9);
    EXPECT_TRUE(
        *in_transaction([&](Connection& tx) { return leases.store_failure(tx, *key, failed); }));
    const auto stored = look();
    EXPECT_TRUE(stored.lease_owner.empty());
    EXPECT_EQ(stored.credential.version, credential.version);
    EXPECT_EQ(stored.credential.refresh_failures, 3);
    EXPECT_EQ(stored.credential.refresh_not_before, clock.now() + Seconds(9));
    EXPECT_FALSE(stored.credential.refresh_in_doubt_since);
    EXPECT_EQ(stored.credential.status, CredentialStatus::valid);
}

TEST_P(RefreshLeaseTest, BecomesInvalidOnce) {
    const auto key = take(look(), "node a");
    const auto invalidate = [&] {
        return *in_transaction([&](Connection& tx) {
            return leases.store_invalid(tx, *key, "invalid_grant", "Why.", clock.now());
        });
    };
    EXPECT_TRUE(invalidate());
    EXPECT_FALSE(invalidate());
    EXPECT_FALSE(*in_transaction([&](Connection& tx) {
        return leases.mark_invalid(tx, credential.project_id, credential.id, "x", "y", clock.now());
    }));
    EXPECT_EQ(look().credential.status, CredentialStatus::invalid);
    EXPECT_EQ(look().credential.invalid_code, "invalid_grant");
    EXPECT_EQ(look().credential.invalid_reason, "Why.");
}

TEST_P(RefreshLeaseTest, FindsIdleCredentialsThatCanBeRefreshed) {
    const auto find = [&] {
        return *in_transaction([&](Connection& tx) {
            return leases.find_idle(tx, clock.now() - Seconds(3600), clock.now(), 10);
        });
    };
    EXPECT_TRUE(find().empty());
    clock.advance(Seconds(3601));
    ASSERT_EQ(find().size(), 1U);
    EXPECT_EQ(find().front().id, credential.id);
    ASSERT_TRUE(in_transaction([&](Connection& tx) {
        return leases.mark_invalid(tx, credential.project_id, credential.id, "x", "y", clock.now());
    }));
    EXPECT_TRUE(find().empty());
}

TEST_P(RefreshLeaseTest, EndsTheLeasesOfAFormerLifeAndKeepsTheDoubt) {
    ASSERT_TRUE(take(look(), "node a"));
    EXPECT_EQ(*in_transaction([&](Connection& tx) { return leases.end_all(tx); }), 1);
    EXPECT_TRUE(look().lease_owner.empty());
    EXPECT_TRUE(look().credential.refresh_in_doubt_since);
}

INSTANTIATE_ON_BOTH_ENGINES(RefreshLeaseTest);

}  // namespace
}  // namespace tenon
