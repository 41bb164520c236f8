#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "platform/http/json_schema.h"
#include "platform/http/schema_node.h"

namespace tenon::http {
namespace {

// Schemas that nest deeper than this without a $ref are refused.
constexpr int kCompileDepthMax = 64;

constexpr std::array<std::string_view, 39> kKeywords = {"type",
                                                        "enum",
                                                        "const",
                                                        "required",
                                                        "properties",
                                                        "additionalProperties",
                                                        "propertyNames",
                                                        "minProperties",
                                                        "maxProperties",
                                                        "items",
                                                        "minItems",
                                                        "maxItems",
                                                        "uniqueItems",
                                                        "minLength",
                                                        "maxLength",
                                                        "pattern",
                                                        "format",
                                                        "minimum",
                                                        "maximum",
                                                        "exclusiveMinimum",
                                                        "exclusiveMaximum",
                                                        "oneOf",
                                                        "anyOf",
                                                        "allOf",
                                                        "not",
                                                        "discriminator",
                                                        "$ref",
                                                        "title",
                                                        "description",
                                                        "default",
                                                        "example",
                                                        "examples",
                                                        "deprecated",
                                                        "readOnly",
                                                        "writeOnly",
                                                        "$comment",
                                                        "contentEncoding",
                                                        "contentMediaType",
                                                        "$defs"};

Error invalid(const std::string& place, std::string_view rule) {
    return {ErrorKind::invalid_input, "schema.invalid", fmt::format("{}: {}", place, rule)};
}

std::optional<std::uint8_t> type_bit(std::string_view name) {
    if (name == "null") return json_type::kNull;
    if (name == "boolean") return json_type::kBoolean;
    if (name == "object") return json_type::kObject;
    if (name == "array") return json_type::kArray;
    if (name == "string") return json_type::kString;
    if (name == "integer") return json_type::kInteger;
    if (name == "number") return json_type::kNumber;
    return std::nullopt;
}

std::optional<TextFormat> text_format(std::string_view name) {
    if (name == "uuid") return TextFormat::uuid;
    if (name == "date-time") return TextFormat::date_time;
    if (name == "date") return TextFormat::date;
    if (name == "uri") return TextFormat::uri;
    if (name == "email") return TextFormat::email;
    // Widths of numbers and hints for forms carry no rule of their own.
    for (const std::string_view hint : {"int32", "int64", "double", "password", "binary"}) {
        if (name == hint) return TextFormat::none;
    }
    return std::nullopt;
}

Ok read_count(std::optional<std::size_t>& out, const JsonObject& schema, std::string_view keyword,
              const std::string& place) {
    const Json* value = schema.if_contains(keyword);
    if (value == nullptr) return {};
    if (!value->is_int64() || value->get_int64() < 0) {
        return invalid(place, fmt::format("{} must be a whole number from 0", keyword));
    }
    out = static_cast<std::size_t>(value->get_int64());
    return {};
}

Ok read_bound(std::optional<double>& out, const JsonObject& schema, std::string_view keyword,
              const std::string& place) {
    const Json* value = schema.if_contains(keyword);
    if (value == nullptr) return {};
    if (!value->is_number()) return invalid(place, fmt::format("{} must be a number", keyword));
    out = value->to_number<double>();
    return {};
}

// One step of a JSON pointer (RFC 6901), percent-decoded already.
std::string unescape_pointer(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool escaped = token[i] == '~' && i + 1 < token.size();
        if (!escaped) {
            out += token[i];
        } else {
            out += token[++i] == '1' ? '/' : '~';
        }
    }
    return out;
}

}  // namespace

const Json* resolve_reference(const Json& document, std::string_view reference) {
    if (!reference.starts_with("#/")) return nullptr;
    const Json* value = &document;
    for (const std::string_view token : split(reference.substr(2), '/')) {
        value = find_member(*value, unescape_pointer(token));
        if (value == nullptr) return nullptr;
    }
    return value;
}

Result<JsonSchema> JsonSchema::compile(const Json& document, std::string_view ref) {
    const Json* schema = resolve_reference(document, ref);
    if (schema == nullptr) return invalid(std::string(ref), "is not in the document");
    return SchemaCompiler(document).compile(*schema, std::string(ref));
}

Result<JsonSchema> SchemaCompiler::compile(const Json& schema, const std::string& place) {
    ASSIGN_OR_RETURN(const SchemaNode* root, node(schema, place));
    return JsonSchema(set_, root);
}

Result<const SchemaNode*> SchemaCompiler::node(const Json& schema, const std::string& place) {
    if (depth_ >= kCompileDepthMax) return invalid(place, "is nested too deeply");
    SchemaNode& compiled = set_->nodes.emplace_back();
    if (schema.is_bool()) {
        compiled.allows_nothing = !schema.get_bool();
        return &compiled;
    }
    if (!schema.is_object()) return invalid(place, "a schema must be an object, true or false");
    ++depth_;
    const Ok filled = fill(compiled, schema.get_object(), place);
    --depth_;
    if (!filled) return filled.error();
    return &compiled;
}

