// The popup protocol over HTTP: nonce page, build-oauth, callback page, session.
#include "connect/sdk_oauth_routes.h"

#include <gtest/gtest.h>

#include "connect/route_testing.h"

namespace tenon {
namespace {

class SdkOauthRoutesTest : public RouteFixture {
 protected:
    void SetUp() override {
        RouteFixture::SetUp();
        crm = given_integration(oauth_definition());
        given_token_of("alice");
    }
    std::string nonce_path(const std::string& origin = "https://app.example.com") const {
        return sdk("/actions/oauth-nonce") + "?action=custom.acme&integrationId=" + crm.id.str() +
               "&originForPostMessage=" + origin + "&userToken=alice-token";
    }
    // The popup's first page; gives the browser's cookie.
    std::string open_nonce() {
        const auto page = send("GET", nonce_path());
        EXPECT_EQ(page.status, 200) << page.body;
        return cookie_of(page);
    }
    http::Response confirm(const std::string& cookie, const Fields& more = {}) {
        Fields headers = bearer("alice");
        headers.emplace_back("Cookie", cookie);
        for (const auto& field : more) headers.push_back(field);
        return send("POST", sdk("/actions/oauth-nonce"), headers,
                    R"({"openerOrigin":"https://app.example.com"})");
    }
    http::Response build(const std::string& more = {}) {
        return send("GET",
                    "/v2" + sdk("/actions/build-oauth") + "?action=custom&integrationId=" +
                        crm.id.str() + "&originForPostMessage=https%3A%2F%2Fapp.example.com" +
                        "&oauthMetaKeyId=abc123&isPreviewMode=false&parameters=%7B%7D" + more,
                    bearer("alice"));
    }
    std::string state_of(const http::Response& built) {
        return query_value(string_member(json_of(built), "redirectUrl"), "state");
    }
    http::Response come_home(const std::string& state, const std::string& cookie,
                             const std::string& more = "&code=c-1") {
        return send("GET", "/oauth/" + crm.id.str() + "?state=" + state + more,
                    {{"Cookie", cookie}});
    }
    Json session() {
        return json_of(send("GET", sdk("/actions/session-id/abc123"), bearer("alice")));
    }

    Integration crm;
};
INSTANTIATE_TEST_SUITE_P(Engines, SdkOauthRoutesTest, ::testing::Values(Engine::sqlite),
                         engine_name);

TEST_P(SdkOauthRoutesTest, TheWholePopup) {
    const std::string cookie = open_nonce();
    EXPECT_EQ(json_of(confirm(cookie)).at("confirmed"), true);
    const auto built = build();
    ASSERT_EQ(built.status, 200) << built.body;
    EXPECT_EQ(built.body.find("alice-token"), std::string::npos);
    EXPECT_TRUE(!session().as_object().contains("connectCredentialId"));

    const auto page = come_home(state_of(built), cookie);
    EXPECT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.body.find("oauth_success_callback"), std::string::npos) << "the session tells";
    const std::string id = string_member(session(), "connectCredentialId");
    EXPECT_EQ(send("GET", sdk("/credentials/" + id), bearer("alice")).status, 200);
    given_token_of("mallory");
    EXPECT_TRUE(!json_of(send("GET", sdk("/actions/session-id/abc123"), bearer("mallory")))
                     .as_object()
                     .contains("connectCredentialId"));
    EXPECT_EQ(send("DELETE", sdk("/actions/session-id/abc123"), bearer("alice")).status, 204);
    EXPECT_TRUE(!session().as_object().contains("connectCredentialId"));
}

TEST_P(SdkOauthRoutesTest, TheNoncePageIsSafe) {
    const auto page = send("GET", nonce_path());
    EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
    EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
    EXPECT_FALSE(page.headers.has("Cross-Origin-Opener-Policy")) << "it would cut the opener off";
    const std::string_view policy = page.headers.get("Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string_view::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string_view::npos);
    EXPECT_EQ(page.body.find("alice-token"), std::string::npos);
    EXPECT_EQ(page.body.find("<script>"), std::string::npos);
    const std::string_view cookie = page.headers.get("Set-Cookie");
    EXPECT_TRUE(cookie.starts_with("__Host-tenon_browser="));
    for (const char* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"}) {
        EXPECT_NE(cookie.find(part), std::string_view::npos) << part;
    }
}

TEST_P(SdkOauthRoutesTest, TheNoncePageRefusesStrangers) {
    const std::string evil = "https://evil.example.com";
    for (const std::string& origin : {evil, std::string(), std::string("*"), std::string("null")}) {
        const auto page = send("GET", nonce_path(origin));
        EXPECT_EQ(page.status, 400) << origin;
        EXPECT_FALSE(page.headers.has("Set-Cookie"));
        EXPECT_NE(page.headers.get("Content-Type").find("text/html"), std::string_view::npos);
    }
    std::string path = nonce_path();
    path.replace(path.find("alice-token"), 11, "wrong");
    EXPECT_EQ(send("GET", path).status, 401);
    const auto hostile = send("GET", nonce_path("https://<script>alert(1)</script>"));
    EXPECT_EQ(hostile.status, 400);
    EXPECT_EQ(hostile.body.find("<script>alert"), std::string::npos);
}

TEST_P(SdkOauthRoutesTest, OnlyTheNoncePageItselfMayConfirm) {
    const std::string cookie = open_nonce();
    EXPECT_EQ(confirm("").status, 422);
    EXPECT_EQ(confirm(cookie, {{"Origin", "https://app.example.com"}}).status, 422);
    EXPECT_EQ(confirm(cookie, {{"Sec-Fetch-Site", "cross-site"}}).status, 422);
    EXPECT_EQ(confirm(cookie,
                      {{"Origin", "https://tenon.example.com"}, {"Sec-Fetch-Site", "same-origin"}})
                  .status,
              200);
    EXPECT_EQ(
        send("POST", sdk("/actions/oauth-nonce"), {{"Cookie", cookie}}, R"({"openerOrigin":""})")
            .status,
        401);
}

TEST_P(SdkOauthRoutesTest, AnUnconfirmedPopupPostsAHandleThatOnlyTheTokenCanUse) {
    const std::string cookie = open_nonce();
    const auto page = come_home(state_of(build()), cookie);
    ASSERT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("data-origin=\"https://app.example.com\""), std::string::npos);
    const std::size_t begin = page.body.find("connectHandle&quot;:&quot;");
    ASSERT_NE(begin, std::string::npos) << page.body;
    const std::string handle = page.body.substr(begin + 26, 43);
    EXPECT_TRUE(!session().as_object().contains("connectCredentialId"));

    const std::string body = R"({"integrationId":")" + crm.id.str() +
                             R"(","config":{},"payload":{"connectHandle":")" + handle + R"("}})";
    given_token_of("mallory");
    EXPECT_EQ(send("POST", sdk("/credentials"), bearer("mallory"), body).status, 410);
    const auto first = send("POST", sdk("/credentials"), bearer("alice"), body);
    ASSERT_EQ(first.status, 201) << first.body;
    const auto again = send("POST", sdk("/credentials"), bearer("alice"), body);
    EXPECT_EQ(string_member(json_of(again), "id"), string_member(json_of(first), "id"));
    EXPECT_EQ(string_member(session(), "connectCredentialId"), string_member(json_of(first), "id"));
}

