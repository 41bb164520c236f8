// From token to session: what is accepted, what is refused alike, and when the cache forgets.
#include "users/user_authenticator.h"

#include <gtest/gtest.h>

#include "embedded/projects_migrations.h"
#include "embedded/users_migrations.h"
#include "platform/storage/testing.h"
#include "projects/vault.h"

namespace tenon {
namespace {

using Session = std::shared_ptr<const UserSession>;

class UserAuthenticatorTest : public StoreFixture {
 protected:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        migrate_with("users", embedded::users_migrations());
        vault_ = make_vault(database(), MasterKeys::random(), clock);
        projects_ = std::make_unique<ProjectService>(database(), *vault_, audit_, clock);
        authenticator_ = make_user_authenticator(*projects_, users_, clock);
        project_ = run_task(projects_->create_project(actor_, "Test"))->id;
        key_ = new_key();
    }

    NewSigningKey new_key() { return *run_task(projects_->create_signing_key(actor_, project_)); }

    std::int64_t now_seconds() const { return to_millis(clock.now()) / 1000; }
    JsonObject claims(std::string_view subject) const {
        return {{"sub", subject}, {"iat", now_seconds()}, {"exp", now_seconds() + 3600}};
    }
    std::string token_of(const JsonObject& claims) const {
        return *sign_jwt_rs256(claims, key_.private_pem);
    }
    std::string token(std::string_view subject) const { return token_of(claims(subject)); }
    Result<Session> authenticate(const std::string& header) {
        return run_task(authenticator_->authenticate(project_, header));
    }
    Session cached(const std::string& token) {
        return authenticator_->cached(project_, "Bearer " + token);
    }

    AuditLog audit_{clock};
    UserService users_{database(), audit_, clock};
    Actor actor_{"command_line", "", "test", ""};
    std::unique_ptr<Vault> vault_;
    std::unique_ptr<ProjectService> projects_;
    std::unique_ptr<UserAuthenticator> authenticator_;
    ProjectId project_;
    NewSigningKey key_;
};

TEST_P(UserAuthenticatorTest, MakesTheUserOnFirstUse) {
    const auto session = authenticate("Bearer " + token("alice"));
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ((*session)->external_id, "alice");
    EXPECT_EQ((*session)->project_id, project_);
    EXPECT_TRUE((*session)->permissions.is_unrestricted());
    EXPECT_EQ((*session)->expires_at, clock.now() + std::chrono::hours(1));
    EXPECT_EQ((*session)->user_id, (*run_task(users_.find_by_external_id(project_, "alice")))->id);
}

TEST_P(UserAuthenticatorTest, AcceptsBearerInAnyCaseAndNothingElse) {
    const std::string good = token("alice");
    for (const std::string& header :
         {"Bearer " + good, "bearer " + good, "BEARER  " + good, "Bearer " + good + " "}) {
        EXPECT_TRUE(authenticate(header)) << header.substr(0, 10);
    }
    for (const std::string& header :
         {std::string(), good, "Basic " + good, std::string("Bearer"), std::string("Bearer "),
          std::string("Bearer\t"), "Token " + good}) {
        const auto session = authenticate(std::string(header));
        ASSERT_FALSE(session) << header.substr(0, 10);
        EXPECT_EQ(session.error().code, "token.missing");
        EXPECT_EQ(session.error().kind, ErrorKind::unauthenticated);
        EXPECT_EQ(authenticator_->cached(project_, header), nullptr);
    }
}

TEST_P(UserAuthenticatorTest, AnUnknownProjectAnswersLikeAWrongSignature) {
    const std::string header = "Bearer " + token("alice");
    const auto unknown = run_task(authenticator_->authenticate(ProjectId::random(), header));
    const std::string forged = *sign_jwt_rs256(claims("alice"), generate_rsa_key()->private_pem);
    const auto wrong = authenticate("Bearer " + forged);
    ASSERT_FALSE(unknown);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(unknown.error().kind, wrong.error().kind);
    EXPECT_EQ(unknown.error().code, wrong.error().code);
    EXPECT_EQ(unknown.error().message, wrong.error().message);
}

TEST_P(UserAuthenticatorTest, ATokenOfOneProjectMeansNothingToAnother) {
    const ProjectId other = run_task(projects_->create_project(actor_, "Other"))->id;
    ASSERT_TRUE(run_task(projects_->create_signing_key(actor_, other)));
    const std::string header = "Bearer " + token("alice");
    ASSERT_TRUE(authenticate(header));
    EXPECT_EQ(authenticator_->cached(other, header), nullptr);
    const auto session = run_task(authenticator_->authenticate(other, header));
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, "token.invalid");
    EXPECT_FALSE(run_task(users_.find_by_external_id(other, "alice"))->has_value());
}