Result<const SchemaNode*> SchemaCompiler::referenced(std::string_view reference,
                                                     const std::string& place) {
    if (const auto known = set_->by_reference.find(reference); known != set_->by_reference.end()) {
        return known->second;
    }
    const Json* target = resolve_reference(document_, reference);
    if (target == nullptr || !target->is_object()) {
        return invalid(place, fmt::format("$ref {} leads to no schema", reference));
    }
    // Known before it is filled, so that a schema may refer to itself.
    SchemaNode& compiled = set_->nodes.emplace_back();
    set_->by_reference.emplace(reference, &compiled);
    const int depth = std::exchange(depth_, 0);
    const Ok filled = fill(compiled, target->get_object(), std::string(reference));
    depth_ = depth;
    if (!filled) return filled.error();
    return &compiled;
}

Ok SchemaCompiler::fill(SchemaNode& node, const JsonObject& schema, const std::string& place) {
    for (const auto& member : schema) {
        const std::string_view keyword = member.key();
        const bool known =
            keyword.starts_with("x-") ||
            std::find(kKeywords.begin(), kKeywords.end(), keyword) != kKeywords.end();
        if (!known) return invalid(place, fmt::format("unknown keyword {}", keyword));
    }
    RETURN_IF_ERROR(read_types(node, schema, place));
    RETURN_IF_ERROR(read_object_rules(node, schema, place));
    RETURN_IF_ERROR(read_array_rules(node, schema, place));
    RETURN_IF_ERROR(read_text_rules(node, schema, place));
    RETURN_IF_ERROR(read_number_rules(node, schema, place));
    return read_choices(node, schema, place);
}

Ok SchemaCompiler::read_types(SchemaNode& node, const JsonObject& schema,
                              const std::string& place) {
    const auto add = [&](const Json& name) -> Ok {
        const auto bit = name.is_string() ? type_bit(name.get_string()) : std::nullopt;
        if (!bit) return invalid(place, "type must be a JSON type or a list of them");
        node.types |= *bit;
        return {};
    };
    if (const Json* type = schema.if_contains("type"); type != nullptr && type->is_array()) {
        for (const Json& name : type->get_array()) RETURN_IF_ERROR(add(name));
    } else if (type != nullptr) {
        RETURN_IF_ERROR(add(*type));
    }
    if (const Json* list = schema.if_contains("enum")) {
        if (!list->is_array() || list->get_array().empty()) {
            return invalid(place, "enum must be a list with at least one value");
        }
        node.enumeration = list->get_array();
    }
    if (const Json* value = schema.if_contains("const")) node.constant = *value;
    if (const Json* reference = schema.if_contains("$ref")) {
        if (!reference->is_string()) return invalid(place, "$ref must be a text");
        ASSIGN_OR_RETURN(node.reference, referenced(reference->get_string(), place));
    }
    return {};
}

Ok SchemaCompiler::read_object_rules(SchemaNode& node, const JsonObject& schema,
                                     const std::string& place) {
    if (const Json* list = schema.if_contains("required")) {
        if (!list->is_array()) return invalid(place, "required must be a list of names");
        for (const Json& name : list->get_array()) {
            if (!name.is_string()) return invalid(place, "required must be a list of names");
            node.required.emplace_back(name.get_string());
        }
    }
    if (const Json* properties = schema.if_contains("properties")) {
        if (!properties->is_object()) return invalid(place, "properties must be an object");
        for (const auto& member : properties->get_object()) {
            const std::string name(member.key());
            RETURN_IF_ERROR(
                read_node(node.properties[name], &member.value(), place + "/properties/" + name));
        }
    }
    if (const Json* additional = schema.if_contains("additionalProperties")) {
        node.refuses_additional = additional->is_bool() && !additional->get_bool();
        if (additional->is_object()) {
            RETURN_IF_ERROR(
                read_node(node.additional, additional, place + "/additionalProperties"));
        } else if (!additional->is_bool()) {
            return invalid(place, "additionalProperties must be a schema, true or false");
        }
    }
    RETURN_IF_ERROR(read_node(node.property_names, schema.if_contains("propertyNames"),
                              place + "/propertyNames"));
    RETURN_IF_ERROR(read_count(node.min_properties, schema, "minProperties", place));
    return read_count(node.max_properties, schema, "maxProperties", place);
}

