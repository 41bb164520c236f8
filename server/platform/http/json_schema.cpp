#include "platform/http/json_schema.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "base/url.h"
#include "platform/http/schema_node.h"

namespace tenon::http {
namespace {

// Beyond this a double is no longer one certain whole number.
constexpr double kWholeNumberMax = 9'007'199'254'740'992.0;
// Of member names that are told back to the sender.
constexpr std::size_t kToldNameBytesMax = 128;

std::uint8_t types_of(const Json& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return json_type::kNull;
        case boost::json::kind::bool_:
            return json_type::kBoolean;
        case boost::json::kind::object:
            return json_type::kObject;
        case boost::json::kind::array:
            return json_type::kArray;
        case boost::json::kind::string:
            return json_type::kString;
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
            return json_type::kInteger | json_type::kNumber;
        case boost::json::kind::double_: {
            const double number = value.get_double();
            const bool whole = std::trunc(number) == number && std::abs(number) <= kWholeNumberMax;
            return whole ? json_type::kInteger | json_type::kNumber : json_type::kNumber;
        }
    }
    return 0;
}

std::string name_types(std::uint8_t types) {
    std::string out;
    const auto add = [&](std::uint8_t bit, std::string_view name) {
        if ((types & bit) == 0) return;
        if (!out.empty()) out += " or ";
        out += name;
    };
    add(json_type::kObject, "an object");
    add(json_type::kArray, "a list");
    add(json_type::kString, "a text");
    add(json_type::kInteger, "a whole number");
    add(json_type::kNumber, "a number");
    add(json_type::kBoolean, "true or false");
    add(json_type::kNull, "null");
    return out;
}

std::string list_values(const JsonArray& values) {
    std::string out;
    for (const Json& value : values) {
        if (!out.empty()) out += ", ";
        out += value.is_string() ? std::string(value.get_string()) : write_json(value);
    }
    return out;
}

// Equal as JSON Schema counts: 1 and 1.0 are the same number.
bool equal_values(const Json& a, const Json& b) {
    if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
    return a == b;
}

std::string join(const std::string& path, std::string_view name) {
    std::string told(name.substr(0, kToldNameBytesMax));
    if (!is_valid_utf8(told)) told = "(a name)";
    return path.empty() ? told : path + "." + told;
}

bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || text.size() > 254) return false;
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' && c != ',';
    });
    return plain && text.find('@') == at && is_valid_host_name(text.substr(at + 1));
}

// RFC 3339 full-date.
bool is_date(std::string_view text) {
    return text.size() == 10 && parse_timestamp(std::string(text) + "T00:00:00Z").has_value();
}

// An empty text when `text` has the format, else the rule.
std::string_view broken_format(TextFormat format, std::string_view text) {
    switch (format) {
        case TextFormat::none:
            return {};
        case TextFormat::uuid:
            return Uuid::parse(text) ? "" : "must be a UUID";
        case TextFormat::date_time:
            return parse_timestamp(text) ? ""
                                         : "must be a date and time such as 2026-01-31T09:30:00Z";
        case TextFormat::date:
            return is_date(text) ? "" : "must be a date such as 2026-01-31";
        case TextFormat::uri:
            return Url::parse(text) ? "" : "must be an http or https URL";
        case TextFormat::email:
            return is_email(text) ? "" : "must be an email address";
    }
    return {};
}

bool admits_type(const SchemaNode& node, const Json& value) {
    const SchemaNode* at = &node;
    for (int step = 0; at->reference != nullptr && at->types == 0 && step < kSchemaDepthMax;
         ++step) {
        at = at->reference;
    }
    return at->types == 0 || (types_of(value) & at->types) != 0;
}

class Checker {
 public:
    void check(const SchemaNode& node, const Json& value, const std::string& path);
    std::vector<FieldProblem> take() { return std::move(problems_); }

