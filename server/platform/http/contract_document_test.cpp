#include "platform/http/contract_document.h"

#include <gtest/gtest.h>

#include "platform/http/router.h"

namespace tenon::http {
namespace {

constexpr std::string_view kGood = R"({
  "tags": [{"name": "things"}],
  "paths": {"/things/{id}": {
    "parameters": [{"$ref": "#/components/parameters/Id"}],
    "get": {"operationId": "getThing", "responses": {
      "200": {"description": "It", "content": {"application/json": {"schema": {
        "$ref": "#/components/schemas/Thing"}}}},
      "404": {"$ref": "#/components/responses/Error"}}}}},
  "components": {
    "parameters": {"Id": {"name": "id", "in": "path", "required": true, "schema": {
        "type": "string"}}},
    "schemas": {"Thing": {"type": "object", "properties": {"self": {
        "$ref": "#/components/schemas/Thing"}}}}}
})";
constexpr std::string_view kShared = R"({
  "paths": {"/things/{id}": {"delete": {"operationId": "deleteThing", "responses": {"204": {
        "description": "Gone"}}}}},
  "components": {"responses": {"Error": {"description": "Wrong",
    "content": {"application/json": {"schema": {"type": "object"}}}}}}
})";

Result<Json> bundle(const std::vector<std::string_view>& texts) {
    std::vector<ContractPart> parts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        parts.push_back({"part" + std::to_string(i) + ".yaml", *parse_json(texts[i])});
    }
    return bundle_contract(parts, "1.2.3");
}

std::string error_of(std::string_view part) {
    const auto bundled = bundle({part});
    return bundled ? "no error" : bundled.error().message;
}

// One operation on /a with the members given.
std::string error_of_operation(const std::string& members) {
    return error_of(R"({"paths": {"/a": {"get": {)" + members + "}}}}");
}
constexpr const char* kId = R"("operationId": "a")";
constexpr const char* kResponses = R"("responses": {"200": {"description": "x"}})";

TEST(ContractDocument, PutsPartsTogether) {
    const auto bundled = bundle({kGood, kShared});
    ASSERT_TRUE(bundled) << bundled.error().message;
    EXPECT_EQ(string_member(*bundled, "openapi"), "3.1.0");
    EXPECT_EQ(*scalar_text(*find_path(*bundled, "info.version")), "1.2.3");
    EXPECT_EQ(bundled->at("paths").at("/things/{id}").as_object().size(), 3U);
    EXPECT_NE(find_path(*bundled, "components.responses.Error"), nullptr);
    EXPECT_NE(find_path(*bundled, "components.schemas.Thing"), nullptr);
    EXPECT_EQ(Router(*bundled).problems(),
              (std::vector<std::string>{"operation getThing has no handler",
                                        "operation deleteThing has no handler"}));
}

