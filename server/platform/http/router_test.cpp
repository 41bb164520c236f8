#include "platform/http/router.h"

#include <gtest/gtest.h>
#include <string>

#include "platform/http/router_internal.h"

namespace tenon::http {
namespace {

constexpr std::string_view kContract = R"({
  "openapi": "3.1.0",
  "paths": {
    "/api/v1/things": {
      "get": {"operationId": "listThings", "parameters": [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1,
        "maximum": 200}},
        {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "string",
        "maxLength": 3}}},
        {"name": "full", "in": "query", "schema": {"type": "boolean"}},
        {"name": "X-Kind", "in": "header", "required": true, "schema": {"enum": ["a", "b"]}}]},
      "post": {"operationId": "createThing", "x-body-bytes-max": 1000, "requestBody": {
        "required": true,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
    },
    "/api/v1/things/special": {"get": {"operationId": "getSpecial"}},
    "/api/v1/things/{thingId}": {
      "parameters": [{"$ref": "#/components/parameters/ThingId"}],
      "get": {"operationId": "getThing"},
      "delete": {"operationId": "deleteThing"}
    },
    "/sdk/{user}/files/{path}": {
      "parameters": [{"name": "user", "in": "path", "schema": {"type": "string"}},
                     {"name": "path", "in": "path", "x-catch-all": true, "schema": {
        "type": "string"}}],
      "get": {"operationId": "getFile", "x-stream": true, "x-cors": true}
    },
    "/upload": {"post": {"operationId": "upload", "requestBody": {"content": {
        "application/yaml": {}}}}}
  },
  "components": {
    "parameters": {"ThingId": {"name": "thingId", "in": "path", "schema": {"type": "string",
        "format": "uuid"}}},
    "schemas": {"Thing": {"type": "object", "required": ["name"], "additionalProperties": false,
                          "properties": {"name": {"type": "string", "maxLength": 5}}}}
  }
})";

class RouterTest : public testing::Test {
 protected:
    RouterTest() : router_(*parse_json(kContract)) {}

    const Router::Impl& impl() { return router_.impl(); }
    std::string id_of(std::string_view method, std::string_view path) {
        const RouteMatch match = impl().match(method, path);
        return match.operation == nullptr ? "" : match.operation->id;
    }
    // The problems of a request as "field: rule; …", or its error code, or nothing.
    std::string check(Request& request, std::string_view path) {
        request.path = path;
        RouteMatch match = impl().match(request.method, path);
        if (match.operation == nullptr) return "no route";
        request.path_parameters = match.path_parameters;
        const Ok checked = Router::Impl::check(*match.operation, request);
        if (checked) return "";
        if (checked.error().problems.empty()) return checked.error().code;
        return checked.error().message;
    }

    Router router_;
};

TEST_F(RouterTest, FindsTheMostLiteralRoute) {
    EXPECT_EQ(id_of("GET", "/api/v1/things"), "listThings");
    EXPECT_EQ(id_of("POST", "/api/v1/things"), "createThing");
    EXPECT_EQ(id_of("GET", "/api/v1/things/special"), "getSpecial");
    EXPECT_EQ(id_of("GET", "/api/v1/things/42"), "getThing");
    EXPECT_EQ(id_of("HEAD", "/api/v1/things/42"), "getThing");
    // The literal path has no DELETE, the one with the parameter has.
    EXPECT_EQ(id_of("DELETE", "/api/v1/things/special"), "deleteThing");
    for (const char* path :
         {"/", "", "/api", "/api/v1/things/", "/api/v1/things//", "/api/v1//things",
          "/api/v1/things/1/2", "/API/v1/things", "api/v1/things", "*", "/api/v1/things/%zz",
          "/sdk/u/files", "//sdk/u/files/x"}) {
        EXPECT_EQ(id_of("GET", path), "") << path;
    }
}

TEST_F(RouterTest, TellsTheMethodsOfAKnownPath) {
    const RouteMatch wrong = impl().match("PUT", "/api/v1/things/42");
    EXPECT_EQ(wrong.operation, nullptr);
    EXPECT_TRUE(wrong.path_known);
    EXPECT_EQ(wrong.allow, "DELETE, GET, HEAD");
    EXPECT_FALSE(impl().match("PUT", "/nowhere").path_known);
    EXPECT_FALSE(impl().match("get", "/api/v1/things").operation != nullptr);
}

