#include "platform/http/json_schema.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tenon::http {
namespace {

Json json(std::string_view text) {
    auto value = parse_json(text);
    EXPECT_TRUE(value) << text;
    return value ? std::move(*value) : Json();
}

// Every problem as "field: rule", joined with "; ".
std::string problems_of(std::string_view schema, std::string_view value) {
    const Json document = json(R"({"schemas": {"S": )" + std::string(schema) + "}}");
    const auto compiled = JsonSchema::compile(document, "#/schemas/S");
    if (!compiled) return "schema: " + compiled.error().message;
    std::string out;
    for (const FieldProblem& problem : compiled->check(json(value))) {
        if (!out.empty()) out += "; ";
        out += problem.field + ": " + problem.rule;
    }
    return out;
}

struct Case {
    std::string schema;
    std::string value;
    std::string problems;
};

class JsonSchemaRules : public testing::TestWithParam<Case> {};

TEST_P(JsonSchemaRules, Hold) {
    EXPECT_EQ(problems_of(GetParam().schema, GetParam().value), GetParam().problems)
        << GetParam().schema << "  " << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    Types, JsonSchemaRules,
    testing::Values(
        Case{"true", "1", ""}, Case{"false", "1", ": is not allowed"}, Case{"{}", "null", ""},
        Case{R"({"type": "string"})", R"("x")", ""},
        Case{R"({"type": "string"})", "1", ": must be a text"},
        Case{R"({"type": "integer"})", "1", ""}, Case{R"({"type": "integer"})", "1.0", ""},
        Case{R"({"type": "integer"})", "18446744073709551615", ""},
        Case{R"({"type": "integer"})", "1.5", ": must be a whole number"},
        Case{R"({"type": "integer"})", "1e300", ": must be a whole number"},
        Case{R"({"type": "integer"})", R"("1")", ": must be a whole number"},
        Case{R"({"type": "number"})", "1", ""}, Case{R"({"type": ["string", "null"]})", "null", ""},
        Case{R"({"type": ["string", "null"]})", "[]", ": must be a text or null"},
        Case{R"({"type": "boolean"})", "0", ": must be true or false"},
        Case{R"({"type": "array"})", "{}", ": must be a list"},
        Case{R"({"type": "object"})", "[]", ": must be an object"},
        Case{R"({"enum": ["a", 1, null]})", "1.0", ""},
        Case{R"({"enum": ["a", 1, null]})", R"("b")", ": must be one of: a, 1, null"},
        Case{R"({"const": "x"})", R"("x")", ""}, Case{R"({"const": "x"})", "1", ": must be x"}));

INSTANTIATE_TEST_SUITE_P(
    TextsAndNumbers, JsonSchemaRules,
    testing::Values(
        Case{R"({"minLength": 1})", R"("")", ": must not be empty"},
        Case{R"({"minLength": 2})", R"("ä")", ": must be at least 2 characters"},
        Case{R"({"maxLength": 2})", R"("äö")", ""},
        Case{R"({"maxLength": 2})", R"("abc")", ": must be at most 2 characters"},
        Case{R"({"maxLength": 2})", "123", ""}, Case{R"({"pattern": "^a+$"})", R"("aaa")", ""},
        Case{R"({"pattern": "^a+$"})", R"("b")", ": must match ^a+$"},
        Case{R"({"pattern": "^a+$", "x-rule": "must be a's"})", R"("b")", ": must be a's"},
        Case{R"({"format": "uuid"})", R"("123e4567-e89b-42d3-a456-426614174000")", ""},
        Case{R"({"format": "uuid"})", R"("123")", ": must be a UUID"},
        Case{R"({"format": "date-time"})", R"("2026-01-31T09:30:00Z")", ""},
        Case{R"({"format": "date-time"})", R"("2026-02-31T09:30:00Z")",
             ": must be a date and time such as 2026-01-31T09:30:00Z"},
        Case{R"({"format": "date"})", R"("2026-01-31")", ""},
        Case{R"({"format": "date"})", R"("31.1.2026")", ": must be a date such as 2026-01-31"},
        Case{R"({"format": "uri"})", R"("https://a.example/x")", ""},
        Case{R"({"format": "uri"})", R"("javascript:alert")", ": must be an http or https URL"},
        Case{R"({"format": "email"})", R"("a@b.example")", ""},
        Case{R"({"format": "email"})", R"("a@b@c")", ": must be an email address"},
        Case{R"({"format": "email"})", R"("a b@c.example")", ": must be an email address"},
        Case{R"({"minimum": 1, "maximum": 2})", "0", ": must be at least 1"},
        Case{R"({"minimum": 1, "maximum": 2})", "2.5", ": must be at most 2"},
        Case{R"({"exclusiveMinimum": 1})", "1", ": must be more than 1"},
        Case{R"({"exclusiveMaximum": 1})", "1", ": must be less than 1"}));

INSTANTIATE_TEST_SUITE_P(
    Containers, JsonSchemaRules,
    testing::Values(
        Case{R"({"required": ["a", "b"]})", R"({"a": 1})", "b: is required"},
        Case{R"({"properties": {"a": {"type": "string"}}, "additionalProperties": false})",
             R"({"a": 1, "b": 2})", "a: must be a text; b: is not a known field"},
        Case{R"({"additionalProperties": {"type": "string"}})", R"({"x": 1})", "x: must be a text"},
        Case{R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"A": 1})",
             "A: must match ^[a-z]+$"},
        Case{R"({"minProperties": 1})", "{}", ": must have at least 1 members"},
        Case{R"({"maxProperties": 1})", R"({"a": 1, "b": 1})", ": must have at most 1 members"},
        Case{R"({"items": {"properties": {"id": {"maxLength": 1}}}})", R"([{}, {"id": "ab"}])",
             "[1].id: must be at most 1 characters"},
        Case{R"({"properties": {"f": {"items": {"required": ["id"]}}}})", R"({"f": [{}]})",
             "f[0].id: is required"},
        Case{R"({"minItems": 1})", "[]", ": must have at least 1 items"},
        Case{R"({"maxItems": 1})", "[1, 2]", ": must have at most 1 items"},
        Case{R"({"uniqueItems": true})", "[1, 2, 1]", "[2]: repeats an earlier item"}));

INSTANTIATE_TEST_SUITE_P(
    Choices, JsonSchemaRules,
    testing::Values(
        Case{R"({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]})", R"("abc")",
             ": must be at most 2 characters"},
        Case{R"({"anyOf": [{"type": "string"}, {"type": "null"}]})", "1",
             ": has none of the allowed forms"},
        Case{R"({"anyOf": [{}, {}]})", "1", ""},
        Case{R"({"oneOf": [{}, {}]})", "1", ": matches more than one of the allowed forms"},
        Case{R"({"oneOf": [{"type": "object", "required": ["a"]}, {"type": "string"}]})", "{}",
             "a: is required"},
        Case{R"({"allOf": [{"required": ["a"]}, {"required": ["b"]}]})", "{}",
             "a: is required; b: is required"},
        Case{R"({"not": {"type": "string"}})", R"("x")", ": has a form that is not allowed"}));

INSTANTIATE_TEST_SUITE_P(
    WrongSchemas, JsonSchemaRules,
    testing::Values(
        Case{R"({"typ": "string"})", "1", "schema: #/schemas/S: unknown keyword typ"},
        Case{R"({"if": {}})", "1", "schema: #/schemas/S: unknown keyword if"},
        Case{R"({"type": "text"})", "1",
             "schema: #/schemas/S: type must be a JSON type or a list of them"},
        Case{R"({"$ref": "#/schemas/T"})", "1",
             "schema: #/schemas/S: $ref #/schemas/T leads to no schema"},
        Case{R"({"format": "ipv9"})", "1", "schema: #/schemas/S: unknown format"},
        Case{R"({"properties": {"a": {"minLength": -1}}})", "1",
             "schema: #/schemas/S/properties/a: minLength must be a whole number from 0"},
        Case{R"({"enum": []})", "1",
             "schema: #/schemas/S: enum must be a list with at least one value"},
        Case{R"({"properties": {"a": 1}})", "1",
             "schema: #/schemas/S/properties/a: a schema must be an object, true or false"}));

TEST(JsonSchema, ChoosesTheBranchThatTheDiscriminatorNames) {
    const Json document = json(R"({"components": {"schemas": {
        "Method": {"oneOf": [{"$ref": "#/components/schemas/Basic"}, {
        "$ref": "#/components/schemas/OAuth"}],
                   "discriminator": {"propertyName": "type", "mapping": {
                       "basic": "#/components/schemas/Basic",
        "oauth": "#/components/schemas/OAuth"}}},
        "Basic": {"type": "object", "required": ["user"], "properties": {"type": {}, "user": {}}},
        "OAuth": {"type": "object", "required": ["url"], "properties": {"type": {}, "url": {
        }}}}}})");
    const auto schema = JsonSchema::compile(document, "#/components/schemas/Method");
    ASSERT_TRUE(schema) << schema.error().message;
    EXPECT_TRUE(schema->check(json(R"({"type": "basic", "user": "u"})")).empty());
    const auto missing = schema->check(json(R"({"type": "oauth"})"));
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing[0].field, "url");
    const auto unknown = schema->check(json(R"({"type": "magic"})"));
    ASSERT_EQ(unknown.size(), 1U);
    EXPECT_EQ(unknown[0].field, "type");
    EXPECT_EQ(unknown[0].rule, "must be one of: basic, oauth");
}

