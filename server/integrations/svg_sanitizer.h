// Icons are SVG documents from outside. Only what is known to be harmless passes: an allow-list of
// elements and attributes, no script, no event handler, no reference that leaves the document. What
// is dangerous is refused and not repaired, so that nobody wonders where a part of the picture
// went; the result is written anew in one canonical form.
//
// Delivery adds its own walls: Content-Security-Policy sandbox, nosniff, and pages use <img> only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

struct SvgLimits {
    std::size_t bytes_max = 65'536;
    std::size_t depth_max = 32;
    std::size_t elements_max = 2'000;
    std::size_t attributes_max = 64;   // of one element
    std::size_t references_max = 200;  // <use>; each may draw many elements
};

// Errors: invalid_input "icon.refused"; the message is a rule such as "must not hold the element
// script (line 3)".
Result<std::string> sanitize_svg(std::string_view text, const SvgLimits& limits = {});

}  // namespace tenon