TEST_F(RouterTest, DecodesParametersButNotTheRest) {
    const RouteMatch match = impl().match("GET", "/sdk/a%2Fb%20c/files/x%2Fy//z%20");
    ASSERT_NE(match.operation, nullptr);
    ASSERT_EQ(match.path_parameters.size(), 2U);
    EXPECT_EQ(match.path_parameters[0].second, "a/b c");
    EXPECT_EQ(match.path_parameters[1].second, "x%2Fy//z%20");
}

TEST_F(RouterTest, ChecksParametersAndNamesEachWrongOne) {
    Request request;
    request.method = "GET";
    request.headers.add("X-Kind", "a");
    request.query = "limit=200&tag=a&tag=b&full=true&unknown=1";
    EXPECT_EQ(check(request, "/api/v1/things"), "");
    request.query = "limit=201&tag=a&tag=long&full=yes";
    EXPECT_EQ(check(request, "/api/v1/things"),
              "limit: must be at most 200; tag: must be at most 3 characters; full: must be true "
              "or false");
    request.query = "limit=1&limit=2";
    EXPECT_EQ(check(request, "/api/v1/things"), "limit: must be given once");
    for (const char* limit : {"", "x", "1x", "1.5", "0x1", "+1", "99999999999999999999"}) {
        request.query = std::string("limit=") + limit;
        EXPECT_NE(check(request, "/api/v1/things"), "") << limit;
    }
    request.query = "tag=%ff";
    EXPECT_EQ(check(request, "/api/v1/things"), "tag: must be UTF-8 text without NUL");
    request.query = "tag=%00";
    EXPECT_EQ(check(request, "/api/v1/things"), "tag: must be UTF-8 text without NUL");
    request.query = "tag=%f";
    EXPECT_EQ(check(request, "/api/v1/things"), "query: has a broken percent escape");
    request.query.clear();
    request.headers = Headers();
    EXPECT_EQ(check(request, "/api/v1/things"), "X-Kind: is required");
    EXPECT_EQ(check(request, "/api/v1/things/42"), "thingId: must be a UUID");
    EXPECT_EQ(check(request, "/api/v1/things/123e4567-e89b-42d3-a456-426614174000"), "");
}

TEST_F(RouterTest, ChecksJsonBodies) {
    Request request;
    request.method = "POST";
    EXPECT_EQ(check(request, "/api/v1/things"), "body: is required");
    request.body = R"({"name": "x"})";
    EXPECT_EQ(check(request, "/api/v1/things"), "content_type");
    request.headers.set("Content-Type", "text/plain");
    EXPECT_EQ(check(request, "/api/v1/things"), "content_type");
    request.headers.set("Content-Type", "Application/JSON; charset=utf-8");
    EXPECT_EQ(check(request, "/api/v1/things"), "");
    ASSERT_TRUE(request.json);
    EXPECT_EQ(string_member(*request.json, "name"), "x");
    request.body = R"({"name": "too long", "id": 1})";
    EXPECT_EQ(check(request, "/api/v1/things"),
              "name: must be at most 5 characters; id: is not a known field");
    request.body = "[]";
    EXPECT_EQ(check(request, "/api/v1/things"), "body: must be an object");
    request.body = R"({"name": "a\u0000b"})";
    EXPECT_EQ(check(request, "/api/v1/things"), "name: must not hold NUL characters (\\u0000)");
    request.body = R"({"a": {"list": ["x", "y\u0000"]}, "b\u0000": 1})";
    EXPECT_EQ(check(request, "/api/v1/things"),
              "a.list[1]: must not hold NUL characters (\\u0000); "
              "body: must not hold NUL characters (\\u0000)");
    request.body = R"({"name": "x", "name": "y"})";
    EXPECT_EQ(check(request, "/api/v1/things"), "json.duplicate_member");
    request.body = R"({"name": )";
    EXPECT_EQ(check(request, "/api/v1/things"), "json.syntax");
}

TEST_F(RouterTest, LeavesOtherBodiesAlone) {
    Request request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/yaml");
    request.body = "a: [";
    EXPECT_EQ(check(request, "/upload"), "");
    EXPECT_FALSE(request.json);
    request.headers.set("Content-Type", "application/json");
    EXPECT_EQ(check(request, "/upload"), "content_type");
}

