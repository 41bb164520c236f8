// Start pages: which browser may end a flow, what the waiting side learns, and what is refused.
#include "connect/start_routes.h"

#include <gtest/gtest.h>

#include "connect/route_testing.h"

namespace tenon {
namespace {

constexpr const char* kKey = "a-session-key-of-alice";

class StartRoutesTest : public RouteFixture {
 protected:
    void SetUp() override {
        RouteFixture::SetUp();
        crm = given_integration(oauth_definition());
        given_token_of("alice");
        own_origin = connect->own_origins().front();
    }
    http::Response begin_with(JsonObject changes = {}) {
        JsonObject body{{"integrationId", crm.id.str()}, {"sessionKey", kKey}};
        for (const auto& member : changes) body[member.key()] = member.value();
        return send("POST", sdk("/connections"), bearer("alice"), write_json(body));
    }
    // The path of the start page.
    std::string begin(JsonObject changes = {{"origin", "https://app.example.com"}}) {
        const auto begun = begin_with(std::move(changes));
        EXPECT_EQ(begun.status, 201) << begun.body;
        const std::string url = string_member(json_of(begun), "url");
        return url.substr(std::min(own_origin.size(), url.size()));
    }
    http::Response open(const std::string& path, const std::string& referrer,
                        const std::string& cookie = {}) {
        Fields headers;
        if (!referrer.empty()) headers.emplace_back("Referer", referrer + "/ui");
        if (!cookie.empty()) headers.emplace_back("Cookie", cookie);
        return send("GET", path, headers);
    }
    http::Response come_home(const std::string& provider_url, const std::string& cookie,
                             const std::string& more = "&code=c-1") {
        return send(
            "GET", "/oauth/" + crm.id.str() + "?state=" + query_value(provider_url, "state") + more,
            {{"Cookie", cookie}});
    }
    Json session(const std::string& user = "alice") {
        return json_of(send("GET", sdk("/actions/session-id/") + std::string(kKey), bearer(user)));
    }
    static std::string location(const http::Response& response) {
        return std::string(response.headers.get("Location"));
    }

    Integration crm;
    std::string own_origin;
};
INSTANTIATE_TEST_SUITE_P(Engines, StartRoutesTest, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(StartRoutesTest, ThePortalLeadsThroughToAConnectedAccount) {
    const std::string path = begin();
    EXPECT_EQ(path.find("alice-token"), std::string::npos);
    EXPECT_EQ(string_member(session(), "status"), "open");
    const auto page = open(path, own_origin);
    ASSERT_EQ(page.status, 303) << page.body;
    EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");
    const auto end = come_home(location(page), cookie_of(page));
    EXPECT_EQ(end.status, 200) << end.body;
    EXPECT_NE(end.body.find("tenon_connect_end"), std::string::npos);
    EXPECT_EQ(string_member(session(), "status"), "connected");
    EXPECT_FALSE(string_member(session(), "connectCredentialId").empty());
    given_token_of("mallory");
    EXPECT_EQ(string_member(session("mallory"), "status"), "unknown");
}

TEST_P(StartRoutesTest, OneBrowserAloneMayUseIt) {
    const std::string path = begin();
    const auto mine = open(path, own_origin);
    EXPECT_EQ(open(path, own_origin).status, 410) << "another browser";
    EXPECT_EQ(open(path, "", cookie_of(mine)).status, 303) << "the same one, by its back button";
    const auto end = come_home(location(mine), "tenon_browser=" + std::string(43, 'x'));
    EXPECT_EQ(end.status, 410) << end.body;
    EXPECT_EQ(string_member(session(), "status"), "failed");
    EXPECT_EQ(string_member(session().at("error"), "code"), "connect.refused");
    EXPECT_TRUE(provider.requests.empty());
}

TEST_P(StartRoutesTest, ALinkOnTheProductsPageDoesNotConfirmABrowser) {
    const std::string path = begin();
    const auto page = open(path, "https://app.example.com");
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_NE(page.body.find("data-origin=\"https://app.example.com\""), std::string::npos);
    const std::string cookie = cookie_of(page);
    const auto wrong = send("POST", path, {{"Cookie", cookie}}, R"({"sessionKey":"guessed-key"})");
    EXPECT_EQ(json_of(wrong).at("confirmed"), false);
    const auto other_site =
        send("POST", path, {{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}},
             R"({"sessionKey":"a-session-key-of-alice"})");
    EXPECT_EQ(other_site.status, 422);
    const auto right =
        send("POST", path, {{"Cookie", cookie}}, R"({"sessionKey":"a-session-key-of-alice"})");
    EXPECT_EQ(json_of(right).at("confirmed"), true);
}

TEST_P(StartRoutesTest, AFullPageFlowGoesBackToTheProductAndNowhereElse) {
    const JsonObject back{{"returnUrl", "https://app.example.com/settings?a=1"}};
    const std::string path = begin(back);
    EXPECT_EQ(open(path, "https://app.example.com").status, 422) << "nobody could confirm it";
    const auto page = open(path, own_origin);
    ASSERT_EQ(page.status, 303) << page.body;
    const auto end = come_home(location(page), cookie_of(page));
    EXPECT_EQ(end.status, 303);
    EXPECT_EQ(location(end), "https://app.example.com/settings?a=1#tenon-connect=connected");
    EXPECT_EQ(begin_with({{"returnUrl", "https://app.example.com/#/settings"}}).status, 201);
    for (const char* elsewhere : {"https://evil.example/", "javascript:alert(1)",
                                  "https://app.example.com.evil.example/"}) {
        EXPECT_EQ(begin_with({{"returnUrl", elsewhere}}).status, 400) << elsewhere;
        EXPECT_EQ(begin_with({{"origin", elsewhere}}).status, 400) << elsewhere;
    }
}

TEST_P(StartRoutesTest, ARefusalAtTheProviderIsToldToWhoeverWaits) {
    const auto page = open(begin(), own_origin);
    const auto end = come_home(location(page), cookie_of(page), "&error=access_denied");
    EXPECT_EQ(end.status, 400);
    EXPECT_EQ(string_member(session(), "status"), "failed");
    EXPECT_EQ(string_member(session().at("error"), "code"), "connect.access_denied");
}

TEST_P(StartRoutesTest, TheConnectedAccountIsTakenOverByItsOwnUserOnly) {
    const auto page = open(begin(), own_origin);
    come_home(location(page), cookie_of(page));
    const std::string id = string_member(session(), "connectCredentialId");
    const std::string body = write_json(JsonObject{
        {"integrationId", crm.id.str()}, {"payload", JsonObject{{"connectedCredential", id}}}});
    const auto taken = send("POST", sdk("/credentials"), bearer("alice"), body);
    EXPECT_EQ(taken.status, 201) << taken.body;
    EXPECT_EQ(string_member(json_of(taken), "id"), id);
    given_token_of("mallory");
    EXPECT_EQ(send("POST", sdk("/credentials"), bearer("mallory"), body).status, 404);
}

TEST_P(StartRoutesTest, ThePortalLearnsWhetherItsPageIsAllowed) {
    const auto ask = [&](const std::string& origin) {
        return json_of(send("GET", sdk("/portal?origin=" + origin), bearer("alice")));
    };
    EXPECT_EQ(ask("https%3A%2F%2Fapp.example.com").at("originAllowed"), true);
    EXPECT_EQ(ask("https%3A%2F%2Fevil.example").at("originAllowed"), false);
    EXPECT_EQ(ask("null").at("originAllowed"), false);
    EXPECT_EQ(send("GET", sdk("/portal?origin=null")).status, 401);
}

}  // namespace
}  // namespace tenon