Ok SchemaCompiler::read_array_rules(SchemaNode& node, const JsonObject& schema,
                                    const std::string& place) {
    RETURN_IF_ERROR(read_node(node.items, schema.if_contains("items"), place + "/items"));
    RETURN_IF_ERROR(read_count(node.min_items, schema, "minItems", place));
    RETURN_IF_ERROR(read_count(node.max_items, schema, "maxItems", place));
    if (const Json* unique = schema.if_contains("uniqueItems")) {
        if (!unique->is_bool()) return invalid(place, "uniqueItems must be true or false");
        node.unique_items = unique->get_bool();
    }
    return {};
}

Ok SchemaCompiler::read_text_rules(SchemaNode& node, const JsonObject& schema,
                                   const std::string& place) {
    RETURN_IF_ERROR(read_count(node.min_length, schema, "minLength", place));
    RETURN_IF_ERROR(read_count(node.max_length, schema, "maxLength", place));
    if (const Json* format = schema.if_contains("format")) {
        const auto known = format->is_string() ? text_format(format->get_string()) : std::nullopt;
        if (!known) return invalid(place, "unknown format");
        node.format = *known;
    }
    const Json* pattern = schema.if_contains("pattern");
    if (pattern == nullptr) return {};
    if (!pattern->is_string()) return invalid(place, "pattern must be a text");
    auto compiled = TextPattern::compile(pattern->get_string());
    if (!compiled) return invalid(place, compiled.error().message);
    node.pattern = std::move(*compiled);
    const Json* rule = schema.if_contains("x-rule");
    node.pattern_rule = rule != nullptr && rule->is_string()
                            ? std::string(rule->get_string())
                            : "must match " + std::string(pattern->get_string());
    return {};
}

Ok SchemaCompiler::read_number_rules(SchemaNode& node, const JsonObject& schema,
                                     const std::string& place) {
    RETURN_IF_ERROR(read_bound(node.minimum, schema, "minimum", place));
    RETURN_IF_ERROR(read_bound(node.maximum, schema, "maximum", place));
    RETURN_IF_ERROR(read_bound(node.exclusive_minimum, schema, "exclusiveMinimum", place));
    return read_bound(node.exclusive_maximum, schema, "exclusiveMaximum", place);
}

Ok SchemaCompiler::read_choices(SchemaNode& node, const JsonObject& schema,
                                const std::string& place) {
    RETURN_IF_ERROR(read_node_list(node.one_of, schema.if_contains("oneOf"), place + "/oneOf"));
    RETURN_IF_ERROR(read_node_list(node.any_of, schema.if_contains("anyOf"), place + "/anyOf"));
    RETURN_IF_ERROR(read_node_list(node.all_of, schema.if_contains("allOf"), place + "/allOf"));
    RETURN_IF_ERROR(read_node(node.negated, schema.if_contains("not"), place + "/not"));
    const Json* discriminator = schema.if_contains("discriminator");
    if (discriminator == nullptr) return {};
    const Json* branches = schema.if_contains("oneOf");
    if (branches == nullptr) return invalid(place, "discriminator needs oneOf");
    return read_discriminator(node, *discriminator, *branches, place);
}

// `mapping` names a $ref for each value; without it the last part of each branch's $ref is its
// value.
Ok SchemaCompiler::read_discriminator(SchemaNode& node, const Json& rule, const Json& branches,
                                      const std::string& place) {
    node.discriminator = string_member(rule, "propertyName");
    if (node.discriminator.empty()) return invalid(place, "discriminator needs a propertyName");
    if (const Json* mapping = find_member(rule, "mapping"); mapping != nullptr) {
        if (!mapping->is_object()) return invalid(place, "mapping must be an object");
        for (const auto& member : mapping->get_object()) {
            if (!member.value().is_string()) return invalid(place, "mapping must hold $refs");
            ASSIGN_OR_RETURN(node.mapping[std::string(member.key())],
                             referenced(member.value().get_string(), place + "/discriminator"));
        }
        return {};
    }
    for (std::size_t i = 0; i < node.one_of.size(); ++i) {
        const std::string reference = string_member(branches.get_array()[i], "$ref");
        if (reference.empty()) return invalid(place, "a discriminator without mapping needs $refs");
        node.mapping[reference.substr(reference.rfind('/') + 1)] = node.one_of[i];
    }
    return {};
}

Ok SchemaCompiler::read_node_list(std::vector<const SchemaNode*>& out, const Json* list,
                                  const std::string& place) {
    if (list == nullptr) return {};
    if (!list->is_array() || list->get_array().empty()) {
        return invalid(place, "must be a list with at least one schema");
    }
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        const std::string item = fmt::format("{}/{}", place, i);
        RETURN_IF_ERROR(read_node(out.emplace_back(nullptr), &list->get_array()[i], item));
    }
    return {};
}

Ok SchemaCompiler::read_node(const SchemaNode*& out, const Json* schema, const std::string& place) {
    if (schema == nullptr) return {};
    ASSIGN_OR_RETURN(out, node(*schema, place));
    return {};
}

}  // namespace tenon::http
