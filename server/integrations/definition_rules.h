// What a schema cannot say about a definition: which variables a text may use, which members belong
// to which method, what a provider could be harmed by. Every problem names its field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "integrations/integration.h"

namespace tenon {

// `wrong` must be put right before anything is saved; `missing` keeps a draft from being activated.
struct DefinitionProblems {
    std::vector<FieldProblem> wrong;
    std::vector<FieldProblem> missing;
};

DefinitionProblems check_definition(const IntegrationDefinition& definition);

// Lower case, letters and digits only ("GitHub Enterprise" → "githubenterprise"); empty when
// nothing is left.
std::string derive_slug(std::string_view name);
bool is_valid_slug(std::string_view slug);  // 1 to 64 of a-z and 0-9

}  // namespace tenon
