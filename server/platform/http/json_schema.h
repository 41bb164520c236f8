// JSON Schema as OpenAPI 3.1 writes it, compiled once and checked with bounded recursion. It is a
// subset, and a keyword outside of it is refused when compiling, so no rule is ever ignored in
// silence. For request bodies, query parameters, and documents people write by hand (YAML
// integrations) alike.
//
// Rules: type (one or a list), enum, const, required, properties, additionalProperties,
// propertyNames, minProperties, maxProperties, items, minItems, maxItems, uniqueItems, minLength,
// maxLength, pattern, format (uuid, date-time, date, uri, email), minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, oneOf (with discriminator), anyOf, allOf, not, $ref. Read
// over: title, description, default, example, examples, deprecated, readOnly, writeOnly, $comment,
// contentEncoding, contentMediaType and every x- extension; x-rule is the sentence told when the
// pattern is broken.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace tenon::http {

// Steps from schema to schema along one path of the value; deeper values are refused.
constexpr int kSchemaDepthMax = 256;
// Steps in all for one value, whatever its choices (oneOf, anyOf) multiply to.
constexpr int kSchemaStepsMax = 200'000;
// How many problems one check reports.
constexpr std::size_t kSchemaProblemsMax = 20;

struct SchemaNode;
class SchemaCompiler;

class JsonSchema {
 public:
    // Compiles the schema at `ref`, such as "#/components/schemas/Integration", with every schema
    // it refers to. Errors: invalid_input "schema.invalid", naming the place inside the document.
    static Result<JsonSchema> compile(const Json& document, std::string_view ref);

    // Every wrong field with the rule it breaks, at most kSchemaProblemsMax; empty when `value` is
    // right. Fields are paths such as authentication.inputFields[2].id; the value itself is the
    // empty path.
    std::vector<FieldProblem> check(const Json& value) const;

    // The rules themselves, for turning text parameters into values of the wanted type
    // (schema_node.h).
    const SchemaNode& node() const { return *node_; }

 private:
    friend class SchemaCompiler;
    JsonSchema(std::shared_ptr<const void> owner, const SchemaNode* node)
        : owner_(std::move(owner)), node_(node) {}

    std::shared_ptr<const void> owner_;  // keeps all nodes alive
    const SchemaNode* node_;
};

}  // namespace tenon::http
