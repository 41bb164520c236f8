// The allow-lists of icons: elements, attributes, style properties, and what a value may hold.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

enum class SvgVerdict {
    keep,
    drop,  // known, harmless and of no use to a picture: editors' notes, labels for scripts
    refuse
};

SvgVerdict judge_svg_element(std::string_view name);
// `name` is never href or a namespace declaration, which the sanitizer handles itself.
SvgVerdict judge_svg_attribute(std::string_view name);
// Elements whose text is part of the picture; elsewhere only white space may stand.
bool svg_element_has_text(std::string_view name);
// Elements that may refer to another one of the same document.
bool svg_element_may_refer(std::string_view name);

bool is_svg_id(std::string_view text);

// A value of a presentation attribute or style property: no function but colours and transforms,
// and url(#id) alone.
bool is_harmless_svg_value(std::string_view value);
// The next id in url(#id) of a value that is_harmless_svg_value(), which is shortened; empty at the
// end.
std::string_view next_svg_reference(std::string_view& value);

// "name: value; …" with only known properties left; a value that is not harmless is an error
// without a line.
Result<std::string> clean_svg_declarations(std::string_view text);
// ".a, #b { … }" rules, cleaned in the same way.
Result<std::string> clean_svg_style_sheet(std::string_view text);

}  // namespace tenon