TEST(ContractDocument, NamesFileAndPlaceOfWhatIsWrong) {
    EXPECT_EQ(error_of("[]"), "part0.yaml: must hold paths and components");
    EXPECT_EQ(error_of(R"({"path": {}})"), "part0.yaml: path: is not known at the top of a part");
    EXPECT_EQ(error_of(R"({"paths": {"a": {"get": {}}}})"), "part0.yaml: a: a path begins with /");
    EXPECT_EQ(error_of(R"({"paths": {"/a": {"gett": {}}}})"),
              "part0.yaml: /a: gett is neither a method nor known here");
    EXPECT_EQ(error_of(R"({"components": {"schema": {}}})"),
              "part0.yaml: components/schema: is not known");
    EXPECT_EQ(error_of(R"({"components": {"schemas": {"X": {"typ": "string"}}}})"),
              "part0.yaml: #/components/schemas/X: unknown keyword typ");
    EXPECT_EQ(error_of(R"({"components": {"schemas": {"X": {"$ref": "#/components/schemas/Y"}}}})"),
              "part0.yaml: #/components/schemas/X: $ref #/components/schemas/Y leads nowhere");
    EXPECT_EQ(error_of(R"({"components": {"responses": {"X": {}}}})"),
              "part0.yaml: #/components/responses/X: needs a description");
}

TEST(ContractDocument, RefusesWrongOperations) {
    const std::string id = kId;
    const std::string responses = kResponses;
    EXPECT_EQ(error_of_operation(id + "," + responses), "no error");
    EXPECT_EQ(error_of_operation(responses), "part0.yaml: GET /a: needs an operationId");
    EXPECT_EQ(error_of_operation(id), "part0.yaml: GET /a: needs responses");
    EXPECT_EQ(error_of_operation(id + R"(, "responses": {})"),
              "part0.yaml: GET /a: needs responses");
    EXPECT_EQ(error_of_operation(id + R"(, "responses": {"ok": {"description": "x"}})"),
              "part0.yaml: GET /a responses/ok: is no status");
    EXPECT_EQ(error_of_operation(id + R"(, "responses": {"200": {}})"),
              "part0.yaml: GET /a responses/200: needs a description");
    EXPECT_EQ(
        error_of_operation(id + R"(, "responses": {"200": {"$ref": "#/components/responses/X"}})"),
        "part0.yaml: /a: $ref #/components/responses/X leads nowhere");
    EXPECT_EQ(error_of_operation(id + "," + responses + R"(, "x-corss": true)"),
              "part0.yaml: GET /a: x-corss is not known here");
    EXPECT_EQ(error_of_operation(id + "," + responses + R"(, "x-cors": "yes")"),
              "part0.yaml: GET /a: x-cors must be true or false");
    EXPECT_EQ(error_of_operation(id + "," + responses + R"(, "x-body-bytes-max": 0)"),
              "part0.yaml: GET /a: x-body-bytes-max must be a whole number from 1");
    EXPECT_EQ(error_of_operation(id + "," + responses +
                                 R"(, "parameters": [{"name": "b", "in": "path", "schema": {}}])"),
              "part0.yaml: GET /a: path parameter b is not in the path");
    EXPECT_EQ(error_of_operation(id + "," + responses +
                                 R"(, "parameters": [{"name": "b", "in": "body", "schema": {}}])"),
              "part0.yaml: GET /a/parameters/b: in must be path, query, header or cookie");
    EXPECT_EQ(error_of_operation(id + "," + responses + R"(, "requestBody": {})"),
              "part0.yaml: GET /a/requestBody: needs content");
    EXPECT_EQ(
        error_of_operation(
            id + R"(, "responses": {"200": {"description": "x", "content": {"application/json": )"
                 R"({"schema": {"minimun": 1}}}}})"),
        "part0.yaml: GET /a responses/200 application/json: unknown keyword minimun");
    EXPECT_EQ(error_of(R"({"paths": {"/a/{b}": {"get": {)" + id + "," + responses + "}}}}"),
              "part0.yaml: GET /a/{b}: path parameter b is not declared");
}

TEST(ContractDocument, RefusesWhatTwoPartsBothSay) {
    EXPECT_EQ(bundle({kGood, kGood}).error().message,
              "part1.yaml: tags: stands in another part already");
    const std::string operation =
        R"({"paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {
        "description": "x"}}}}}})";
    EXPECT_EQ(bundle({operation, operation}).error().message,
              "part1.yaml: /a: get stands in part0.yaml already");
    const std::string schema = R"({"components": {"schemas": {"X": {}}}})";
    EXPECT_EQ(bundle({schema, schema}).error().message,
              "part1.yaml: components/schemas/X: stands in part0.yaml already");
    EXPECT_EQ(error_of(R"({"paths": {
        "/a": {"get": {"operationId": "same", "responses": {"200": {"description": "x"}}}},
        "/b": {"get": {"operationId": "same", "responses": {"200": {"description": "x"}}}}}})"),
              "part0.yaml: GET /b: operationId same is that of GET /a already");
}

}  // namespace
}  // namespace tenon::http
