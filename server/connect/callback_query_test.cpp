#include "connect/callback_query.h"

#include <gtest/gtest.h>
#include <set>

#include "base/text.h"

namespace tenon {
namespace {

const CallbackLimits kLimits;

TEST(CallbackQuery, ReadsAnAnswerAndKnowsItsProject) {
    const ProjectId project = ProjectId::random();
    const std::string state = make_flow_token(project);
    const auto query = parse_callback_query(
        "code=a%2Fb+c&state=" + state + "&iss=https%3A%2F%2Fissuer.example&realmId=9", kLimits);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->project_id, project);
    EXPECT_EQ(query->code.reveal(), "a/b c");
    EXPECT_EQ(query->issuer, "https://issuer.example");
    EXPECT_EQ(query->parameters.at("realmId").reveal(), "9");
    EXPECT_FALSE(query->parameters.contains("code"));
    EXPECT_FALSE(query->parameters.contains("state"));
}

TEST(CallbackQuery, RefusesWhatCannotBelongToAFlow) {
    const std::string state = make_flow_token(ProjectId::random());
    const std::string cases[] = {
        "",
        "code=1",
        "state=",
        "state=abc&code=1",
        "state=" + state + "x&code=1",
        "state=" + state.substr(1) + "&code=1",
        "state=" + std::string(65, '!') + "&code=1",
        "state=" + state + "&state=" + state,
        "state=" + state + "&code=1&code=2",
        "state=" + state + "&iss=a&iss=b",
        "state=" + state + "&error=a&error=b",
        "state=" + state + "&code=%zz",
        "state=" + state + "&code=" + std::string(9'000, 'c'),
        "state=" + std::string(64'000, 's'),
    };
    for (const std::string& query : cases) {
        EXPECT_FALSE(parse_callback_query(query, kLimits)) << query.substr(0, 80);
    }
    std::string many = "state=" + state;
    for (int i = 0; i < 100; ++i) many += "&p" + std::to_string(i) + "=1";
    EXPECT_FALSE(parse_callback_query(many, kLimits));
}

TEST(CallbackQuery, CutsAndCleansTheProvidersWords) {
    const std::string state = make_flow_token(ProjectId::random());
    const auto query = parse_callback_query(
        "state=" + state + "&error=bad%0A%1Bthing&error_description=" + std::string(2'000, 'd'),
        kLimits);
    ASSERT_TRUE(query);
    EXPECT_EQ(query->error, "bad  thing");
    EXPECT_LE(query->error_description.size(), 510u);
    EXPECT_TRUE(is_valid_utf8(query->error_description));
}

TEST(FlowToken, Holds256RandomBitsAndIsNeverTheSame) {
    const ProjectId project = ProjectId::random();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(make_flow_token(project));
    EXPECT_EQ(seen.size(), 100u);
    EXPECT_EQ(base64url_decode(seen.begin()->substr(22))->size(), 32u);
    EXPECT_EQ(project_of_flow_token(*seen.begin()), project);
    EXPECT_EQ(hash_of_token(*seen.begin()).size(), 64u);
}

}  // namespace
}  // namespace tenon
