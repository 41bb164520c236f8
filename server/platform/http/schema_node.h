// A compiled schema: plain values that json_schema_compile.cpp writes and json_schema.cpp reads.
// Inside of the module.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_pattern.h"
#include "platform/http/json_schema.h"

namespace tenon::http {

// JSON types as bits; "integer" is a number without a fraction.
namespace json_type {
constexpr std::uint8_t kNull = 1;
constexpr std::uint8_t kBoolean = 2;
constexpr std::uint8_t kObject = 4;
constexpr std::uint8_t kArray = 8;
constexpr std::uint8_t kString = 16;
constexpr std::uint8_t kInteger = 32;
constexpr std::uint8_t kNumber = 64;
}  // namespace json_type

enum class TextFormat { none, uuid, date_time, date, uri, email };

struct SchemaNode {
    bool allows_nothing = false;  // the schema `false`
    std::uint8_t types = 0;       // 0: any
    std::optional<JsonArray> enumeration;
    std::optional<Json> constant;
    const SchemaNode* reference = nullptr;  // $ref

    std::vector<std::string> required;
    std::map<std::string, const SchemaNode*, std::less<>> properties;
    bool refuses_additional = false;
    const SchemaNode* additional = nullptr;
    const SchemaNode* property_names = nullptr;
    std::optional<std::size_t> min_properties;
    std::optional<std::size_t> max_properties;

    const SchemaNode* items = nullptr;
    std::optional<std::size_t> min_items;
    std::optional<std::size_t> max_items;
    bool unique_items = false;

    std::optional<std::size_t> min_length;  // in code points
    std::optional<std::size_t> max_length;
    std::optional<TextPattern> pattern;
    std::string pattern_rule;  // what is told when the pattern is broken
    TextFormat format = TextFormat::none;

    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<double> exclusive_minimum;
    std::optional<double> exclusive_maximum;

    std::vector<const SchemaNode*> one_of;
    std::string discriminator;  // the property that names one of `mapping`
    std::map<std::string, const SchemaNode*, std::less<>> mapping;
    std::vector<const SchemaNode*> any_of;
    std::vector<const SchemaNode*> all_of;
    const SchemaNode* negated = nullptr;
};

// Owns every node of one document; a $ref is compiled once.
struct SchemaSet {
    std::deque<SchemaNode> nodes;
    std::map<std::string, const SchemaNode*, std::less<>> by_reference;
};

// The value at a JSON pointer in fragment form ("#/components/schemas/X"), or null.
const Json* resolve_reference(const Json& document, std::string_view reference);

class SchemaCompiler {
 public:
    // `document` outlives the compiler, not the schemas.
    explicit SchemaCompiler(const Json& document)
        : document_(document), set_(std::make_shared<SchemaSet>()) {}

    // The schema `schema`, which stands at `place` in the document (for errors only).
    Result<JsonSchema> compile(const Json& schema, const std::string& place);

 private:
    Result<const SchemaNode*> node(const Json& schema, const std::string& place);
    Result<const SchemaNode*> referenced(std::string_view reference, const std::string& place);
    Ok fill(SchemaNode& node, const JsonObject& schema, const std::string& place);

    Ok read_types(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_object_rules(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_array_rules(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_text_rules(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_number_rules(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_choices(SchemaNode& node, const JsonObject& schema, const std::string& place);
    Ok read_discriminator(SchemaNode& node, const Json& rule, const Json& branches,
                          const std::string& place);
    Ok read_node_list(std::vector<const SchemaNode*>& out, const Json* list,
                      const std::string& place);
    Ok read_node(const SchemaNode*& out, const Json* schema, const std::string& place);

    const Json& document_;
    std::shared_ptr<SchemaSet> set_;
    int depth_ = 0;
};

}  // namespace tenon::http
