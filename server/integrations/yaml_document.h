// YAML as people write it, read into JSON values with the line of each member, and JSON values
// written as YAML in one stable form. A strict part of YAML 1.2: no anchors, aliases and tags, no
// second key of one name, no merge keys.
//
// The only file that knows yaml-cpp is yaml_document.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tenon {

struct YamlLimits {
    std::size_t bytes_max = 4U << 20U;
    std::size_t depth_max = 32;
    std::size_t nodes_max = 200'000;
    std::size_t documents_max = 200;
};

// Where the types of unquoted scalars come from: a schema says that a member is text, and then 007
// stays "007". Without a schema the rules of YAML 1.2 alone decide. Both are parts of one OpenAPI
// document and outlive the parsing.
struct YamlTypes {
    const Json* contract = nullptr;  // for $ref
    const Json* schema = nullptr;
};

struct YamlDocument {
    Json value;
    std::map<std::string, int, std::less<>>
        lines;  // by path, such as authentication.inputFields[2].id

    // The line of a path, or of the nearest thing around it.
    int line_of(std::string_view path) const;
};

// Errors: invalid_input "yaml.syntax", with the line.
Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, const YamlTypes& types = {},
                                             const YamlLimits& limits = {});

// Ends with a line feed. parse_yaml() of it gives the value back.
std::string write_yaml(const Json& value);

}  // namespace tenon
