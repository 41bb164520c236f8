// Puts the capabilities' parts of the HTTP contract together to one OpenAPI 3.1 document and
// refuses what the router could not keep: two operations with one name, references that lead
// nowhere, rules that the validator does not know. tools/bundle_contract.cpp reads the YAML;
// everything else is here.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace tenon::http {

struct ContractPart {
    std::string file;  // for errors
    Json document;     // `paths` and `components`; `info`, `servers`, `security` and `tags` in one
                       // part at most
};

// Errors: invalid_input "contract.invalid": "server/users/api.yaml: GET /api/…: needs an
// operationId".
Result<Json> bundle_contract(const std::vector<ContractPart>& parts, std::string_view version);

}  // namespace tenon::http
