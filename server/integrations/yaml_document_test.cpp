#include "integrations/yaml_document.h"

#include <gtest/gtest.h>

#include "integrations/testing.h"

namespace tenon {
namespace {

Json yaml(std::string_view text) {
    auto documents = parse_yaml(text);
    if (!documents) return Json("error: " + documents.error().message);
    return documents->empty() ? Json(nullptr) : documents->front().value;
}

std::string error_of(std::string_view text, const YamlLimits& limits = {}) {
    const auto documents = parse_yaml(text, {}, limits);
    return documents ? "none" : documents.error().message;
}

TEST(YamlDocument, reads_the_types_of_yaml_1_2) {
    EXPECT_EQ(
        write_json(yaml("a: 1\nb: -2.5\nc: true\nd: null\ne: ~\nf: yes\ng: '1'\nh: \"x\\n\"\ni: "
                        "1e3\nj: 0x1f\n")),
        R"({"a":1,"b":-2.5,"c":true,"d":null,"e":null,"f":"yes","g":"1","h":"x\n","i":1000,"j":"0x1f"})");
    EXPECT_EQ(write_json(yaml("- [a, {b: c}]\n- |\n  x\n  y\n- >-\n  x\n  y\n")),
              R"([["a",{"b":"c"}],"x\ny\n","x y"])");
}

TEST(YamlDocument, keeps_text_that_looks_like_numbers_where_the_schema_says_text) {
    const Json contract = json_of(R"({"components": {"schemas": {
        "Doc": {"type": "object", "properties": {
            "id": {"type": "string"}, "count": {"type": "integer"}, 
            "list": {"type": "array", "items": {"type": "string"}},
            "map": {"type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/Text"}},
            "either": {"oneOf": [{"properties": {"a": {"type": "string"}}},
                                 {"properties": {"b": {"type": "string"}}}]}}},
        "Text": {"type": "string"}}}})");
    const Json schema = json_of(R"({"$ref": "#/components/schemas/Doc"})");
    const auto documents = parse_yaml(
        "id: 007\ncount: 7\nlist: [1.0, true, null, ~]\nmap: {a: 2022-11-28, b: 1e5}\neither: {b: "
        "5}\nother: 5\n",
        {&contract, &schema});
    ASSERT_TRUE(documents);
    EXPECT_EQ(
        write_json(documents->front().value),
        R"({"id":"007","count":7,"list":["1.0","true","",""],"map":{"a":"2022-11-28","b":"1e5"},)"
        R"("either":{"b":"5"},"other":5})");
}

TEST(YamlDocument, reads_several_documents) {
    const auto documents = parse_yaml("# first\na: 1\n---\na: 2\n---\n");
    ASSERT_TRUE(documents);
    ASSERT_EQ(documents->size(), 3U);
    EXPECT_EQ(write_json((*documents)[1].value), R"({"a":2})");
    EXPECT_TRUE((*documents)[2].value.is_null());
}

TEST(YamlDocument, knows_the_line_of_each_path) {
    const auto documents = parse_yaml(
        "a:\n  b:\n    - x: 1\n    - x: 2\n      y:\n        - p\n        - q\nc: {d: 3}\n");
    ASSERT_TRUE(documents);
    const YamlDocument& document = documents->front();
    EXPECT_EQ(document.line_of("a.b[1].x"), 4);
    EXPECT_EQ(document.line_of("a.b[1].y[1]"), 7);
    EXPECT_EQ(document.line_of("c.d"), 8);
    EXPECT_EQ(document.line_of("c.unknown[3].z"), 8);
    EXPECT_EQ(document.line_of("nowhere"), 1);
}