TEST_P(UserAuthenticatorTest, ChecksTheAudience) {
    for (const std::string& prefix : {"useparagon.com/", "tenon/"}) {
        JsonObject good = claims("alice");
        good["aud"] = prefix + project_.str();
        EXPECT_TRUE(authenticate("Bearer " + token_of(good)));
        good["aud"] = prefix + ProjectId::random().str();
        EXPECT_FALSE(authenticate("Bearer " + token_of(good)));
    }
}

TEST_P(UserAuthenticatorTest, RefusesWrongSubjects) {
    const std::vector<Json> subjects = {Json(nullptr),
                                        Json(1),
                                        Json(1.5),
                                        Json(true),
                                        Json(JsonArray{"alice"}),
                                        Json(JsonObject{}),
                                        Json(""),
                                        Json("a\nb"),
                                        Json(std::string("a\0b", 3)),
                                        Json(std::string(513, 'x')),
                                        Json("\x7f")};
    for (const Json& subject : subjects) {
        JsonObject wrong = claims("alice");
        wrong["sub"] = subject;
        const auto session = authenticate("Bearer " + token_of(wrong));
        ASSERT_FALSE(session) << write_json(subject).substr(0, 40);
        EXPECT_EQ(session.error().code, "token.invalid");
    }
    JsonObject without = claims("alice");
    without.erase("sub");
    without["id"] = "alice";
    EXPECT_FALSE(authenticate("Bearer " + token_of(without)));
    EXPECT_TRUE(run_task(users_.list(project_, {}))->users.empty());
}

TEST_P(UserAuthenticatorTest, ReadsThePermissionsClaim) {
    constexpr std::string_view kClaim = "urn:useparagon:connect:permissions";
    JsonObject narrow = claims("alice");
    narrow[kClaim] = JsonObject{{"integration:custom.a", JsonArray{"proxy"}}};
    const auto session = authenticate("Bearer " + token_of(narrow));
    ASSERT_TRUE(session);
    EXPECT_TRUE((*session)->permissions.allows("proxy", {.integration = "custom.a"}));
    EXPECT_FALSE((*session)->permissions.allows("proxy", {.integration = "custom.b"}));
    narrow[kClaim] = 7;
    EXPECT_FALSE(authenticate("Bearer " + token_of(narrow)));
}

TEST_P(UserAuthenticatorTest, CachesAVerifiedTokenForHalfAMinute) {
    const std::string good = token("alice");
    EXPECT_EQ(cached(good), nullptr);
    const auto session = authenticate("Bearer " + good);
    ASSERT_TRUE(session);
    EXPECT_EQ(cached(good), *session);
    EXPECT_EQ(cached(good + "x"), nullptr);
    clock.advance(std::chrono::seconds(29));
    EXPECT_EQ(cached(good), *session);
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(cached(good), nullptr);
    EXPECT_TRUE(authenticate("Bearer " + good));
}