 private:
    void check_inner(const SchemaNode& node, const Json& value, const std::string& path);
    void check_object(const SchemaNode& node, const JsonObject& object, const std::string& path);
    void check_members(const SchemaNode& node, const JsonObject& object, const std::string& path);
    void check_array(const SchemaNode& node, const JsonArray& array, const std::string& path);
    void check_text(const SchemaNode& node, std::string_view text, const std::string& path);
    void check_number(const SchemaNode& node, double number, const std::string& path);
    void check_choices(const SchemaNode& node, const Json& value, const std::string& path);
    void check_discriminated(const SchemaNode& node, const Json& value, const std::string& path);
    std::vector<FieldProblem> try_node(const SchemaNode& node, const Json& value,
                                       const std::string& path);
    void check_branches(const std::vector<const SchemaNode*>& branches, const Json& value,
                        const std::string& path, std::size_t matches_max);

    void tell(const std::string& path, std::string rule) {
        if (problems_.size() < kSchemaProblemsMax) problems_.push_back({path, std::move(rule)});
    }
    bool full() const { return problems_.size() >= kSchemaProblemsMax; }

    std::vector<FieldProblem> problems_;
    int depth_ = 0;
    int steps_ = 0;
};

void Checker::check(const SchemaNode& node, const Json& value, const std::string& path) {
    if (full()) return;
    if (depth_ >= kSchemaDepthMax || ++steps_ > kSchemaStepsMax) {
        return tell(path, "is nested too deeply or too large to check");
    }
    ++depth_;
    check_inner(node, value, path);
    --depth_;
}

void Checker::check_inner(const SchemaNode& node, const Json& value, const std::string& path) {
    if (node.allows_nothing) return tell(path, "is not allowed");
    if (node.types != 0 && (types_of(value) & node.types) == 0) {
        return tell(path, "must be " + name_types(node.types));
    }
    if (node.constant && !equal_values(*node.constant, value)) {
        return tell(path, "must be " + list_values({*node.constant}));
    }
    const auto equals = [&](const Json& allowed) { return equal_values(allowed, value); };
    if (node.enumeration &&
        std::none_of(node.enumeration->begin(), node.enumeration->end(), equals)) {
        return tell(path, "must be one of: " + list_values(*node.enumeration));
    }
    if (node.reference != nullptr) check(*node.reference, value, path);
    if (const JsonObject* object = value.if_object()) check_object(node, *object, path);
    if (const JsonArray* array = value.if_array()) check_array(node, *array, path);
    if (value.is_string()) check_text(node, value.get_string(), path);
    if (value.is_number()) check_number(node, value.to_number<double>(), path);
    check_choices(node, value, path);
}

void Checker::check_object(const SchemaNode& node, const JsonObject& object,
                           const std::string& path) {
    for (const std::string& name : node.required) {
        if (!object.contains(name)) tell(join(path, name), "is required");
    }
    if (node.min_properties && object.size() < *node.min_properties) {
        tell(path, fmt::format("must have at least {} members", *node.min_properties));
    }
    if (node.max_properties && object.size() > *node.max_properties) {
        tell(path, fmt::format("must have at most {} members", *node.max_properties));
        return;
    }
    check_members(node, object, path);
}

void Checker::check_members(const SchemaNode& node, const JsonObject& object,
                            const std::string& path) {
    for (const auto& member : object) {
        if (full()) return;
        const std::string_view name = member.key();
        const std::string field = join(path, name);
        if (node.property_names != nullptr) check(*node.property_names, Json(name), field);
        if (const auto known = node.properties.find(name); known != node.properties.end()) {
            check(*known->second, member.value(), field);
        } else if (node.refuses_additional) {
            tell(field, "is not a known field");
        } else if (node.additional != nullptr) {
            check(*node.additional, member.value(), field);
        }
    }
}

void Checker::check_array(const SchemaNode& node, const JsonArray& array, const std::string& path) {
    if (node.min_items && array.size() < *node.min_items) {
        tell(path, fmt::format("must have at least {} items", *node.min_items));
    }
    if (node.max_items && array.size() > *node.max_items) {
        tell(path, fmt::format("must have at most {} items", *node.max_items));
        return;
    }
    for (std::size_t i = 0; i < array.size() && !full(); ++i) {
        const std::string field = fmt::format("{}[{}]", path, i);
        if (node.items != nullptr) check(*node.items, array[i], field);
        if (!node.unique_items) continue;
        steps_ += static_cast<int>(i);
        if (steps_ > kSchemaStepsMax) return tell(path, "is too large to check");
        if (std::find(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(i), array[i]) !=
            array.begin() + static_cast<std::ptrdiff_t>(i)) {
            tell(field, "repeats an earlier item");
        }
    }
}

