#include "integrations/svg_xml.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon {
namespace {

constexpr std::size_t kNameBytesMax = 64;

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_start(char c) { return c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'); }
bool is_name_char(char c) {
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

void append_utf8(std::string& out, char32_t point) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | (point >> 6));
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | (point >> 12));
        put(0x80 | ((point >> 6) & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3f));
        put(0x80 | ((point >> 6) & 0x3f));
        put(0x80 | (point & 0x3f));
    }
}

// Characters of XML 1.0, section 2.2, without C1 controls.
bool is_character(char32_t c) {
    if (c == '\t' || c == '\n' || c == '\r') return true;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    return c <= 0xd7ff || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

class Reader {
 public:
    Reader(std::string_view text, const SvgLimits& limits) : text_(text), limits_(limits) {}

    Result<XmlElement> document() {
        RETURN_IF_ERROR(declaration());
        RETURN_IF_ERROR(skip_between());
        if (!next_is("<")) return error("must begin with an svg element");
        XmlElement root;
        RETURN_IF_ERROR(element(root, 1));
        RETURN_IF_ERROR(skip_between());
        if (at_ != text_.size()) return error("must end after its svg element");
        return root;
    }

 private:
    Error error(std::string_view rule) const { return refuse_icon(rule, line_); }
    bool next_is(std::string_view token) const { return text_.substr(at_).starts_with(token); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void advance(std::size_t count) {
        line_ += static_cast<int>(
            std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                       text_.begin() + static_cast<std::ptrdiff_t>(at_ + count), '\n'));
        at_ += count;
    }
    bool take(std::string_view token) {
        if (!next_is(token)) return false;
        advance(token.size());
        return true;
    }
    bool skip_white() {
        const std::size_t begin = at_;
        while (is_white(peek())) advance(1);
        return at_ > begin;
    }

    Ok declaration() {
        if (!next_is("<?xml ")) return {};
        const std::size_t end = text_.find("?>", at_);
        if (end == std::string_view::npos) return error("has an XML declaration without an end");
        const std::string declared = ascii_lower(text_.substr(at_, end - at_));
        // Another encoding would let later readers see other characters than these checks.
        const bool names_encoding = declared.find("encoding") != std::string::npos;
        if (names_encoding && declared.find("utf-8") == std::string::npos)
            return error("must be encoded in UTF-8");
        advance(end + 2 - at_);
        return {};
    }

    Ok comment() {
        const std::size_t end = text_.find("--", at_ + 4);
        if (end == std::string_view::npos || text_.substr(end, 3) != "-->")
            return error("has a broken comment");
        advance(end + 3 - at_);
        return {};
    }

    // White space and comments outside of the root element.
    Ok skip_between() {
        while (at_ < text_.size()) {
            skip_white();
            if (!next_is("<!--")) break;
            RETURN_IF_ERROR(comment());
        }
        return refuse_markup();
    }

    Ok refuse_markup() const {
        if (next_is("<![CDATA[")) return error("must not hold a CDATA section");
        if (next_is("<!--")) return {};
        if (next_is("<!")) return error("must not hold a document type or entities");
        if (next_is("<?")) return error("must not hold processing instructions");
        return {};
    }

    Result<std::string> name() {
        const std::size_t begin = at_;
        if (is_name_start(peek())) ++at_;
        while (at_ > begin && is_name_char(peek())) ++at_;
        if (at_ == begin || at_ - begin > kNameBytesMax)
            return error("has an element or attribute without a valid name");
        return std::string(text_.substr(begin, at_ - begin));
    }

    Ok reference(std::string& out) {
        const std::size_t end = text_.find(';', at_);
        if (end == std::string_view::npos || end - at_ > 12)
            return error("has an '&' that begins no reference");
        const std::string_view body = text_.substr(at_ + 1, end - at_ - 1);
        constexpr std::pair<std::string_view, char> kNamed[] = {
            {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
        const auto* named = std::find_if(std::begin(kNamed), std::end(kNamed),
                                         [body](const auto& entry) { return entry.first == body; });
        if (named != std::end(kNamed)) {
            out += named->second;
        } else {
            RETURN_IF_ERROR(character_reference(body, out));
        }
        advance(end + 1 - at_);
        return {};
    }

    Ok character_reference(std::string_view body, std::string& out) const {
        if (!body.starts_with('#'))
            return error("must not use entities other than amp, lt, gt, quot and apos");
        body.remove_prefix(1);
        const bool is_hex = body.starts_with('x');
        if (is_hex) body.remove_prefix(1);
        std::uint32_t point = 0;
        const char* begin = body.data();
        const char* end = begin + body.size();
        const auto [stop, ec] = std::from_chars(begin, end, point, is_hex ? 16 : 10);
        if (body.empty() || ec != std::errc{} || stop != end || !is_character(point)) {
            return error("has a character reference that is not allowed");
        }
        append_utf8(out, point);
        return {};
    }

    Ok attribute(XmlElement& element) {
        ASSIGN_OR_RETURN(std::string attribute_name, name());
        skip_white();
        if (!take("=")) return error("has an attribute without a value");
        skip_white();
        const char quote = peek();
        if (quote != '"' && quote != '\'') return error("has an attribute value without quotes");
        advance(1);
        std::string value;
        while (at_ < text_.size() && peek() != quote) {
            if (peek() == '<') return error("has '<' in an attribute value");
            if (peek() == '&') {
                RETURN_IF_ERROR(reference(value));
                continue;
            }
            value += is_white(peek()) ? ' ' : peek();
            advance(1);
        }
        if (!take(std::string_view(&quote, 1)))
            return error("has an attribute value without an end");
        if (element.find(attribute_name) != nullptr)
            return error("has an attribute twice on one element");
        if (element.attributes.size() >= limits_.attributes_max)
            return error("has too many attributes on one element");
        // References may have brought in other white space.
        std::replace_if(value.begin(), value.end(), is_white, ' ');
        element.attributes.emplace_back(std::move(attribute_name), std::move(value));
        return {};
    }

    Ok element(XmlElement& element, std::size_t depth) {
        if (depth > limits_.depth_max) return error("is nested too deeply");
        if (++elements_ > limits_.elements_max) {
            return error(fmt::format("must not have more than {} elements", limits_.elements_max));
        }
        element.line = line_;
        advance(1);
        ASSIGN_OR_RETURN(element.name, name());
        while (true) {
            const bool separated = skip_white();
            if (take("/>")) return {};
            if (take(">")) break;
            if (!separated || !is_name_start(peek())) return error("has a broken tag");
            RETURN_IF_ERROR(attribute(element));
        }
        return content(element, depth);
    }

    Ok content(XmlElement& element, std::size_t depth) {
        while (at_ < text_.size()) {
            RETURN_IF_ERROR(refuse_markup());
            if (next_is("<!--")) {
                RETURN_IF_ERROR(comment());
            } else if (take("</")) {
                return end_tag(element);
            } else if (peek() == '<') {
                RETURN_IF_ERROR(this->element(element.children.emplace_back(), depth + 1));
            } else if (peek() == '&') {
                RETURN_IF_ERROR(reference(text_of(element)));
            } else {
                text_of(element) += peek();
                advance(1);
            }
        }
        return error("ends inside of an element");
    }

    // The run of text at the element's end.
    std::string& text_of(XmlElement& element) const {
        if (element.children.empty() || !element.children.back().name.empty()) {
            element.children.emplace_back().line = line_;
        }
        return element.children.back().text;
    }

    Ok end_tag(const XmlElement& element) {
        ASSIGN_OR_RETURN(const std::string closed, name());
        skip_white();
        if (closed != element.name || !take(">"))
            return error("has an end tag that fits no start tag");
        return {};
    }

    std::string_view text_;
    const SvgLimits& limits_;
    std::size_t at_ = 0;
    std::size_t elements_ = 0;
    int line_ = 1;
};

bool has_only_characters(std::string_view utf8) {
    // C0 controls and DEL stand for themselves in UTF-8; C1 controls are C2 80 to C2 9F.
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < 0x80 && !is_character(byte)) return false;
        if (byte == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0)
            return false;
    }
    return true;
}

}  // namespace

const std::string* XmlElement::find(std::string_view attribute) const {
    for (const auto& [attribute_name, value] : attributes) {
        if (attribute_name == attribute) return &value;
    }
    return nullptr;
}

Error refuse_icon(std::string_view rule, int line) {
    return {ErrorKind::invalid_input, "icon.refused", fmt::format("{} (line {})", rule, line)};
}

Result<XmlElement> parse_svg_xml(std::string_view text, const SvgLimits& limits) {
    if (text.size() > limits.bytes_max) {
        return refuse_icon(fmt::format("must not be longer than {} bytes", limits.bytes_max), 1);
    }
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (!is_valid_utf8(text)) return refuse_icon("must be encoded in UTF-8", 1);
    if (!has_only_characters(text)) return refuse_icon("must not hold control characters", 1);
    return Reader(text, limits).document();
}

}  // namespace tenon
