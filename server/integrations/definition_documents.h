// Integrations as files: YAML documents of the schema IntegrationDefinition, for `apply` and
// `export`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "integrations/integration.h"
#include "integrations/integration_service.h"
#include "integrations/yaml_document.h"
#include "platform/http/json_schema.h"

namespace tenon {

struct DefinitionDocuments {
    std::vector<IntegrationDraft> drafts;
    std::vector<YamlDocument> sources;

    // The error with the line added to each problem whose field begins with documents[i], as those
    // of IntegrationService::apply do.
    Error with_lines(Error error) const;
};

class DefinitionReader {
 public:
    // `contract` is the bundled OpenAPI document and outlives the reader. Errors: "schema.invalid".
    static Result<DefinitionReader> create(const Json& contract);

    // Errors: invalid_input "yaml.syntax" with the line; "validation_failed" with each field, rule
    // and line.
    Result<DefinitionDocuments> read_yaml(std::string_view text) const;
    // A list of definitions that the router has checked already.
    static std::vector<IntegrationDraft> read_json(const JsonArray& documents);

 private:
    DefinitionReader(http::JsonSchema schema, YamlTypes types)
        : schema_(std::move(schema)), types_(types) {}

    http::JsonSchema schema_;
    YamlTypes types_;
};

// One document: members in the order of the schema, defaults and secrets left out. Applying it
// changes nothing.
std::string write_yaml(const Integration& integration);
std::string write_yaml(const std::vector<Integration>& integrations);

}  // namespace tenon