TEST(JsonSchema, StopsInSchemasThatReferToThemselves) {
    const Json document = json(R"({"s": {
        "Loop": {"$ref": "#/s/Loop"},
        "Tree": {"type": "object", "properties": {"child": {"$ref": "#/s/Tree"}},
        "additionalProperties": false},
        "Fan": {"anyOf": [{"properties": {"a": {"$ref": "#/s/Fan"}, "z": false}, "required": ["z"]},
                          {"properties": {"a": {"$ref": "#/s/Fan"}, "z": false},
        "required": ["y"]}]}}})");
    const auto loop = JsonSchema::compile(document, "#/s/Loop");
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->check(json("1")).size(), 1U);
    const auto tree = JsonSchema::compile(document, "#/s/Tree");
    EXPECT_TRUE(tree->check(json(R"({"child": {"child": {}}})")).empty());
    EXPECT_EQ(tree->check(json(R"({"child": {"child": {"x": 1}}})"))[0].field, "child.child.x");
    std::string deep = "1";
    for (int i = 0; i < 40; ++i) deep = R"({"a": )" + deep + "}";
    EXPECT_FALSE(JsonSchema::compile(document, "#/s/Fan")->check(json(deep)).empty());
}

TEST(JsonSchema, TellsAtMostTwentyProblems) {
    const Json document = json(R"({"S": {"items": {"type": "string"}}})");
    const auto schema = JsonSchema::compile(document, "#/S");
    ASSERT_TRUE(schema);
    EXPECT_EQ(schema->check(Json(JsonArray(100, 1))).size(), kSchemaProblemsMax);
}

}  // namespace
}  // namespace tenon::http