TEST_F(RouterTest, AnswersPreflightsOnlyWhereTheContractAllowsIt) {
    Headers headers;
    headers.add("Origin", "https://product.example");
    headers.add("Access-Control-Request-Method", "GET");
    headers.add("Access-Control-Request-Headers", "authorization,content-type");
    const auto answer = impl().answer_preflight("OPTIONS", "/sdk/u/files/x", headers);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204);
    EXPECT_EQ(answer->headers.get("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer->headers.get("Access-Control-Allow-Headers"), "authorization,content-type");
    EXPECT_FALSE(impl().answer_preflight("OPTIONS", "/api/v1/things", headers));
    EXPECT_FALSE(impl().answer_preflight("GET", "/sdk/u/files/x", headers));
    headers.set("Access-Control-Request-Headers", "a b\tc: d");
    EXPECT_FALSE(impl()
                     .answer_preflight("OPTIONS", "/sdk/u/files/x", headers)
                     ->headers.has("Access-Control-Allow-Headers"));
    headers.add("Authorization", "Bearer x");
    EXPECT_FALSE(impl().answer_preflight("OPTIONS", "/sdk/u/files/x", headers));

    Headers answered;
    Router::Impl::add_cors(*impl().match("GET", "/sdk/u/files/x").operation, answered);
    EXPECT_EQ(answered.get("Access-Control-Allow-Origin"), "*");
    Headers untouched;
    Router::Impl::add_cors(*impl().match("GET", "/api/v1/things").operation, untouched);
    EXPECT_TRUE(untouched.fields().empty());
}

TEST_F(RouterTest, SendsEveryVerbOfTheProxyDownTheFastPath) {
    EXPECT_EQ(id_of("GET", "/projects/p/sdk/proxy/custom/x/y"), "");
    router_.set_proxy_fast_path([](Exchange&) -> Task<void> { co_return; });
    for (const char* method : {"GET", "HEAD", "OPTIONS", "PATCH", "PROPFIND"}) {
        EXPECT_EQ(id_of(method, "/projects/p/sdk/proxy/custom/x/../y"), "proxy");
    }
    EXPECT_EQ(id_of("GET", "/projects/p/q/sdk/proxy/x"), "");
    EXPECT_EQ(id_of("GET", "/projects/p/sdk/proxyx"), "");
    EXPECT_EQ(id_of("GET", "/v2/projects/p/sdk/proxy/x"), "");
    Request request;
    EXPECT_TRUE(
        Router::Impl::check(*impl().match("GET", "/projects/p/sdk/proxy/x").operation, request));
}

TEST_F(RouterTest, NamesEveryMismatchOfHandlersAndContract) {
    const auto handler = [](const Request&) -> Task<Result<Response>> { co_return no_content(); };
    const auto stream = [](Exchange&) -> Task<void> { co_return; };
    for (const char* id :
         {"listThings", "createThing", "getSpecial", "getThing", "deleteThing", "upload"}) {
        router_.handle(id, handler);
    }
    EXPECT_EQ(router_.problems(), std::vector<std::string>{"operation getFile has no handler"});
    router_.stream("getFile", stream);
    EXPECT_TRUE(router_.problems().empty());
    router_.handle("getThing", handler);
    router_.handle("getNothing", handler);
    router_.handle("getFile", handler);
    router_.stream("getThing", stream);
    EXPECT_EQ(
        router_.problems(),
        (std::vector<std::string>{
            "operation getThing has two handlers", "handler getNothing is not in the contract",
            "operation getFile is a stream", "operation getThing is no stream (x-stream)"}));
}

TEST(Router, NamesWhatIsWrongInTheContract) {
    const Router router(*parse_json(R"({"paths": {
        "/a": {"get": {"operationId": "same"}, "post": {"operationId": "same"}, "put": {}},
        "/b/{x}": {"get": {"operationId": "b1"}}, "/b/{y}": {"get": {"operationId": "b2"}},
        "/c": {"get": {"operationId": "c", "parameters": [
            {"name": "q", "in": "query", "schema": {"typo": 1}}]}}}})"));
    const auto problems = router.problems();
    ASSERT_GE(problems.size(), 4U);
    EXPECT_EQ(problems[0], "PUT /a: has no operationId");
    EXPECT_EQ(problems[1], "POST /a: operationId same is taken");
    EXPECT_EQ(problems[2], "operations b1 and b2 have the same method and path");
    EXPECT_EQ(problems[3], "GET /c/parameters/q/schema: unknown keyword typo");
}

}  // namespace
}  // namespace tenon::http