TEST_P(SdkOauthRoutesTest, AProvidersErrorIsPostedAndShownAsText) {
    const std::string cookie = open_nonce();
    confirm(cookie);
    const auto page = come_home(state_of(build()), cookie,
                                "&error=x&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    EXPECT_EQ(page.status, 400);
    EXPECT_EQ(page.body.find("<script>alert"), std::string::npos);
    EXPECT_NE(page.body.find("oauth_error_callback"), std::string::npos);
    EXPECT_NE(page.body.find("data-origin=\"https://app.example.com\""), std::string::npos);
}

TEST_P(SdkOauthRoutesTest, ARefusedCallbackTellsNothingToAnybody) {
    const std::string cookie = open_nonce();
    const std::string state = state_of(build());
    const std::string callback = "/oauth/" + crm.id.str();
    for (const std::string& query :
         {std::string(), "?state=" + state + "x&code=c", "?state=" + state + "&state=" + state,
          "?state=" + std::string(60'000, 'x')}) {
        const auto page = send("GET", std::string(callback).append(query), {{"Cookie", cookie}});
        EXPECT_EQ(page.status, 410);
        EXPECT_EQ(page.body.find(state), std::string::npos);
        EXPECT_EQ(page.body.find("data-origin"), std::string::npos);
    }
    EXPECT_EQ(come_home(state, "").status, 410) << "no cookie";
    EXPECT_EQ(come_home(state, cookie).status, 410) << "the state was burnt";
    EXPECT_TRUE(provider.requests.empty());
}

TEST_P(SdkOauthRoutesTest, BuildOauthNamesWhatIsWrong) {
    EXPECT_EQ(build("&endUserSuppliedValues=%7B").status, 400);
    EXPECT_EQ(build("&installOptions=%5B1%5D").status, 400);
    EXPECT_EQ(build("&redirectUrl=https%3A%2F%2Fevil.example.com%2F").status, 400);
    const auto token_in_query =
        send("GET", "/v2" + sdk("/actions/build-oauth") + "?integrationId=" + crm.id.str() +
                        "&userToken=alice-token");
    EXPECT_EQ(token_in_query.status, 200) << token_in_query.body;
    given_token_of("alice", R"({"integration:*":["proxy"]})");
    const auto denied = build();
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(string_member(json_of(denied), "code"), "7210");
}

TEST_P(SdkOauthRoutesTest, TheOldFormRedirectsAndEndsByTheHandle) {
    const auto answer =
        send("GET", sdk("/actions/build-oauth") + "?action=custom&integrationId=" + crm.id.str() +
                        "&originForPostMessage=https%3A%2F%2Fapp.example.com&sessionId=abc123"
                        "&userToken=alice-token");
    ASSERT_EQ(answer.status, 302) << answer.body;
    EXPECT_EQ(answer.headers.get("Referrer-Policy"), "no-referrer");
    const std::string location(answer.headers.get("Location"));
    EXPECT_TRUE(location.starts_with("https://acme.example.com/authorize?"));
    EXPECT_EQ(location.find("alice-token"), std::string::npos);
    const auto page = come_home(query_value(location, "state"), cookie_of(answer));
    EXPECT_NE(page.body.find("oauth_success_callback"), std::string::npos);
    EXPECT_TRUE(accounts_of(given_user("alice")).empty());
}

}  // namespace
}  // namespace tenon