TEST_P(UserAuthenticatorTest, NeverCachesBeyondTheExpiry) {
    JsonObject brief = claims("alice");
    brief["exp"] = now_seconds() - 50;  // within the skew for ten more seconds
    const std::string soon = token_of(brief);
    ASSERT_TRUE(authenticate("Bearer " + soon));
    clock.advance(std::chrono::seconds(9));
    EXPECT_NE(cached(soon), nullptr);
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(cached(soon), nullptr);
    EXPECT_EQ(authenticate("Bearer " + soon).error().code, "token.expired");
}

TEST_P(UserAuthenticatorTest, NeverCachesARefusal) {
    const std::string forged = *sign_jwt_rs256(claims("alice"), generate_rsa_key()->private_pem);
    EXPECT_FALSE(authenticate("Bearer " + forged));
    EXPECT_EQ(cached(forged), nullptr);
}

TEST_P(UserAuthenticatorTest, ADisabledUserIsRefusedAtOnce) {
    const std::string good = token("alice");
    const UserId id = (*authenticate("Bearer " + good))->user_id;
    ASSERT_TRUE(run_task(users_.change(actor_, project_, id, {.access = UserAccess::disabled})));
    EXPECT_EQ(cached(good), nullptr);
    const auto refused = authenticate("Bearer " + good);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
    EXPECT_EQ(refused.error().code, "user.disabled");
    EXPECT_EQ(cached(good), nullptr);
    ASSERT_TRUE(run_task(users_.change(actor_, project_, id, {.access = UserAccess::enabled})));
    EXPECT_TRUE(authenticate("Bearer " + good));
}

TEST_P(UserAuthenticatorTest, ARemovedUserComesBackAsANewOne) {
    const std::string good = token("alice");
    const UserId id = (*authenticate("Bearer " + good))->user_id;
    ASSERT_TRUE(run_task(users_.remove(actor_, project_, id)));
    const auto again = authenticate("Bearer " + good);
    ASSERT_TRUE(again);
    EXPECT_NE((*again)->user_id, id);
}

TEST_P(UserAuthenticatorTest, KeysRotateWithoutAGapAndARevokedKeyIsRefused) {
    const std::string old_token = token("alice");
    ASSERT_TRUE(authenticate("Bearer " + old_token));
    const NewSigningKey old_key = key_;
    key_ = new_key();
    const std::string new_token = token("alice");
    EXPECT_TRUE(authenticate("Bearer " + old_token));
    EXPECT_TRUE(authenticate("Bearer " + new_token));
    ASSERT_TRUE(run_task(projects_->revoke_signing_key(actor_, project_, old_key.key.id)));
    EXPECT_EQ(cached(old_token), nullptr);
    EXPECT_EQ(authenticate("Bearer " + old_token).error().code, "token.invalid");
    EXPECT_TRUE(authenticate("Bearer " + new_token));
}

TEST_P(UserAuthenticatorTest, TheCacheIsBoundedAndForgetsTheLeastUsed) {
    authenticator_ = make_user_authenticator(*projects_, users_, clock, {.sessions_max = 2});
    const std::string a = token("a");
    const std::string b = token("b");
    const std::string c = token("c");
    ASSERT_TRUE(authenticate("Bearer " + a));
    ASSERT_TRUE(authenticate("Bearer " + b));
    // run_task() runs on this thread, so all of it shares one cache.
    ASSERT_NE(cached(a), nullptr);
    ASSERT_TRUE(authenticate("Bearer " + c));
    EXPECT_NE(cached(a), nullptr);
    EXPECT_EQ(cached(b), nullptr);
    EXPECT_NE(cached(c), nullptr);
}

TEST_P(UserAuthenticatorTest, BareTokensAreForPagesThatCannotSetHeaders) {
    EXPECT_TRUE(run_task(authenticator_->authenticate_token(project_, token("alice"))));
    const auto empty = run_task(authenticator_->authenticate_token(project_, ""));
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, "token.missing");
}

INSTANTIATE_ON_BOTH_ENGINES(UserAuthenticatorTest);

}  // namespace
}  // namespace tenon
