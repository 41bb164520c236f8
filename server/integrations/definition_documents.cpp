#include "integrations/definition_documents.h"

#include <charconv>
#include <fmt/format.h>

#include "integrations/definition_json.h"

namespace tenon {
namespace {

constexpr std::string_view kSchema = "#/components/schemas/IntegrationDefinition";
constexpr std::string_view kPrefix = "documents[";

// Takes "documents[3]." off a field and returns 3; nothing for other fields.
std::optional<std::size_t> take_document_index(std::string_view& field) {
    if (!field.starts_with(kPrefix)) return std::nullopt;
    std::size_t index = 0;
    const auto [end, ec] =
        std::from_chars(field.data() + kPrefix.size(), field.data() + field.size(), index);
    if (ec != std::errc{}) return std::nullopt;
    field.remove_prefix(static_cast<std::size_t>(end - field.data()));
    if (field.starts_with(']')) field.remove_prefix(1);
    if (field.starts_with('.')) field.remove_prefix(1);
    return index;
}

}  // namespace

Error DefinitionDocuments::with_lines(Error error) const {
    if (error.problems.empty()) return error;
    for (FieldProblem& problem : error.problems) {
        std::string_view field = problem.field;
        const auto index = take_document_index(field);
        if (!index || *index >= sources.size()) continue;
        problem.rule += fmt::format(" (line {})", sources[*index].line_of(field));
    }
    return invalid_fields(std::move(error.problems));
}

Result<DefinitionReader> DefinitionReader::create(const Json& contract) {
    ASSIGN_OR_RETURN(auto schema, http::JsonSchema::compile(contract, kSchema));
    static const Json kRoot = JsonObject{{"$ref", kSchema}};
    return DefinitionReader(std::move(schema), YamlTypes{&contract, &kRoot});
}

Result<DefinitionDocuments> DefinitionReader::read_yaml(std::string_view text) const {
    DefinitionDocuments documents;
    ASSIGN_OR_RETURN(documents.sources, parse_yaml(text, types_));
    // An empty document, such as one behind a final "---", says nothing.
    std::erase_if(documents.sources,
                  [](const YamlDocument& source) { return source.value.is_null(); });
    if (documents.sources.empty()) {
        return Error{ErrorKind::invalid_input, "yaml.syntax", "Line 1: there is no document."};
    }
    Error error;
    for (std::size_t i = 0; i < documents.sources.size(); ++i) {
        for (FieldProblem& problem : schema_.check(documents.sources[i].value)) {
            const std::string_view dot = problem.field.empty() ? "" : ".";
            problem.field = fmt::format("documents[{}]{}{}", i, dot, problem.field);
            error.problems.push_back(std::move(problem));
        }
    }
    if (!error.problems.empty()) return documents.with_lines(std::move(error));
    for (const YamlDocument& source : documents.sources) {
        documents.drafts.push_back(parse_integration_draft(source.value));
    }
    return documents;
}

std::vector<IntegrationDraft> DefinitionReader::read_json(const JsonArray& documents) {
    std::vector<IntegrationDraft> drafts;
    for (const Json& document : documents) drafts.push_back(parse_integration_draft(document));
    return drafts;
}

std::string write_yaml(const Integration& integration) {
    JsonObject out;
    for (auto& member : to_json(integration.definition, JsonDetail::brief)) {
        // The status stands with the basic facts, in front of the long parts.
        if (member.key() == "authentication") out["status"] = name_of(integration.status);
        out[member.key()] = std::move(member.value());
    }
    return write_yaml(Json(std::move(out)));
}

std::string write_yaml(const std::vector<Integration>& integrations) {
    std::string out;
    for (const Integration& integration : integrations) {
        if (!out.empty()) out += "---\n";
        out += write_yaml(integration);
    }
    return out;
}

}  // namespace tenon
