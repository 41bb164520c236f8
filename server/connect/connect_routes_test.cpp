// The connect page and the platform API over HTTP.
#include "connect/connect_routes.h"

#include <gtest/gtest.h>

#include "connect/connect_page.h"
#include "connect/route_testing.h"

namespace tenon {
namespace {

class ConnectRoutesTest : public RouteFixture {
 protected:
    void SetUp() override {
        RouteFixture::SetUp();
        crm = given_integration(oauth_definition());
        keys = given_integration(api_key_definition());
    }
    // The path of a new link's page.
    std::string given_link(const std::string& integration) {
        const auto made = send("POST", api("/connect-links"), {{"Authorization", "Bearer k"}},
                               R"({"userId":"alice","integration":")" + integration + "\"}");
        EXPECT_EQ(made.status, 201) << made.body;
        const std::string url = string_member(json_of(made), "url");
        EXPECT_TRUE(url.starts_with("https://tenon.example.com/connect/")) << url;
        return url.substr(std::string("https://tenon.example.com").size());
    }
    std::string api(const std::string& path) const {
        return "/api/v1/projects/" + project.str() + path;
    }
    http::Response submit(const std::string& path, const std::string& cookie,
                          const std::string& form, const Fields& more = {}) {
        Fields headers = {{"Cookie", cookie},
                          {"Content-Type", "application/x-www-form-urlencoded"}};
        for (const auto& field : more) headers.push_back(field);
        return send("POST", path, headers, form);
    }
    http::Response show(const std::string& path, const std::string& cookie = {}) {
        return send("GET", path, {{"Cookie", cookie}});
    }

    Integration crm;
    Integration keys;
};
INSTANTIATE_TEST_SUITE_P(Engines, ConnectRoutesTest, ::testing::Values(Engine::sqlite),
                         engine_name);

TEST_P(ConnectRoutesTest, ConnectsByTheForm) {
    const std::string path = given_link("custom.keys");
    const auto page = show(path);
    ASSERT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("Key CRM"), std::string::npos);
    EXPECT_NE(page.body.find("Acme product"), std::string::npos);
    EXPECT_NE(page.body.find("type=\"password\""), std::string::npos);
    EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
    const std::string cookie = cookie_of(page);

    const auto wrong = submit(path, cookie, "account=NOT+GOOD&api_key=very-secret-key");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_NE(wrong.body.find("Account does not have the expected form."), std::string::npos)
        << wrong.body;
    EXPECT_NE(wrong.body.find("NOT GOOD"), std::string::npos) << "what was typed stays";
    EXPECT_EQ(wrong.body.find("very-secret-key"), std::string::npos) << "but no secret";

    const auto done = submit(path, cookie, "account=acme&api_key=very-secret-key");
    EXPECT_EQ(done.status, 303) << done.body;
    EXPECT_EQ(done.headers.get("Location"), path);
    const auto after = show(path, cookie);
    EXPECT_NE(after.body.find("Connected"), std::string::npos);
    EXPECT_NE(after.body.find("ada@acme.example.com"), std::string::npos);
    EXPECT_EQ(after.body.find("<form"), std::string::npos);
    EXPECT_EQ(show(path).status, 410);
}

TEST_P(ConnectRoutesTest, LeadsToTheProviderAndBack) {
    const std::string path = given_link(crm.id.str());
    const std::string cookie = cookie_of(show(path));
    const auto leave = submit(path, cookie, "");
    ASSERT_EQ(leave.status, 200) << leave.body;
    const std::string mark = "content=\"0;url=";
    const std::size_t begin = leave.body.find(mark) + mark.size();
    std::string url = leave.body.substr(begin, leave.body.find('"', begin) - begin);
    for (std::size_t at = url.find("&amp;"); at != std::string::npos; at = url.find("&amp;")) {
        url.replace(at, 5, "&");
    }
    ASSERT_TRUE(url.starts_with("https://acme.example.com/authorize?")) << url;
    const auto back =
        send("GET", "/oauth/" + crm.id.str() + "?code=c&state=" + query_value(url, "state"),
             {{"Cookie", cookie}});
    EXPECT_EQ(back.status, 303);
    EXPECT_EQ(back.headers.get("Location"), path);
    EXPECT_NE(show(path, cookie).body.find("Connected"), std::string::npos);
}

TEST_P(ConnectRoutesTest, ShowsWhyTheAccountWasRefused) {
    const std::string path = given_link("keys");
    const std::string cookie = cookie_of(show(path));
    provider.answers_to("/ping", 401, R"({"message":"<b>No such key</b>"})");
    const auto page = submit(path, cookie, "account=acme&api_key=k");
    EXPECT_EQ(page.status, 400);
    EXPECT_NE(page.body.find("did not accept these details"), std::string::npos);
    EXPECT_NE(page.body.find("No such key"), std::string::npos);
    EXPECT_EQ(page.body.find("<b>"), std::string::npos);
    EXPECT_EQ(page.body.find("&lt;b"), std::string::npos) << "what means something in HTML goes";
    EXPECT_NE(page.body.find("role=\"alert\""), std::string::npos);
}

