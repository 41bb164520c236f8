#include "platform/http/contract.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon::http {
namespace {

Error invalid(const std::string& place, std::string_view rule) {
    return {ErrorKind::invalid_input, "contract.invalid", fmt::format("{}: {}", place, rule)};
}

// `value` itself, or what its $ref leads to.
const Json* follow_reference(const Json& document, const Json& value) {
    const auto reference = optional_string_member(value, "$ref");
    return reference ? resolve_reference(document, *reference) : &value;
}

std::uint8_t types_of_schema(const SchemaNode* node) {
    for (int step = 0; node != nullptr && step < kSchemaDepthMax; ++step) {
        if (node->types != 0 || node->reference == nullptr) return node->types;
        node = node->reference;
    }
    return 0;
}

const SchemaNode* items_of_schema(const SchemaNode* node) {
    for (int step = 0; node != nullptr && step < kSchemaDepthMax; ++step) {
        if (node->items != nullptr || node->reference == nullptr) return node->items;
        node = node->reference;
    }
    return nullptr;
}

// A parameter's text as the value its schema wants; text that does not read as one stays text, and
// the schema then says what is wrong.
Json value_of_text(std::string_view text, std::uint8_t types) {
    const char* end = text.data() + text.size();
    if ((types & (json_type::kInteger | json_type::kNumber)) != 0) {
        std::int64_t whole = 0;
        const auto [stop, ec] = std::from_chars(text.data(), end, whole);
        if (ec == std::errc{} && stop == end) return whole;
    }
    if ((types & json_type::kNumber) != 0) {
        double number = 0;
        const auto [stop, ec] = std::from_chars(text.data(), end, number);
        if (ec == std::errc{} && stop == end) return number;
    }
    if ((types & json_type::kBoolean) != 0 && (text == "true" || text == "false")) {
        return text == "true";
    }
    return Json(text);
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> query;
    if (text.empty()) return query;
    const auto parts = split(text, '&');
    if (parts.size() > kQueryPartsMax) {
        return Error::invalid_field("query",
                                    fmt::format("must have at most {} parts", kQueryPartsMax));
    }
    for (const std::string_view part : parts) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const std::string_view after =
            equals < part.size() ? part.substr(equals + 1) : std::string_view{};
        auto name = form_decode(part.substr(0, equals));
        auto value = form_decode(after);
        if (!name || !value) return Error::invalid_field("query", "has a broken percent escape");
        query.emplace_back(std::move(*name), std::move(*value));
    }
    return query;
}

// Databases and logs cannot hold every text that HTTP can carry.
bool is_storable_text(std::string_view text) {
    return is_valid_utf8(text) && text.find('\0') == std::string_view::npos;
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// The fields whose text holds a NUL; a member whose name does is told as what it is a member of.
// The depth is that of a parsed body, which has its limit.
void find_nuls(const Json& value, const std::string& path, std::vector<FieldProblem>& found) {
    constexpr std::size_t kToldMax = 20;
    const auto tell = [&] {
        if (found.size() >= kToldMax) return;
        found.push_back({path.empty() ? "body" : path, "must not hold NUL characters (\\u0000)"});
    };
    if (value.is_string() && has_nul(value.get_string())) tell();
    if (const JsonArray* list = value.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            find_nuls((*list)[i], fmt::format("{}[{}]", path, i), found);
        }
    }
    const JsonObject* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& member : *object) {
        const std::string_view name(member.key());
        if (has_nul(name)) {
            tell();
        } else {
            find_nuls(member.value(),
                      path.empty() ? std::string(name) : fmt::format("{}.{}", path, name), found);
        }
    }
}

bool is_json_media_type(std::string_view name) {
    return name == "application/json" || name.ends_with("+json");
}

}  // namespace

Result<std::shared_ptr<const OperationContract>> OperationContract::compile(
    const Json& document, const JsonObject& item, const JsonObject& operation,
    const std::string& place, SchemaCompiler& compiler) {
    auto contract = std::make_shared<OperationContract>();
    // Those of the operation come first and hide those of the path with the same name and place.
    for (const JsonObject* owner : {&operation, &item}) {
        const Json* list = owner->if_contains("parameters");
        if (list == nullptr) continue;
        if (!list->is_array()) return invalid(place, "parameters must be a list");
        for (const Json& written : list->get_array()) {
            RETURN_IF_ERROR(contract->read_parameter(document, written, place, compiler));
        }
    }
    if (const Json* body = operation.if_contains("requestBody")) {
        RETURN_IF_ERROR(contract->read_body(document, *body, place + "/requestBody", compiler));
    }
    return std::shared_ptr<const OperationContract>(std::move(contract));
}

std::optional<OperationContract::Location> OperationContract::location_named(
    std::string_view name) {
    if (name == "path") return Location::path;
    if (name == "query") return Location::query;
    if (name == "header") return Location::header;
    if (name == "cookie") return Location::cookie;
    return std::nullopt;
}

