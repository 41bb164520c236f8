#include "credentials/selection.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

Credential account(std::string external_id) {
    Credential credential;
    credential.id = CredentialId::random();
    credential.external_id = std::move(external_id);
    return credential;
}

TEST(SelectCredentialTest, TakesIdsAndExternalIds) {
    const std::string uuid_like = Uuid::random().str();
    const std::vector<Credential> list = {account(""), account("team-a"), account(uuid_like)};
    EXPECT_EQ(select_credential(list, ""), &list[0]);
    EXPECT_EQ(select_credential(list, list[1].id.str()), &list[1]);
    EXPECT_EQ(select_credential(list, "team-a"), &list[1]);
    EXPECT_EQ(select_credential(list, "ext:team-a"), &list[1]);
    EXPECT_EQ(select_credential(list, uuid_like), &list[2]);
    EXPECT_EQ(select_credential(list, "ext:" + list[1].id.str()), nullptr);
    EXPECT_EQ(select_credential(list, "ext:"), nullptr);
    EXPECT_EQ(select_credential(list, CredentialId::random().str()), nullptr);
    EXPECT_EQ(select_credential({}, ""), nullptr);
}

TEST(SelectionCacheTest, KeepsAChoiceForItsLifeAndForgetsOnChange) {
    FakeClock clock;
    SelectionCache cache(Seconds(10), 100);
    const auto user = UserId::random();
    const auto integration = IntegrationId::random();
    const auto credential = CredentialId::random();
    cache.put(user, integration, "team", credential, clock.steady_now());
    EXPECT_EQ(cache.find(user, integration, "team", clock.steady_now()), credential);
    EXPECT_FALSE(cache.find(user, integration, "", clock.steady_now()));
    EXPECT_FALSE(cache.find(user, IntegrationId::random(), "team", clock.steady_now()));
    EXPECT_FALSE(cache.find(UserId::random(), integration, "team", clock.steady_now()));
    clock.advance(Seconds(10));
    EXPECT_FALSE(cache.find(user, integration, "team", clock.steady_now()));
    cache.put(user, integration, "team", credential, clock.steady_now());
    cache.forget(user);
    EXPECT_FALSE(cache.find(user, integration, "team", clock.steady_now()));
}

TEST(SelectionCacheTest, StaysBounded) {
    FakeClock clock;
    SelectionCache cache(Seconds(10), 32);
    const auto integration = IntegrationId::random();
    std::vector<UserId> users;
    for (int i = 0; i < 1000; ++i) {
        users.push_back(UserId::random());
        cache.put(users.back(), integration, "", CredentialId::random(), clock.steady_now());
    }
    int kept = 0;
    for (const auto& user : users)
        kept += cache.find(user, integration, "", clock.steady_now()) ? 1 : 0;
    EXPECT_LE(kept, 32);
    EXPECT_GE(kept, 16);
}

}  // namespace
}  // namespace tenon
