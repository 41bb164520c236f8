// Checks that several parts of a definition share. Each adds what it finds to the problems, under
// the field's path.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/definition_rules.h"
#include "integrations/template_rules.h"

namespace tenon {

class FieldChecks {
 public:
    explicit FieldChecks(const IntegrationDefinition& definition) : rules_(definition) {}

    void wrong(std::string field, std::string rule);
    void missing(std::string field, std::string rule);
    DefinitionProblems take() { return std::move(problems_); }

    // Empty text is right everywhere; what must be filled in is said with require().
    void require(const std::string& field, const std::string& text);
    void text(const std::string& field, const std::string& text, unsigned variables,
              TemplatePlace place);
    void url(const std::string& field, const std::string& text, unsigned variables,
             std::string* sample = nullptr);
    void headers(const std::string& field, const std::vector<NamedTemplate>& headers,
                 unsigned variables);
    void parameters(const std::string& field, const std::vector<NamedTemplate>& parameters,
                    unsigned variables);
    // A path as find_path() of base/json.h takes it.
    void json_path(const std::string& field, const std::string& path);
    void captures(const std::string& field, const std::vector<CapturedValue>& captures);
    // One line for people: no controls, not only white space.
    void line(const std::string& field, const std::string& text);

 private:
    TemplateRules rules_;
    DefinitionProblems problems_;
};

// [A-Za-z_][A-Za-z0-9_-]{0,63}
bool is_variable_name(std::string_view name);
// A token of RFC 9110, 5.6.2.
bool is_header_name(std::string_view name);

// Rules of fields that people fill in; `path` names the list. Returns how many ids there are.
std::size_t check_inputs(const std::string& path, const std::vector<InputField>& fields,
                         FieldChecks& checks);
// The parts of check_definition().
// How the client shows who it is; a part of check_authentication().
void check_client_authentication(const Authentication& authentication, FieldChecks& checks);
void check_authentication(const Authentication& authentication, FieldChecks& checks);
void check_api(const IntegrationDefinition& definition, FieldChecks& checks);

}  // namespace tenon