TEST_P(ConnectRoutesTest, AnotherSiteCannotSendTheForm) {
    const std::string path = given_link("keys");
    const std::string cookie = cookie_of(show(path));
    const std::string form = "account=acme&api_key=k";
    EXPECT_EQ(submit(path, cookie, form, {{"Origin", "https://evil.example.com"}}).status, 403);
    EXPECT_EQ(submit(path, cookie, form, {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
    EXPECT_EQ(submit(path, "", form, {{"Origin", "null"}}).status, 410) << "no cookie comes along";
    EXPECT_TRUE(provider.requests.empty());
    EXPECT_EQ(
        submit(path, cookie, form, {{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}).status,
        303);
}

TEST_P(ConnectRoutesTest, DisconnectsWhatIsThere) {
    const std::string first = given_link("keys");
    const std::string cookie = cookie_of(show(first));
    submit(first, cookie, "account=acme&api_key=k");
    const std::string second = given_link("keys");
    const auto page = show(second, cookie);
    EXPECT_NE(page.body.find("action=\"" + second + "/disconnect\""), std::string::npos);
    EXPECT_NE(page.body.find(">Reconnect<"), std::string::npos);
    EXPECT_EQ(submit(second + "/disconnect", cookie, "").status, 303);
    EXPECT_TRUE(accounts_of(given_user("alice")).empty());
    EXPECT_EQ(show(second, cookie).body.find("/disconnect"), std::string::npos);
    EXPECT_NE(show(first, cookie).body.find("Disconnected"), std::string::npos);
}

TEST_P(ConnectRoutesTest, HostileTextsAreShownAsText) {
    IntegrationDefinition definition = api_key_definition();
    const std::string nasty = R"x(<img src=x onerror="alert(1)"> '{{user}} {{{body}}})x";
    definition.slug = "nasty";
    definition.name = nasty;
    definition.authentication.input_fields = {{.id = "api_key",
                                               .title = nasty,
                                               .subtitle = nasty,
                                               .placeholder = nasty,
                                               .prefix_label = nasty,
                                               .default_value = nasty}};
    given_integration(definition);
    const auto page = show(given_link("nasty"));
    ASSERT_EQ(page.status, 200);
    EXPECT_EQ(page.body.find("<img src=x"), std::string::npos);
    EXPECT_EQ(page.body.find("onerror=\""), std::string::npos);
    EXPECT_NE(page.body.find("{{user}}"), std::string::npos) << "nothing is filled in twice";
}

TEST_P(ConnectRoutesTest, UnknownLinksSaySo) {
    const auto page = show("/connect/nothing");
    EXPECT_EQ(page.status, 404);
    EXPECT_NE(page.body.find("<main"), std::string::npos);
    const auto hostile = show("/connect/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    EXPECT_EQ(hostile.status, 404);
    EXPECT_EQ(hostile.body.find("<script>alert"), std::string::npos);
}

TEST_P(ConnectRoutesTest, LinksAreMadeByThoseWhoMay) {
    const std::string body = R"({"userId":"alice","integration":"keys"})";
    EXPECT_EQ(send("POST", api("/connect-links"), {}, body).status, 401);
    const Fields key = {{"Authorization", "Bearer k"}};
    EXPECT_EQ(
        send("POST", api("/connect-links"), key, R"({"userId":"a","integration":"none"})").status,
        404);
    for (const char* wrong :
         {R"({"integration":"keys"})", R"({"userId":"","integration":"keys"})",
          R"({"userId":"a","integration":"keys","expiresIn":5})",
          R"({"userId":"a","integration":"keys","projectId":"x"})",
          R"({"userId":"a","integration":"keys","externalId":"e","selectedCredentialId":"s"})"}) {
        EXPECT_EQ(send("POST", api("/connect-links"), key, wrong).status, 400) << wrong;
    }
}

TEST_P(ConnectRoutesTest, AnAdminDisconnectsAnyAccountOfTheProject) {
    const std::string path = given_link("keys");
    submit(path, cookie_of(show(path)), "account=acme&api_key=k");
    const std::string id = accounts_of(given_user("alice")).at(0).credential.id.str();
    const Fields key = {{"Authorization", "Bearer k"}};
    EXPECT_EQ(send("DELETE", api("/credentials/" + CredentialId::random().str()), key).status, 404);
    EXPECT_EQ(send("DELETE", api("/credentials/" + id), {}).status, 401);
    EXPECT_EQ(send("DELETE", api("/credentials/" + id), key).status, 204);
    EXPECT_TRUE(accounts_of(given_user("alice")).empty());
}

TEST_P(ConnectRoutesTest, AccentColoursAreStrictAndReadable) {
    EXPECT_EQ(send("GET", "/connect/accent/2f6f4f.css").body,
              ":root{--accent:#2f6f4f;--on-accent:#ffffff}\n");
    EXPECT_EQ(accent_style("ffe600"), ":root{--accent:#ffe600;--on-accent:#000000}\n");
    EXPECT_EQ(send("GET", "/connect/accent/red;}.css").status, 400);
    EXPECT_EQ(accent_style("}{zzz"), accent_style("2f5bd7"));
}

}  // namespace
}  // namespace tenon
