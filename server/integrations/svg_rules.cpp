#include "integrations/svg_rules.h"

#include <algorithm>

#include "base/text.h"
#include "integrations/svg_xml.h"

namespace tenon {
namespace {

// Sorted, for std::binary_search.
constexpr std::string_view kElements[] = {
    "circle",  "clipPath",       "defs",           "desc",  "ellipse", "g",
    "line",    "linearGradient", "marker",         "mask",  "path",    "pattern",
    "polygon", "polyline",       "radialGradient", "rect",  "stop",    "style",
    "svg",     "symbol",         "text",           "title", "tspan",   "use"};

constexpr std::string_view kProperties[] = {"alignment-baseline",
                                            "baseline-shift",
                                            "clip-path",
                                            "clip-rule",
                                            "color",
                                            "color-interpolation",
                                            "color-rendering",
                                            "direction",
                                            "display",
                                            "dominant-baseline",
                                            "fill",
                                            "fill-opacity",
                                            "fill-rule",
                                            "font-family",
                                            "font-size",
                                            "font-style",
                                            "font-variant",
                                            "font-weight",
                                            "image-rendering",
                                            "isolation",
                                            "letter-spacing",
                                            "marker-end",
                                            "marker-mid",
                                            "marker-start",
                                            "mask",
                                            "mask-type",
                                            "mix-blend-mode",
                                            "opacity",
                                            "overflow",
                                            "paint-order",
                                            "shape-rendering",
                                            "stop-color",
                                            "stop-opacity",
                                            "stroke",
                                            "stroke-dasharray",
                                            "stroke-dashoffset",
                                            "stroke-linecap",
                                            "stroke-linejoin",
                                            "stroke-miterlimit",
                                            "stroke-opacity",
                                            "stroke-width",
                                            "text-anchor",
                                            "text-decoration",
                                            "text-rendering",
                                            "transform",
                                            "transform-origin",
                                            "vector-effect",
                                            "visibility",
                                            "word-spacing",
                                            "writing-mode"};

constexpr std::string_view kGeometry[] = {"class",
                                          "clipPathUnits",
                                          "cx",
                                          "cy",
                                          "d",
                                          "dx",
                                          "dy",
                                          "fr",
                                          "fx",
                                          "fy",
                                          "gradientTransform",
                                          "gradientUnits",
                                          "height",
                                          "id",
                                          "lengthAdjust",
                                          "markerHeight",
                                          "markerUnits",
                                          "markerWidth",
                                          "maskContentUnits",
                                          "maskUnits",
                                          "offset",
                                          "orient",
                                          "pathLength",
                                          "patternContentUnits",
                                          "patternTransform",
                                          "patternUnits",
                                          "points",
                                          "preserveAspectRatio",
                                          "r",
                                          "refX",
                                          "refY",
                                          "rotate",
                                          "rx",
                                          "ry",
                                          "spreadMethod",
                                          "style",
                                          "textLength",
                                          "viewBox",
                                          "width",
                                          "x",
                                          "x1",
                                          "x2",
                                          "y",
                                          "y1",
                                          "y2"};

constexpr std::string_view kDroppedAttributes[] = {
    "baseProfile", "enable-background", "focusable", "lang",     "role", "tabindex",
    "type",        "version",           "xml:lang",  "xml:space"};

// Prefixes under which drawing programs keep their notes.
constexpr std::string_view kEditorPrefixes[] = {"cc",    "dc",     "inkscape", "rdf",
                                                "serif", "sketch", "sodipodi"};

constexpr std::string_view kFunctions[] = {"hsl",   "hsla",      "matrix", "rgb",
                                           "rgba",  "rotate",    "scale",  "skewX",
                                           "skewY", "translate", "url"};

static_assert(std::ranges::is_sorted(kElements) && std::ranges::is_sorted(kProperties) &&
              std::ranges::is_sorted(kGeometry) && std::ranges::is_sorted(kDroppedAttributes) &&
              std::ranges::is_sorted(kEditorPrefixes) && std::ranges::is_sorted(kFunctions));

template <std::size_t N>
bool contains(const std::string_view (&sorted)[N], std::string_view name) {
    return std::binary_search(std::begin(sorted), std::end(sorted), name);
}

bool has_editor_prefix(std::string_view name) {
    const std::size_t colon = name.find(':');
    return colon != std::string_view::npos && contains(kEditorPrefixes, name.substr(0, colon));
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool is_value_character(char c) {
    constexpr std::string_view kMarks = " #%.,()+-_!'\"";
    return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
}

// The name in front of the bracket at `open`.
std::string_view function_name(std::string_view value, std::size_t open) {
    std::size_t begin = open;
    while (begin > 0 && (is_alphanumeric(value[begin - 1]) || value[begin - 1] == '-')) --begin;
    return value.substr(begin, open - begin);
}

// What stands in the brackets of url(…) when it is #id, else empty.
std::string_view local_reference(std::string_view inside) {
    inside = trim(inside);
    if (inside.size() >= 2 && (inside.front() == '"' || inside.front() == '\'') &&
        inside.back() == inside.front()) {
        inside = inside.substr(1, inside.size() - 2);
    }
    if (!inside.starts_with('#') || !is_svg_id(inside.substr(1))) return {};
    return inside.substr(1);
}

// Simple selectors only: an element, .class or #id, several with commas.
bool is_harmless_selector(std::string_view selectors) {
    for (std::string_view selector : split(selectors, ',')) {
        selector = trim(selector);
        if (selector.starts_with('.') || selector.starts_with('#')) selector.remove_prefix(1);
        if (!is_svg_id(selector)) return false;
    }
    return true;
}

Error refuse_style(std::string_view rule) {
    return {ErrorKind::invalid_input, "icon.refused", std::string(rule)};
}

}  // namespace

SvgVerdict judge_svg_element(std::string_view name) {
    if (contains(kElements, name)) return SvgVerdict::keep;
    return name == "metadata" || has_editor_prefix(name) ? SvgVerdict::drop : SvgVerdict::refuse;
}

SvgVerdict judge_svg_attribute(std::string_view name) {
    if (contains(kGeometry, name) || contains(kProperties, name)) return SvgVerdict::keep;
    const bool is_label = name.starts_with("data-") || name.starts_with("aria-");
    const bool is_dropped =
        is_label || contains(kDroppedAttributes, name) || has_editor_prefix(name);
    return is_dropped ? SvgVerdict::drop : SvgVerdict::refuse;
}

bool svg_element_has_text(std::string_view name) {
    return name == "text" || name == "tspan" || name == "title" || name == "desc" ||
           name == "style";
}

bool svg_element_may_refer(std::string_view name) {
    return name == "use" || name == "linearGradient" || name == "radialGradient" ||
           name == "pattern";
}

bool is_svg_id(std::string_view text) {
    const auto allowed = [](char c) {
        return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), allowed);
}

bool is_harmless_svg_value(std::string_view value) {
    if (!std::all_of(value.begin(), value.end(), is_value_character)) return false;
    for (std::size_t open = value.find('('); open != std::string_view::npos;
         open = value.find('(', open + 1)) {
        const std::string_view function = function_name(value, open);
        const std::size_t close = value.find(')', open);
        if (!contains(kFunctions, function) || close == std::string_view::npos) return false;
        if (function == "url" && local_reference(value.substr(open + 1, close - open - 1)).empty())
            return false;
    }
    return true;
}

std::string_view next_svg_reference(std::string_view& value) {
    const std::size_t open = value.find("url(");
    if (open == std::string_view::npos) return {};
    const std::size_t close = value.find(')', open);
    const std::string_view id = local_reference(value.substr(open + 4, close - open - 4));
    value.remove_prefix(close);
    return id;
}

Result<std::string> clean_svg_declarations(std::string_view text) {
    std::string out;
    for (const std::string_view declaration : split(text, ';')) {
        if (trim(declaration).empty()) continue;
        const std::size_t colon = declaration.find(':');
        if (colon == std::string_view::npos) return refuse_style("has a style without a value");
        const std::string name = ascii_lower(trim(declaration.substr(0, colon)));
        std::string value(trim(declaration.substr(colon + 1)));
        std::replace_if(
            value.begin(), value.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; },
            ' ');
        if (!is_harmless_svg_value(value)) {
            return refuse_style(
                "must not use outside references, escapes, comments or functions in a style");
        }
        if (!contains(kProperties, name)) continue;
        if (!out.empty()) out += ';';
        out.append(name).append(":").append(value);
    }
    return out;
}

Result<std::string> clean_svg_style_sheet(std::string_view text) {
    std::string out;
    while (!trim(text).empty()) {
        const std::size_t open = text.find('{');
        const std::size_t close = text.find('}', std::min(open, text.size()));
        if (close == std::string_view::npos) return refuse_style("has a broken style sheet");
        const std::string_view selectors = trim(text.substr(0, open));
        if (!is_harmless_selector(selectors)) {
            return refuse_style(
                "must have only simple selectors and no @-rules in its style sheet");
        }
        ASSIGN_OR_RETURN(const std::string declarations,
                         clean_svg_declarations(text.substr(open + 1, close - open - 1)));
        for (const char c : selectors) {
            if (c > ' ') out += c;
        }
        out += "{" + declarations + "}";
        text.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace tenon
