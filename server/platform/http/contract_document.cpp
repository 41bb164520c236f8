#include "platform/http/contract_document.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "base/text.h"
#include "platform/http/contract.h"

namespace tenon::http {
namespace {

using Words = std::vector<std::string_view>;

const Words kSingleMembers = {"info", "servers", "security", "tags", "externalDocs"};
const Words kMethods = {"get", "put", "post", "delete", "options", "head", "patch"};
const Words kItemMembers = {"summary", "description", "parameters"};
const Words kOperationMembers = {"tags",       "summary",     "description", "operationId",
                                 "parameters", "requestBody", "responses",   "deprecated",
                                 "security",   "externalDocs"};
const Words kSections = {"schemas", "parameters", "responses",      "requestBodies",
                         "headers", "examples",   "securitySchemes"};
const Words kExtensions = {"x-cors", "x-stream", "x-body-bytes-max"};
constexpr int kNestingMax = 64;

bool is_one_of(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

Error invalid(std::string_view file, std::string_view place, std::string_view rule) {
    return {ErrorKind::invalid_input, "contract.invalid",
            place.empty() ? fmt::format("{}: {}", file, rule)
                          : fmt::format("{}: {}: {}", file, place, rule)};
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

// The names in braces of a path, in order.
std::vector<std::string> template_names(std::string_view path) {
    std::vector<std::string> names;
    for (const std::string_view segment : split(path, '/')) {
        if (segment.starts_with('{') && segment.ends_with('}')) {
            names.emplace_back(segment.substr(1, segment.size() - 2));
        }
    }
    return names;
}

class Bundler {
 public:
    explicit Bundler(std::string_view version) {
        document_["openapi"] = "3.1.0";
        document_["info"] = JsonObject{{"title", "Tenon"}, {"version", std::string(version)}};
        document_["paths"] = JsonObject{};
        document_["components"] = JsonObject{};
    }

    Ok add(const ContractPart& part);
    Ok check();
    Json take() { return std::move(document_); }

 private:
    Ok add_paths(const std::string& file, const JsonObject& paths);
    Ok add_components(const std::string& file, const JsonObject& components);
    Ok check_references(const Json& value, const std::string& file, const std::string& place,
                        int depth);
    Ok check_components(SchemaCompiler& compiler);
    Ok check_operation(const std::string& path, std::string_view method, const JsonObject& item,
                       const Json& written, SchemaCompiler& compiler);
    Ok check_members(const std::string& file, const std::string& place,
                     const JsonObject& operation);
    Ok check_path_parameters(const std::string& file, const std::string& place,
                             const std::string& path, const JsonObject& item,
                             const JsonObject& operation);
    Ok check_responses(const std::string& file, const std::string& place, const Json* responses,
                       SchemaCompiler& compiler);
    Ok check_content(const std::string& file, const std::string& place, const Json& owner,
                     SchemaCompiler& compiler);
    const Json& merged() { return merged_; }

    JsonObject document_;
    Json merged_;  // document_ as a value, once everything is in
    std::map<std::string, std::string, std::less<>> file_of_path_;  // "/api/…" and "get /api/…"
    std::map<std::string, std::string, std::less<>> file_of_component_;  // "schemas/X"
    std::map<std::string, std::string, std::less<>> operation_ids_;
};

Ok Bundler::add(const ContractPart& part) {
    const JsonObject* members = part.document.if_object();
    if (members == nullptr) return invalid(part.file, "", "must hold paths and components");
    for (const auto& member : *members) {
        const std::string_view name = member.key();
        const JsonObject* object = member.value().if_object();
        if (name == "paths" || name == "components") {
            if (object == nullptr) return invalid(part.file, name, "must be a mapping");
            RETURN_IF_ERROR(name == "paths" ? add_paths(part.file, *object)
                                            : add_components(part.file, *object));
        } else if (is_one_of(kSingleMembers, name)) {
            if (name != "info" && document_.contains(name)) {
                return invalid(part.file, name, "stands in another part already");
            }
            document_[name] = member.value();
        } else if (name != "openapi") {
            return invalid(part.file, name, "is not known at the top of a part");
        }
    }
    return {};
}

Ok Bundler::add_paths(const std::string& file, const JsonObject& paths) {
    JsonObject& all = document_["paths"].get_object();
    for (const auto& path : paths) {
        const std::string place(path.key());
        const JsonObject* item = path.value().if_object();
        if (!place.starts_with('/')) return invalid(file, place, "a path begins with /");
        if (item == nullptr || item->empty()) return invalid(file, place, "has no operations");
        Json& merged_item = all[place];
        JsonObject& into =
            merged_item.is_object() ? merged_item.get_object() : merged_item.emplace_object();
        file_of_path_.emplace(place, file);
        for (const auto& member : *item) {
            const std::string_view name = member.key();
            if (!is_one_of(kMethods, name) && !is_one_of(kItemMembers, name)) {
                return invalid(file, place,
                               fmt::format("{} is neither a method nor known here", name));
            }
            if (!into.emplace(name, member.value()).second) {
                return invalid(file, place,
                               fmt::format("{} stands in {} already", name, file_of_path_[place]));
            }
        }
    }
    return {};
}

Ok Bundler::add_components(const std::string& file, const JsonObject& components) {
    JsonObject& all = document_["components"].get_object();
    for (const auto& section : components) {
        const std::string place = "components/" + std::string(section.key());
        const JsonObject* entries = section.value().if_object();
        if (!is_one_of(kSections, section.key())) return invalid(file, place, "is not known");
        if (entries == nullptr) return invalid(file, place, "must be a mapping");
        Json& merged_section = all[section.key()];
        JsonObject& into = merged_section.is_object() ? merged_section.get_object()
                                                      : merged_section.emplace_object();
        for (const auto& entry : *entries) {
            const std::string name = std::string(section.key()) + "/" + std::string(entry.key());
            if (const auto other = file_of_component_.find(name);
                other != file_of_component_.end()) {
                return invalid(file, "components/" + name,
                               "stands in " + other->second + " already");
            }
            file_of_component_[name] = file;
            into[entry.key()] = entry.value();
        }
    }
    return {};
}

Ok Bundler::check_references(const Json& value, const std::string& file, const std::string& place,
                             int depth) {
    if (depth > kNestingMax) return invalid(file, place, "is nested too deeply");
    if (const JsonArray* list = value.if_array()) {
        for (const Json& item : *list)
            RETURN_IF_ERROR(check_references(item, file, place, depth + 1));
    }
    const JsonObject* object = value.if_object();
    if (object == nullptr) return {};
    for (const auto& member : *object) {
        if (member.key() == "$ref" && member.value().is_string()) {
            const std::string_view reference = member.value().get_string();
            if (resolve_reference(merged(), reference) == nullptr) {
                return invalid(file, place, fmt::format("$ref {} leads nowhere", reference));
            }
        }
        RETURN_IF_ERROR(check_references(member.value(), file, place, depth + 1));
    }
    return {};
}

Ok Bundler::check() {
    merged_ = document_;
    SchemaCompiler compiler(merged_);
    RETURN_IF_ERROR(check_components(compiler));
    for (const auto& path : merged_.at("paths").get_object()) {
        const std::string name(path.key());
        const std::string& file = file_of_path_[name];
        RETURN_IF_ERROR(check_references(path.value(), file, name, 0));
        for (const auto& member : path.value().get_object()) {
            if (!is_one_of(kMethods, member.key())) continue;
            RETURN_IF_ERROR(check_operation(name, member.key(), path.value().get_object(),
                                            member.value(), compiler));
        }
    }
    return {};
}

Ok Bundler::check_components(SchemaCompiler& compiler) {
    for (const auto& section : merged_.at("components").get_object()) {
        for (const auto& entry : section.value().get_object()) {
            const std::string name = std::string(section.key()) + "/" + std::string(entry.key());
            const std::string place = "#/components/" + name;
            const std::string& file = file_of_component_[name];
            RETURN_IF_ERROR(check_references(entry.value(), file, place, 0));
            if (section.key() == "schemas") {
                const auto compiled = compiler.compile(entry.value(), place);
                if (!compiled) return invalid(file, "", compiled.error().message);
            } else if (section.key() == "responses" || section.key() == "requestBodies") {
                RETURN_IF_ERROR(check_content(file, place, entry.value(), compiler));
            }
        }
    }
    return {};
}

Ok Bundler::check_operation(const std::string& path, std::string_view method,
                            const JsonObject& item, const Json& written, SchemaCompiler& compiler) {
    const std::string& file = file_of_path_[path];
    const std::string place = upper(method) + " " + path;
    const JsonObject* operation = written.if_object();
    if (operation == nullptr) return invalid(file, place, "must be a mapping");
    RETURN_IF_ERROR(check_members(file, place, *operation));
    RETURN_IF_ERROR(check_path_parameters(file, place, path, item, *operation));
    const auto compiled = OperationContract::compile(merged(), item, *operation, place, compiler);
    if (!compiled) return invalid(file, "", compiled.error().message);
    return check_responses(file, place, operation->if_contains("responses"), compiler);
}

Ok Bundler::check_members(const std::string& file, const std::string& place,
                          const JsonObject& operation) {
    for (const auto& member : operation) {
        const std::string_view name = member.key();
        if (!is_one_of(kOperationMembers, name) && !is_one_of(kExtensions, name)) {
            return invalid(file, place, fmt::format("{} is not known here", name));
        }
    }
    const Json* id = operation.if_contains("operationId");
    if (id == nullptr || !id->is_string() || id->get_string().empty()) {
        return invalid(file, place, "needs an operationId");
    }
    const auto [known, is_new] = operation_ids_.emplace(std::string(id->get_string()), place);
    if (!is_new) {
        return invalid(
            file, place,
            fmt::format("operationId {} is that of {} already", known->first, known->second));
    }
    for (const std::string_view flag : {"x-cors", "x-stream"}) {
        const Json* value = operation.if_contains(flag);
        if (value != nullptr && !value->is_bool()) {
            return invalid(file, place, fmt::format("{} must be true or false", flag));
        }
    }
    const Json* limit = operation.if_contains("x-body-bytes-max");
    if (limit != nullptr && (!limit->is_int64() || limit->get_int64() <= 0)) {
        return invalid(file, place, "x-body-bytes-max must be a whole number from 1");
    }
    return {};
}

Ok Bundler::check_path_parameters(const std::string& file, const std::string& place,
                                  const std::string& path, const JsonObject& item,
                                  const JsonObject& operation) {
    std::set<std::string> declared;
    for (const JsonObject* owner : {&item, &operation}) {
        const Json* list = owner->if_contains("parameters");
        if (list == nullptr || !list->is_array()) continue;
        for (const Json& written : list->get_array()) {
            const auto reference = optional_string_member(written, "$ref");
            const Json& parameter = reference ? *resolve_reference(merged(), *reference) : written;
            if (string_member(parameter, "in") != "path") continue;
            const std::string name = string_member(parameter, "name");
            declared.insert(name);
            if (bool_member(parameter, "x-catch-all") && !path.ends_with("/{" + name + "}")) {
                return invalid(file, place,
                               "x-catch-all belongs to the last parameter of the path");
            }
        }
    }
    const std::vector<std::string> names = template_names(path);
    const std::set<std::string> used(names.begin(), names.end());
    if (used.size() != names.size()) return invalid(file, place, "names a path parameter twice");
    for (const std::string& name : used) {
        if (!declared.contains(name)) {
            return invalid(file, place, fmt::format("path parameter {} is not declared", name));
        }
    }
    for (const std::string& name : declared) {
        if (!used.contains(name)) {
            return invalid(file, place, fmt::format("path parameter {} is not in the path", name));
        }
    }
    return {};
}

Ok Bundler::check_responses(const std::string& file, const std::string& place,
                            const Json* responses, SchemaCompiler& compiler) {
    if (responses == nullptr || !responses->is_object() || responses->get_object().empty()) {
        return invalid(file, place, "needs responses");
    }
    for (const auto& response : responses->get_object()) {
        const std::string_view status = response.key();
        const bool is_status = status.size() == 3 && status[0] >= '1' && status[0] <= '5';
        const std::string response_place = fmt::format("{} responses/{}", place, status);
        if (!is_status && status != "default") {
            return invalid(file, response_place, "is no status");
        }
        if (find_member(response.value(), "$ref") != nullptr) continue;
        RETURN_IF_ERROR(check_content(file, response_place, response.value(), compiler));
    }
    return {};
}

// Of a response or a body: its description and the schemas of its media types.
Ok Bundler::check_content(const std::string& file, const std::string& place, const Json& owner,
                          SchemaCompiler& compiler) {
    const bool is_body = place.find("requestBodies") != std::string::npos;
    if (!is_body && string_member(owner, "description").empty()) {
        return invalid(file, place, "needs a description");
    }
    const Json* content = find_member(owner, "content");
    if (content == nullptr) return {};
    if (!content->is_object()) return invalid(file, place, "content must be a mapping");
    for (const auto& type : content->get_object()) {
        const Json* schema = find_member(type.value(), "schema");
        if (schema == nullptr) continue;
        const auto compiled = compiler.compile(*schema, place + " " + std::string(type.key()));
        if (!compiled) return invalid(file, "", compiled.error().message);
    }
    return {};
}

}  // namespace

Result<Json> bundle_contract(const std::vector<ContractPart>& parts, std::string_view version) {
    Bundler bundler(version);
    for (const ContractPart& part : parts) RETURN_IF_ERROR(bundler.add(part));
    RETURN_IF_ERROR(bundler.check());
    return bundler.take();
}

}  // namespace tenon::http
