#include "platform/http/message.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

TEST(Headers, CompareNamesWithoutCaseAndKeepRepeatedFields) {
    Headers headers;
    headers.add("Set-Cookie", "a=1");
    headers.add("X", "1");
    headers.add("set-cookie", "b=2");
    EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
    EXPECT_EQ(headers.fields().size(), 3U);
    headers.set("Set-cookie", "c=3");
    EXPECT_EQ(headers.fields().size(), 2U);
    EXPECT_EQ(headers.get("Set-Cookie"), "c=3");
    headers.remove("x");
    EXPECT_FALSE(headers.has("X"));
    EXPECT_EQ(headers.get("X"), "");
}

TEST(Request, ReadsQueryParametersDecoded) {
    Request request;
    request.query = "a=1%202&b&a=3&c=x+y&d=%zz&=e";
    EXPECT_EQ(request.query_parameter("a"), "1 2");
    EXPECT_EQ(request.query_parameter("b"), "");
    EXPECT_EQ(request.query_parameter("c"), "x y");
    EXPECT_EQ(request.query_parameter("d"), std::nullopt);
    EXPECT_EQ(request.query_parameter("e"), std::nullopt);
}

TEST(Request, ReadsCookiesStrictly) {
    Request request;
    request.headers.add("Cookie", "a=1; session=abc.DEF_~; broken; q=\"x\"; sp=a b");
    request.headers.add("cookie", "late=2");
    EXPECT_EQ(request.cookie("a"), "1");
    EXPECT_EQ(request.cookie("session"), "abc.DEF_~");
    EXPECT_EQ(request.cookie("late"), "2");
    EXPECT_EQ(request.cookie("broken"), std::nullopt);
    EXPECT_EQ(request.cookie("q"), std::nullopt);
    EXPECT_EQ(request.cookie("sp"), std::nullopt);
    EXPECT_EQ(request.cookie("A"), std::nullopt);
}

TEST(Response, WritesCookiesThatScriptsAndOtherSitesCannotUse) {
    Response response;
    response.set_cookie({"session", "abc"});
    EXPECT_EQ(response.headers.get("Set-Cookie"),
              "session=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    Cookie gone{"session", ""};
    gone.max_age_seconds = 0;
    gone.secure = false;
    gone.same_site = "Strict";
    response.headers = Headers();
    response.set_cookie(gone);
    EXPECT_EQ(response.headers.get("Set-Cookie"),
              "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    response.headers = Headers();
    response.set_cookie({"session", "a;b\r\nX: y"});
    response.set_cookie({"a b", "x"});
    EXPECT_TRUE(response.headers.fields().empty());
}

TEST(ErrorResponse, CarriesMessageCodeStatusAndMeta) {
    const Response plain = error_response(Error::not_found("Integration"));
    EXPECT_EQ(plain.status, 404);
    EXPECT_EQ(plain.body,
              R"({"message":"Integration not found.","code":"not_found","status":404,"meta":{}})");
    EXPECT_EQ(plain.headers.get("Content-Type"), "application/json; charset=utf-8");

    Error error = invalid_fields({{"name", "is required"}, {"limit", "must be at most 200"}});
    error.meta_json = R"({"isIntegrationError": true})";
    const auto body = parse_json(error_response(error).body);
    ASSERT_TRUE(body);
    EXPECT_EQ(int_member(*body, "status"), 400);
    EXPECT_TRUE(find_path(*body, "meta.isIntegrationError")->get_bool());
    EXPECT_EQ(*scalar_text(*find_path(*body, "meta.problems[1].field")), "limit");

    Error limited{ErrorKind::rate_limited, "rate_limited", "Too many requests."};
    limited.retry_after = std::chrono::seconds(7);
    EXPECT_EQ(error_response(limited).headers.get("Retry-After"), "7");
    EXPECT_EQ(error_response(limited).status, 429);
}

TEST(ErrorResponse, SurvivesMetaThatIsNoObject) {
    Error error{ErrorKind::conflict, "x", "y"};
    for (const char* meta : {"[1]", "nonsense", "{"}) {
        error.meta_json = meta;
        EXPECT_NE(error_response(error).body.find(R"("meta":{})"), std::string::npos) << meta;
    }
}

}  // namespace
}  // namespace tenon::http
