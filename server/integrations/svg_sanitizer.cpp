#include "integrations/svg_sanitizer.h"

#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "integrations/svg_rules.h"
#include "integrations/svg_xml.h"

namespace tenon {
namespace {

constexpr std::string_view kSvgNamespace = "http://www.w3.org/2000/svg";
constexpr std::string_view kXlinkNamespace = "http://www.w3.org/1999/xlink";

// How many elements drawing may touch when every reference is followed. Small documents can refer
// to themselves into billions.
constexpr std::size_t kDrawnElementsMax = 20'000;

bool is_event_handler(std::string_view name) {
    return name.size() > 2 && equals_ignoring_case(name.substr(0, 2), "on");
}

// Elements are cleaned in place: what is dropped disappears, what is refused ends everything.
class Cleaner {
 public:
    explicit Cleaner(const SvgLimits& limits) : limits_(limits) {}

    Ok clean(XmlElement& element) {
        RETURN_IF_ERROR(clean_attributes(element));
        if (element.name == "style") return clean_style(element);
        std::vector<XmlElement> kept;
        for (XmlElement& child : element.children) {
            ASSIGN_OR_RETURN(const bool keep,
                             child.name.empty() ? check_text(element, child) : clean_child(child));
            if (keep) kept.push_back(std::move(child));
        }
        element.children = std::move(kept);
        return {};
    }

    // Ids that style sheets refer to, with the line of the sheet.
    const std::vector<std::pair<std::string, int>>& sheet_references() const {
        return sheet_references_;
    }

 private:
    Result<bool> clean_child(XmlElement& child) {
        switch (judge_svg_element(child.name)) {
            case SvgVerdict::refuse:
                return refuse_icon("must not hold the element " + child.name, child.line);
            case SvgVerdict::drop:
                return false;
            case SvgVerdict::keep:
                break;
        }
        RETURN_IF_ERROR(clean(child));
        return true;
    }

    // White space between elements is dropped.
    static Result<bool> check_text(const XmlElement& element, const XmlElement& text) {
        if (svg_element_has_text(element.name)) return true;
        if (trim(text.text).empty()) return false;
        return refuse_icon("has text outside of a text element", text.line);
    }

    Ok clean_attributes(XmlElement& element) {
        std::vector<std::pair<std::string, std::string>> kept;
        for (auto& [name, value] : element.attributes) {
            ASSIGN_OR_RETURN(const bool keep, clean_attribute(element, name, value));
            if (keep) kept.emplace_back(name == "xlink:href" ? "href" : name, std::move(value));
        }
        element.attributes = std::move(kept);
        return {};
    }

    Result<bool> clean_attribute(const XmlElement& element, const std::string& name,
                                 std::string& value) {
        if (name == "xmlns" || name.starts_with("xmlns:"))
            return check_namespace(element, name, value);
        if (name == "href" || name == "xlink:href") return check_reference(element, value);
        if (is_event_handler(name))
            return refuse_icon("must not hold the event handler " + name, element.line);
        switch (judge_svg_attribute(name)) {
            case SvgVerdict::refuse:
                return refuse_icon("must not hold the attribute " + name, element.line);
            case SvgVerdict::drop:
                return false;
            case SvgVerdict::keep:
                break;
        }
        if (name == "id" && !is_svg_id(value))
            return refuse_icon("has an id that is no plain name", element.line);
        if (name == "style") {
            auto cleaned = clean_svg_declarations(value);
            if (!cleaned) return refuse_icon(cleaned.error().message, element.line);
            value = std::move(*cleaned);
            return !value.empty();
        }
        if (!is_harmless_svg_value(value)) {
            return refuse_icon(
                "must not use outside references, escapes or functions in the attribute " + name,
                element.line);
        }
        return true;
    }

    // Declarations are left out; the root gets the one that it needs when it is written.
    Result<bool> check_namespace(const XmlElement& element, const std::string& name,
                                 const std::string& value) const {
        if (name == "xmlns" && value != kSvgNamespace) {
            return refuse_icon("must not use another namespace than SVG", element.line);
        }
        if (name == "xmlns:xlink" && value != kXlinkNamespace) {
            return refuse_icon("must not give xlink another meaning", element.line);
        }
        return false;
    }

    Result<bool> check_reference(const XmlElement& element, const std::string& value) {
        if (!svg_element_may_refer(element.name)) {
            return refuse_icon("must not have a reference on the element " + element.name,
                               element.line);
        }
        if (!value.starts_with('#') || !is_svg_id(std::string_view(value).substr(1))) {
            return refuse_icon("must refer to its own elements only, such as #a", element.line);
        }
        if (element.find("href") != nullptr && element.find("xlink:href") != nullptr) {
            return refuse_icon("must not have two references on one element", element.line);
        }
        if (++references_ > limits_.references_max) {
            return refuse_icon(
                fmt::format("must not have more than {} references", limits_.references_max),
                element.line);
        }
        return true;
    }

