// A strict reader for the small part of XML 1.0 that an icon needs: elements, attributes, text,
// comments (dropped), the five named entities and character references. Document types, other
// entities, processing instructions and CDATA are refused.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "integrations/svg_sanitizer.h"

namespace tenon {

// An element, or a run of text between elements: then `name` is empty and `text` decoded.
struct XmlElement {
    std::string name;  // as written, with its prefix
    std::vector<std::pair<std::string, std::string>>
        attributes;  // values decoded, white space as spaces
    std::vector<XmlElement> children;
    std::string text;
    int line = 0;

    const std::string* find(std::string_view attribute) const;
};

// "must not … (line 3)" as the error of icons.
Error refuse_icon(std::string_view rule, int line);

// Errors: invalid_input "icon.refused".
Result<XmlElement> parse_svg_xml(std::string_view text, const SvgLimits& limits);

}  // namespace tenon