Ok OperationContract::read_parameter(const Json& document, const Json& written,
                                     const std::string& place, SchemaCompiler& compiler) {
    const Json* parameter = follow_reference(document, written);
    if (parameter == nullptr) return invalid(place, "a parameter's $ref leads nowhere");
    const std::string name = string_member(*parameter, "name");
    const std::string where = string_member(*parameter, "in");
    const std::string parameter_place = place + "/parameters/" + name;
    const Json* schema = find_member(*parameter, "schema");
    if (name.empty() || schema == nullptr) {
        return invalid(parameter_place, "a parameter needs name and schema");
    }
    const auto location = location_named(where);
    if (!location) return invalid(parameter_place, "in must be path, query, header or cookie");
    const auto is_same = [&](const Parameter& other) {
        return other.name == name && other.location == *location;
    };
    if (std::any_of(parameters_.begin(), parameters_.end(), is_same)) return {};
    ASSIGN_OR_RETURN(JsonSchema compiled, compiler.compile(*schema, parameter_place + "/schema"));
    const std::uint8_t types = types_of_schema(&compiled.node());
    const std::uint8_t item_types = types_of_schema(items_of_schema(&compiled.node()));
    const bool is_required = bool_member(*parameter, "required") || *location == Location::path;
    parameters_.push_back({name, *location, is_required, types, item_types, std::move(compiled)});
    return {};
}

Ok OperationContract::read_body(const Json& document, const Json& written, const std::string& place,
                                SchemaCompiler& compiler) {
    const Json* body = follow_reference(document, written);
    const Json* content = body == nullptr ? nullptr : find_member(*body, "content");
    if (content == nullptr || !content->is_object()) return invalid(place, "needs content");
    takes_body_ = true;
    body_is_required_ = bool_member(*body, "required");
    for (const auto& member : content->get_object()) {
        MediaType type{ascii_lower(std::string_view(member.key())), nullptr};
        const Json* schema = find_member(member.value(), "schema");
        if (schema != nullptr && is_json_media_type(type.name)) {
            ASSIGN_OR_RETURN(JsonSchema compiled,
                             compiler.compile(*schema, place + "/" + type.name));
            type.schema = std::make_shared<const JsonSchema>(std::move(compiled));
        }
        media_types_.push_back(std::move(type));
    }
    return {};
}

Ok OperationContract::check_parameters(const Request& request) const {
    ASSIGN_OR_RETURN(const QueryParts query, parse_query(request.query));
    std::vector<FieldProblem> problems;
    for (const Parameter& parameter : parameters_) {
        const auto rules = broken_rules(parameter, texts_of(parameter, request, query));
        for (const std::string& rule : rules) {
            if (problems.size() < kSchemaProblemsMax) problems.push_back({parameter.name, rule});
        }
    }
    if (!problems.empty()) return invalid_fields(std::move(problems));
    return {};
}

std::vector<std::string> OperationContract::texts_of(const Parameter& parameter,
                                                     const Request& request,
                                                     const QueryParts& query) {
    std::vector<std::string> texts;
    switch (parameter.location) {
        case Location::path:
            texts.emplace_back(request.parameter(parameter.name));
            break;
        case Location::query:
            for (const auto& [name, text] : query) {
                if (name == parameter.name) texts.push_back(text);
            }
            break;
        case Location::header:
            if (const auto* text = request.headers.find(parameter.name)) texts.push_back(*text);
            break;
        case Location::cookie:
            if (auto text = request.cookie(parameter.name)) texts.push_back(std::move(*text));
            break;
    }
    return texts;
}

std::vector<std::string> OperationContract::broken_rules(const Parameter& parameter,
                                                         const std::vector<std::string>& texts) {
    if (texts.empty()) {
        return parameter.is_required ? std::vector<std::string>{"is required"}
                                     : std::vector<std::string>{};
    }
    if (!std::all_of(texts.begin(), texts.end(), is_storable_text)) {
        return {"must be UTF-8 text without NUL"};
    }
    Json value;
    if ((parameter.types & json_type::kArray) != 0) {
        JsonArray& list = value.emplace_array();
        for (const std::string& text : texts) {
            list.push_back(value_of_text(text, parameter.item_types));
        }
    } else if (texts.size() > 1) {
        return {"must be given once"};
    } else {
        value = value_of_text(texts.front(), parameter.types);
    }
    std::vector<std::string> rules;
    for (FieldProblem& problem : parameter.schema.check(value)) {
        rules.push_back(std::move(problem.rule));
    }
    return rules;
}

const OperationContract::MediaType* OperationContract::find_media_type(
    std::string_view content_type) const {
    const std::string name = ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
    for (const MediaType& type : media_types_) {
        if (type.name == name || type.name == "*/*") return &type;
        if (type.name == "application/json" && is_json_media_type(name)) return &type;
    }
    return nullptr;
}

Ok OperationContract::check_body(Request& request) const {
    if (!takes_body_) return {};
    if (request.body.empty()) {
        if (body_is_required_) return Error::invalid_field("body", "is required");
        return {};
    }
    const MediaType* type = find_media_type(request.headers.get("Content-Type"));
    if (type == nullptr) {
        std::string names;
        for (const MediaType& known : media_types_)
            names += (names.empty() ? "" : " or ") + known.name;
        return Error{ErrorKind::invalid_input, "content_type",
                     "Content-Type must be " + names + "."};
    }
    if (type->schema == nullptr && !is_json_media_type(type->name)) return {};
    JsonLimits limits;
    limits.bytes_max = std::max(limits.bytes_max, request.body.size());  // the server has its own
    ASSIGN_OR_RETURN(Json body, parse_json(request.body, limits));
    if (request.body.find("\\u0000") != std::string::npos) {
        std::vector<FieldProblem> nuls;
        find_nuls(body, "", nuls);
        if (!nuls.empty()) return invalid_fields(std::move(nuls));
    }
    if (type->schema != nullptr) {
        std::vector<FieldProblem> problems = type->schema->check(body);
        for (FieldProblem& problem : problems) {
            if (problem.field.empty()) problem.field = "body";
        }
        if (!problems.empty()) return invalid_fields(std::move(problems));
    }
    request.json = std::move(body);
    return {};
}

}  // namespace tenon::http
