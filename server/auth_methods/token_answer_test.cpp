#include "auth_methods/token_answer.h"

#include <gtest/gtest.h>

#include "auth_methods/retry_after.h"

namespace tenon {
namespace {

class TokenAnswerTest : public ::testing::Test {
 public:
    tl::expected<RefreshedTokens, RefreshFailure> judge(int status, std::string body,
                                                        std::string type = "application/json",
                                                        std::string retry_after = "") {
        http::ClientResponse response;
        response.status = status;
        response.body = std::move(body);
        if (!type.empty()) response.headers.set("Content-Type", type);
        if (!retry_after.empty()) response.headers.set("Retry-After", retry_after);
        return judge_token_answer(response, {},
                                  {.authentication = authentication,
                                   .phase = TokenPhase::refresh,
                                   .now = clock.now(),
                                   .hidden = {}});
    }
    Authentication authentication;
    FakeClock clock;
};

struct OddAnswer {
    const char* name;
    int status;
    const char* body;
    const char* type;
    const char* token;  // empty: a failure
    bool permanent = false;
};

class OddAnswers : public TokenAnswerTest, public ::testing::WithParamInterface<OddAnswer> {};

TEST_P(OddAnswers, AreUsedOrRefusedWithoutHarm) {
    const auto& c = GetParam();
    const auto judged = judge(c.status, c.body, c.type);
    ASSERT_EQ(judged.has_value(), std::string_view(c.token) != "");
    if (judged) {
        EXPECT_EQ(judged->secrets.access_token.reveal(), c.token);
    } else {
        EXPECT_EQ(judged.error().permanent, c.permanent);
        EXPECT_FALSE(judged.error().code.empty());
        EXPECT_FALSE(judged.error().message.empty());
    }
}

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

INSTANTIATE_TEST_SUITE_P(
    Table, OddAnswers,
    ::testing::Values(
        OddAnswer{"plain", 200, R"({"access_token":"t"})", kJson, "t"},
        OddAnswer{"created", 201, R"({"access_token":"t"})", kJson, "t"},
        OddAnswer{"no_type", 200, R"({"access_token":"t"})", "", "t"},
        OddAnswer{"html_type", 200, R"({"access_token":"t"})", "text/html", "t"},
        OddAnswer{"form", 200, "access_token=t%20u&scope=a%2Cb", kForm, "t u"},
        OddAnswer{"form_as_text", 200, "access_token=t&x=1", "text/plain; charset=utf-8", "t"},
        OddAnswer{"unknown_members", 200, R"({"access_token":"t","x":{"y":[1,2]}})", kJson, "t"},
        OddAnswer{"number_token", 200, R"({"access_token":12345678901234567})", kJson,
                  "12345678901234567"},
        OddAnswer{"null_token", 200, R"({"access_token":null})", kJson, ""},
        OddAnswer{"empty_token", 200, R"({"access_token":""})", kJson, ""},
        OddAnswer{"object_token", 200, R"({"access_token":{"a":1}})", kJson, ""},
        OddAnswer{"array", 200, R"([{"access_token":"t"}])", kJson, ""},
        OddAnswer{"text", 200, R"("t")", kJson, ""}, OddAnswer{"empty", 200, "", kJson, ""},
        OddAnswer{"no_content", 204, "", kJson, ""},
        OddAnswer{"half", 200, R"({"access_token":"t")", kJson, ""},
        OddAnswer{"duplicate", 200, R"({"access_token":"t","access_token":"u"})", kJson, ""},
        OddAnswer{"not_utf8", 200, "{\"access_token\":\"\xff\"}", kJson, ""},
        OddAnswer{"form_not_utf8", 200, "access_token=%ff", kForm, ""},
        OddAnswer{"page", 200, "<html>a=b</html>", "text/html", ""},
        OddAnswer{"page_as_text", 200, "<html>a=b</html>", "text/plain", ""},
        OddAnswer{"redirect", 302, "", kJson, ""},
        OddAnswer{"error_in_200", 200, R"({"error":"bad_refresh_token"})", kJson, "", true},
        OddAnswer{"slack_error", 200, R"({"ok":false,"error":"token_revoked"})", kJson, "", true},
        OddAnswer{"form_error", 200, "error=bad_refresh_token&error_description=x+y", kForm, "",
                  true},
        OddAnswer{"invalid_grant", 400, R"({"error":"invalid_grant"})", kJson, "", true},
        OddAnswer{"invalid_client", 401, R"({"error":"invalid_client"})", kJson, "", true},
        OddAnswer{"unauthorized_client", 403, R"({"error":"unauthorized_client"})", kJson, "",
                  true},
        OddAnswer{"invalid_request", 400, R"({"error":"invalid_request"})", kJson, ""},
        OddAnswer{"object_error", 400, R"({"error":{"message":"no","type":"OAuthException"}})",
                  kJson, ""},
        OddAnswer{"plain_401", 401, "Unauthorized", "text/plain", ""},
        OddAnswer{"not_found", 404, "", "", ""},
        OddAnswer{"grant_in_503", 503, R"({"error":"invalid_grant"})", kJson, ""},
        OddAnswer{"grant_in_429", 429, R"({"error":"invalid_grant"})", kJson, ""}),
    [](const auto& info) { return info.param.name; });

TEST_F(TokenAnswerTest, UnderstandsExpiriesAndIgnoresNonsense) {
    const auto expiry = [&](const std::string& value) {
        return judge(200, R"({"access_token":"t","expires_in":)" + value + "}")->expires_at;
    };
    EXPECT_EQ(expiry("3600"), clock.now() + Seconds(3600));
    EXPECT_EQ(expiry("\"3600\""), clock.now() + Seconds(3600));
    EXPECT_EQ(expiry("59.5"), clock.now() + Milliseconds(59'500));
    EXPECT_EQ(expiry("1798761600"), from_millis(1'798'761'600'000));
    EXPECT_EQ(expiry("1798761600000"), from_millis(1'798'761'600'000));
    EXPECT_EQ(expiry("\"2027-01-01T00:00:00Z\""), from_millis(1'798'761'600'000));
    for (const char* nonsense :
         {"0", "-1", "null", "\"\"", "\"soon\"", "{}", "1e300", "true", "\"1e999\""}) {
        EXPECT_FALSE(expiry(nonsense)) << nonsense;
    }
    EXPECT_FALSE(judge(200, R"({"access_token":"t"})")->expires_at);
}

TEST_F(TokenAnswerTest, ReadsScopesInEveryForm) {
    const auto scopes = [&](const std::string& value) {
        return judge(200, R"({"access_token":"t","scope":)" + value + "}")->granted_scopes;
    };
    const std::vector<std::string> two = {"a", "b"};
    EXPECT_EQ(scopes(R"("a b")"), two);
    EXPECT_EQ(scopes(R"("a,b")"), two);
    EXPECT_EQ(scopes(R"("a, b")"), two);
    EXPECT_EQ(scopes(R"(["a","b"])"), two);
    EXPECT_EQ(scopes(R"("")"), std::vector<std::string>());
    EXPECT_FALSE(judge(200, R"({"access_token":"t"})")->granted_scopes);
}

TEST_F(TokenAnswerTest, ReadsRetryAfter) {
    EXPECT_EQ(judge(429, "", "", "17").error().retry_after, Seconds(17));
    EXPECT_EQ(judge(503, "", "", "Thu, 01 Jan 2026 00:01:00 GMT").error().retry_after, Seconds(60));
    EXPECT_FALSE(judge(503, "", "", "later").error().retry_after);
}

TEST_F(TokenAnswerTest, TellsWhetherTheProviderMayHaveDoneItsPart) {
    EXPECT_TRUE(judge(500, "").error().outcome_unknown);
    EXPECT_TRUE(judge(504, "").error().outcome_unknown);
    EXPECT_FALSE(judge(503, "").error().outcome_unknown);
    EXPECT_FALSE(judge(429, "").error().outcome_unknown);
    EXPECT_FALSE(judge(400, R"({"error":"invalid_request"})").error().outcome_unknown);
    EXPECT_TRUE(judge(200, "").error().outcome_unknown);
    using K = ErrorKind;
    EXPECT_TRUE(
        failure_of_request({K::provider_timed_out, "upstream.timeout", "x"}).outcome_unknown);
    EXPECT_TRUE(failure_of_request({K::provider_failed, "upstream.connection_closed", "x"})
                    .outcome_unknown);
    EXPECT_FALSE(
        failure_of_request({K::provider_failed, "upstream.dns_failed", "x"}).outcome_unknown);
    EXPECT_FALSE(failure_of_request({K::forbidden, "egress.denied", "x"}).outcome_unknown);
}

TEST(ShownWordsTest, AreShortPlainAndFreeOfSecrets) {
    const Secret token("tok-1234");
    const Secret tiny("ab");
    EXPECT_EQ(shown_words("<b>no</b> tok-1234 \"x\" & y\r\nab", {&token, &tiny}),
              "bno/b [hidden] x  y  ab");
    EXPECT_EQ(shown_words("tok-<>1234", {&token}), "[hidden]");
    EXPECT_EQ(shown_words("\xff", {}), "");
    const std::string shown = shown_words(std::string(1000, 'x'), {});
    EXPECT_EQ(shown, std::string(300, 'x') + "…");
    std::string wide;
    for (int i = 0; i < 400; ++i) wide += "€";
    EXPECT_TRUE(shown_words(wide, {}).ends_with("€…"));
}

TEST(RetryAfterTest, UnderstandsTheThreeFormsOfDates) {
    const Timestamp now = *parse_timestamp("1994-11-06T08:49:00Z");
    for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        EXPECT_EQ(parse_retry_after(date, now), Seconds(37)) << date;
    }
    EXPECT_EQ(parse_retry_after(" 120 ", now), Seconds(120));
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:48:00 GMT", now), Seconds(0));
    for (const char* odd : {"", "-1", "1.5", "99999999999", "Sun, 32 Nov 1994 08:49:37 GMT",
                            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
                            "Sun, 06 Nov 1994 08:49 GMT", "now"}) {
        EXPECT_FALSE(parse_retry_after(odd, now)) << odd;
    }
}

}  // namespace
}  // namespace tenon
