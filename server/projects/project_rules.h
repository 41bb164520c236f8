// What the values of a project must look like. Pure functions; each error names the field and the
// rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tenon {

struct ProjectLimits;

// Not empty, no control characters, at most name_characters_max characters.
Ok check_project_name(std::string_view name, const ProjectLimits& limits);
// Exact origins as browsers send them: https, or http on a loopback host.
// "https://app.example.com", not "https://app.example.com/" and no wildcards.
Ok check_allowed_origins(const std::vector<std::string>& origins, const ProjectLimits& limits);
// [A-Z][A-Z0-9_]{0,63}, so that {{ secrets.NAME }} reads well.
Ok check_secret_name(std::string_view name);

}  // namespace tenon
