#include "proxy/provider_answer.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace tenon {
namespace {

using Action = http::AnswerDecision::Action;

http::ResponseHead head_of(const std::string& text) {
    http::ResponseHead head;
    const auto parsed = http::parse_response_head(text, {}, "GET", head);
    EXPECT_EQ(parsed.state, http::ParseStatus::complete) << text;
    return head;
}

Action decide(const std::string& text, ResponseMode mode, AnswerChances chances = {}) {
    return ProviderAnswer(mode, chances).on_answer(head_of(text)).action;
}

constexpr const char* kJson =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n";

TEST(ProviderAnswer, OnlyPlainJsonOfASuccessIsWrapped) {
    EXPECT_EQ(decide(kJson, ResponseMode::wrapped), Action::wrap);
    EXPECT_EQ(decide(kJson, ResponseMode::raw), Action::pass);
    for (const char* text :
         {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: "
          "gzip\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n",
          "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Type: application/json\r\nContent-Length: "
          "2\r\n\r\n"}) {
        EXPECT_EQ(decide(text, ResponseMode::wrapped), Action::pass) << text;
    }
}

TEST(ProviderAnswer, ErrorsAreHeldBackForTheEnvelopeOrARepeat) {
    const std::string refused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    const std::string busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(decide(refused, ResponseMode::wrapped), Action::take_over);
    EXPECT_EQ(decide(refused, ResponseMode::raw), Action::pass);
    EXPECT_EQ(decide(refused, ResponseMode::raw, {.refresh_on_401 = true}), Action::take_over);
    EXPECT_EQ(decide(busy, ResponseMode::raw), Action::pass);
    EXPECT_EQ(decide(busy, ResponseMode::raw, {.retry_on_busy = true}), Action::take_over);
}

TEST(ProviderAnswer, TheEnvelopeKeepsTheProvidersBytesAndMarksWhoFailed) {
    http::TakenAnswer taken{.status = 422, .body = R"({"id":12345678901234567890123,"ok":1.0})"};
    taken.headers.add("Content-Type", "application/json");
    taken.headers.add("Retry-After", "7");
    taken.headers.add("Set-Cookie", "a=b");
    const auto response = taken_answer_response(taken, ResponseMode::wrapped, "Acme");
    EXPECT_EQ(response.status, 422);
    EXPECT_NE(response.body.find(R"("response":{"id":12345678901234567890123,"ok":1.0})"),
              std::string::npos);
    const auto body = parse_json(response.body);
    ASSERT_TRUE(body);
    EXPECT_EQ(string_member(*body, "message"), "Acme answered 422.");
    EXPECT_TRUE(bool_member(*find_member(*body, "meta"), "isIntegrationError"));
    EXPECT_EQ(response.headers.get("retry-after"), "7");
    EXPECT_FALSE(response.headers.has("set-cookie"));
}

TEST(ProviderAnswer, TextThatIsNotJsonBecomesAStringInTheEnvelope) {
    for (const std::string& text :
         {std::string("<h1>no</h1>"), std::string("\xff\xfe"), std::string("{broken")}) {
        const http::TakenAnswer taken{.status = 500, .body = text};
        const auto body =
            parse_json(taken_answer_response(taken, ResponseMode::wrapped, "Acme").body);
        ASSERT_TRUE(body) << text;
    }
}

TEST(ProviderAnswer, RawAnswersKeepCookiesButNeverPoliciesOfTheProvider) {
    ProviderAnswer raw(ResponseMode::raw, {});
    for (const char* name :
         {"Set-Cookie", "ETag", "Link", "X-RateLimit-Remaining", "Content-Type"}) {
        EXPECT_TRUE(raw.keeps_field({name, "x", http::header_id(name)})) << name;
    }
    for (const char* name : {"Strict-Transport-Security", "Content-Security-Policy", "Alt-Svc",
                             "Clear-Site-Data", "Access-Control-Allow-Origin", "Refresh"}) {
        EXPECT_FALSE(raw.keeps_field({name, "x", http::header_id(name)})) << name;
    }
    EXPECT_NE(proxy_answer_fields().find("Content-Security-Policy: sandbox"),
              std::string_view::npos);
    // The server adds the operation's; a browser refuses an answer that has them twice.
    EXPECT_EQ(proxy_answer_fields().find("Access-Control"), std::string_view::npos);
}

}  // namespace
}  // namespace tenon