    Ok clean_style(XmlElement& element) {
        std::string sheet;
        for (const XmlElement& child : element.children) {
            if (!child.name.empty())
                return refuse_icon("has an element in a style sheet", child.line);
            sheet += child.text;
        }
        auto cleaned = clean_svg_style_sheet(sheet);
        if (!cleaned) return refuse_icon(cleaned.error().message, element.line);
        std::string_view rest = *cleaned;
        for (auto id = next_svg_reference(rest); !id.empty(); id = next_svg_reference(rest)) {
            sheet_references_.emplace_back(id, element.line);
        }
        element.children.clear();
        element.children.emplace_back().text = std::move(*cleaned);
        return {};
    }

    std::vector<std::pair<std::string, int>> sheet_references_;
    const SvgLimits& limits_;
    std::size_t references_ = 0;
};

// Counts what drawing costs, following every reference; refuses cycles.
class DrawingCost {
 public:
    explicit DrawingCost(const XmlElement& root) { index(root); }

    // Which elements a style sheet's rules meet is not worked out, so what they refer to must be
    // simple.
    bool is_gradient(std::string_view id) const {
        const auto found = elements_.find(id);
        return found == elements_.end() || found->second->name == "linearGradient" ||
               found->second->name == "radialGradient";
    }

    // Nothing when there is a cycle or the limit is passed.
    std::optional<std::size_t> of(const XmlElement& element) {
        if (const auto known = known_.find(&element); known != known_.end()) return known->second;
        if (!open_.insert(&element).second) return std::nullopt;
        std::size_t cost = 1;
        const auto add = [&](const XmlElement& other) {
            const auto more = of(other);
            if (!more) return false;
            cost += *more;
            return cost <= kDrawnElementsMax;
        };
        for (const XmlElement& child : element.children) {
            if (!add(child)) return std::nullopt;
        }
        for (const XmlElement* target : targets(element)) {
            if (!add(*target)) return std::nullopt;
        }
        open_.erase(&element);
        known_[&element] = cost;
        return cost;
    }

 private:
    void index(const XmlElement& element) {
        if (const std::string* id = element.find("id")) elements_.emplace(*id, &element);
        for (const XmlElement& child : element.children) index(child);
    }

    void append_target(std::string_view id, std::vector<const XmlElement*>& out) const {
        const auto found = elements_.find(id);
        if (found != elements_.end()) out.push_back(found->second);
    }

    std::vector<const XmlElement*> targets(const XmlElement& element) const {
        std::vector<const XmlElement*> out;
        for (const auto& [name, value] : element.attributes) {
            if (name == "href") append_target(std::string_view(value).substr(1), out);
            std::string_view rest = value;
            for (auto id = next_svg_reference(rest); !id.empty(); id = next_svg_reference(rest))
                append_target(id, out);
        }
        return out;
    }

    std::map<std::string, const XmlElement*, std::less<>> elements_;
    std::map<const XmlElement*, std::size_t> known_;
    std::set<const XmlElement*> open_;
};

void write(const XmlElement& element, bool is_root, std::string& out) {
    if (element.name.empty()) {
        out += html_escape(element.text);
        return;
    }
    out += "<" + element.name;
    if (is_root) out += fmt::format(" xmlns=\"{}\"", kSvgNamespace);
    for (const auto& [name, value] : element.attributes)
        out += " " + name + "=\"" + html_escape(value) + "\"";
    if (element.children.empty()) {
        out += "/>";
        return;
    }
    out += ">";
    for (const XmlElement& child : element.children) write(child, false, out);
    out += "</" + element.name + ">";
}

}  // namespace

Result<std::string> sanitize_svg(std::string_view text, const SvgLimits& limits) {
    ASSIGN_OR_RETURN(XmlElement root, parse_svg_xml(text, limits));
    if (root.name != "svg") return refuse_icon("must have an svg element at its root", root.line);
    const std::string* declared = root.find("xmlns");
    if (declared == nullptr)
        return refuse_icon("must declare xmlns=\"http://www.w3.org/2000/svg\"", root.line);
    Cleaner cleaner(limits);
    RETURN_IF_ERROR(cleaner.clean(root));
    DrawingCost cost(root);
    for (const auto& [id, line] : cleaner.sheet_references()) {
        if (!cost.is_gradient(id))
            return refuse_icon("may refer only to gradients in a style sheet", line);
    }
    if (!cost.of(root)) {
        return refuse_icon("must not have references that lead in a circle or multiply without end",
                           root.line);
    }
    std::string out;
    write(root, true, out);
    if (out.size() > limits.bytes_max) {
        return refuse_icon(fmt::format("must not be longer than {} bytes", limits.bytes_max), 1);
    }
    return out;
}

}  // namespace tenon
