// Which pages may frame the portal.
#include "connect/frame_policy.h"

#include <gtest/gtest.h>

#include "connect/testing.h"

namespace tenon {
namespace {

class FramePolicyTest : public ConnectFixture {
 protected:
    std::string ancestors(FramePolicy& policy, FramePolicy::Visit visit) {
        return run_task(policy.frame_ancestors(std::move(visit))).value();
    }
    ProjectId given_project(const std::string& origin) {
        const auto made = run_task(projects->create_project(Actor{}, "Other"));
        EXPECT_TRUE(
            run_task(projects->update_project(Actor{}, made->id, {.allowed_origins = {{origin}}})));
        return made->id;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, FramePolicyTest, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(FramePolicyTest, ListsTheOriginsOfTheProjectThatIsMeant) {
    const ProjectId other = given_project("https://other.example.com");
    FramePolicy policy(*projects, clock);
    EXPECT_EQ(ancestors(policy, {.project_id = other.str()}), "'self' https://other.example.com");
    EXPECT_EQ(ancestors(policy, {.referrer_origin = "https://other.example.com"}),
              "'self' https://other.example.com");
    EXPECT_EQ(ancestors(policy, {.referrer_origin = "https://evil.example"}), "'self'");
    EXPECT_EQ(ancestors(policy, {.project_id = "no project; frame-ancestors *"}), "'self'");
    EXPECT_NE(ancestors(policy, {}).find("https://other.example.com"), std::string::npos);
}

TEST_P(FramePolicyTest, AManyProjectServerListsNothingForAPageThatSaysNothing) {
    given_project("https://one.example.com");
    given_project("https://two.example.com");
    FramePolicy policy(*projects, clock, {.unnamed_origins_max = 1});
    EXPECT_EQ(ancestors(policy, {}), "'self'");
    EXPECT_EQ(ancestors(policy, {.referrer_origin = "https://two.example.com"}),
              "'self' https://two.example.com");
}

}  // namespace
}  // namespace tenon