void Checker::check_text(const SchemaNode& node, std::string_view text, const std::string& path) {
    const std::size_t length = node.min_length || node.max_length ? count_code_points(text) : 0;
    if (node.min_length && length < *node.min_length) {
        return tell(path, *node.min_length == 1
                              ? "must not be empty"
                              : fmt::format("must be at least {} characters", *node.min_length));
    }
    if (node.max_length && length > *node.max_length) {
        return tell(path, fmt::format("must be at most {} characters", *node.max_length));
    }
    if (const auto rule = broken_format(node.format, text); !rule.empty()) {
        return tell(path, std::string(rule));
    }
    if (!node.pattern) return;
    if (text.size() > kPatternTextBytesMax) {
        return tell(path, fmt::format("must be at most {} bytes", kPatternTextBytesMax));
    }
    if (!node.pattern->occurs_in(text)) tell(path, node.pattern_rule);
}

void Checker::check_number(const SchemaNode& node, double number, const std::string& path) {
    if (node.minimum && number < *node.minimum) {
        tell(path, fmt::format("must be at least {}", *node.minimum));
    }
    if (node.maximum && number > *node.maximum) {
        tell(path, fmt::format("must be at most {}", *node.maximum));
    }
    if (node.exclusive_minimum && number <= *node.exclusive_minimum) {
        tell(path, fmt::format("must be more than {}", *node.exclusive_minimum));
    }
    if (node.exclusive_maximum && number >= *node.exclusive_maximum) {
        tell(path, fmt::format("must be less than {}", *node.exclusive_maximum));
    }
}

void Checker::check_choices(const SchemaNode& node, const Json& value, const std::string& path) {
    for (const SchemaNode* part : node.all_of) check(*part, value, path);
    if (!node.any_of.empty()) check_branches(node.any_of, value, path, node.any_of.size());
    if (!node.discriminator.empty()) {
        check_discriminated(node, value, path);
    } else if (!node.one_of.empty()) {
        check_branches(node.one_of, value, path, 1);
    }
    if (node.negated != nullptr && try_node(*node.negated, value, path).empty()) {
        tell(path, "has a form that is not allowed");
    }
}

void Checker::check_discriminated(const SchemaNode& node, const Json& value,
                                  const std::string& path) {
    if (!value.is_object()) return tell(path, "must be an object");
    const std::string field = join(path, node.discriminator);
    const auto name = optional_string_member(value, node.discriminator);
    const auto branch = name ? node.mapping.find(*name) : node.mapping.end();
    if (branch != node.mapping.end()) return check(*branch->second, value, path);
    JsonArray names;
    for (const auto& [known, unused] : node.mapping) names.emplace_back(known);
    tell(field, "must be one of: " + list_values(names));
}

std::vector<FieldProblem> Checker::try_node(const SchemaNode& node, const Json& value,
                                            const std::string& path) {
    std::vector<FieldProblem> before = std::exchange(problems_, {});
    check(node, value, path);
    return std::exchange(problems_, std::move(before));
}

// Tells the problems of the branch that comes closest when none matches.
void Checker::check_branches(const std::vector<const SchemaNode*>& branches, const Json& value,
                             const std::string& path, std::size_t matches_max) {
    std::vector<FieldProblem> closest;
    std::size_t matches = 0;
    for (const SchemaNode* branch : branches) {
        std::vector<FieldProblem> problems = try_node(*branch, value, path);
        if (problems.empty() && ++matches > matches_max) break;
        if (!admits_type(*branch, value)) continue;
        if (closest.empty() || problems.size() < closest.size()) {
            closest = std::move(problems);
        }
    }
    if (matches > matches_max) return tell(path, "matches more than one of the allowed forms");
    if (matches > 0) return;
    if (closest.empty()) return tell(path, "has none of the allowed forms");
    for (FieldProblem& problem : closest) tell(problem.field, std::move(problem.rule));
}

}  // namespace

std::vector<FieldProblem> JsonSchema::check(const Json& value) const {
    Checker checker;
    checker.check(*node_, value, "");
    return checker.take();
}

}  // namespace tenon::http