TEST(YamlDocument, refuses_what_is_not_plain_data) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a: &x 1\nb: *x\n", "Line 1: anchors"},
        {"a: 1\nb: *x\n", "Line 2: "},
        {"a: &x [1]\n", "Line 1: anchors"},
        {"a:\n  <<: {b: 1}\n", "Line 2: merge keys"},
        {"a: !!binary aGk=\n", "Line 1: tags"},
        {"a: !foo {}\n", "Line 1: tags"},
        {"a: 1\na: 2\n", "Line 2: the key \"a\""},
        {"? [a]\n: 1\n", "Line 1: a key must be text"},
        {"~: 1\n", "a key without a name"},
        {"a: [1\n", "Line 2: "},
        {"a: 1\n b: 2\n", "Line 2: "},
        {"a: \"\\q\"\n", "Line 1: "},
        {std::string_view("a: \x04 b", 7), "control character"},
        {std::string_view("a: \0", 4), "control character"},
        {"a: \xff", "UTF-8"},
        {"\t a: 1", "Line "},
    };
    for (const auto& [text, message] : cases) {
        EXPECT_NE(error_of(text).find(message), std::string::npos)
            << text << " gave " << error_of(text);
    }
}

TEST(YamlDocument, is_bounded) {
    EXPECT_NE(error_of(std::string(100, 'x'), {.bytes_max = 10}).find("limited"),
              std::string::npos);
    EXPECT_NE(error_of("[[[[1]]]]", {.depth_max = 3}).find("nested"), std::string::npos);
    EXPECT_NE(error_of("[1,2,3,4]", {.nodes_max = 4}).find("too many"), std::string::npos);
    EXPECT_NE(error_of("a\n---\nb\n---\nc", {.documents_max = 2}).find("more than 2"),
              std::string::npos);
    // yaml-cpp recurses; its own limit must end it before the stack does.
    EXPECT_NE(error_of(std::string(100'000, '[')), "none");
    EXPECT_NE(error_of(std::string(100'000, '{')), "none");
    std::string dashes;
    for (int i = 0; i < 20'000; ++i) dashes += "- ";
    EXPECT_NE(error_of(dashes), "none");
}

TEST(YamlWriter, writes_a_stable_form_that_reads_back) {
    const Json value = json_of(R"({
        "plain": "a b/c:d", "url": "https://x.example/a?b", 
        "number_text": "007", "word": "Yes", "empty": "", "null": null,
        "template": "{{ inputs.x }}", "quotes": "say \"hi\" it's", 
        "colon": "a: b", "ends": "a:", "hash": "a #b", "dash": "- a",
        "space": " a", "lines": "one\ntwo\n", "unended": "one\n\ntwo", 
        "indented": " one\ntwo", "blank": "a\n \nb",
        "many": "a\n\n", "tab": "a\tb", "cr": "a\r\nb", "unicode": "日本", "del": "a\u007fb",
        "list": ["a", {"b": 1, "c": {"d": [[], {}, [1]]}}, [true, "x"]],
        "deep": {"a": {"b": {"c": 1.5}}}, "a b": 1, "1": 2, "no": 3})");
    const std::string text = write_yaml(value);
    const auto documents = parse_yaml(text);
    ASSERT_TRUE(documents) << documents.error().message << "\n" << text;
    ASSERT_EQ(documents->size(), 1U);
    EXPECT_EQ(write_json(documents->front().value), write_json(value)) << text;
    EXPECT_EQ(write_yaml(documents->front().value), text);
}

TEST(YamlWriter, is_pleasant_to_read) {
    const Json value = json_of(
        R"({"name": "Acme", "count": 1, "text": "one\ntwo", 
            "list": [{"id": "a", "title": "A"}, "b"],
        "map": {"Accept": "application/json", "v": "2022-11-28", 
            "t": "{{ inputs.x }}", "q": "a \"b\""}, "none": []})");
    EXPECT_EQ(write_yaml(value),
              "name: Acme\n"
              "count: 1\n"
              "text: |-\n"
              "  one\n"
              "  two\n"
              "list:\n"
              "  - id: a\n"
              "    title: A\n"
              "  - b\n"
              "map:\n"
              "  Accept: application/json\n"
              "  v: \"2022-11-28\"\n"
              "  t: \"{{ inputs.x }}\"\n"
              "  q: 'a \"b\"'\n"
              "none: []\n");
}

}  // namespace
}  // namespace tenon
