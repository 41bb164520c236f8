// write_yaml(): block style, two spaces, text quoted wherever a reader might take it for something
// else.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "integrations/yaml_document.h"

namespace tenon {
namespace {

bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Words that YAML 1.1 readers take for booleans or nulls.
bool is_reserved(std::string_view text) {
    constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no", "on",
                                                        "off",  "null",  "y",   "n"};
    return std::find(kWords.begin(), kWords.end(), ascii_lower(text)) != kWords.end();
}

bool is_plain(std::string_view text) {
    constexpr std::string_view kMarks = " _./:@+()-=";
    if (text.empty() || (!is_letter(text.front()) && text.front() != '/') || is_reserved(text))
        return false;
    const auto allowed = [kMarks](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    };
    if (!std::all_of(text.begin(), text.end(), allowed)) return false;
    return text.find(": ") == std::string_view::npos && text.back() != ':' && text.back() != ' ';
}

// Whether a block of lines (`|`) gives back exactly this text.
bool is_block(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return false;
    if (text.front() == '\n' || text.front() == ' ' || text.front() == '\t') return false;
    if (text.ends_with("\n\n")) return false;
    for (const std::string_view line : split(text, '\n')) {
        if (std::any_of(line.begin(), line.end(), is_control)) return false;
        if (!line.empty() && trim(line).empty()) return false;
    }
    return true;
}

std::string double_quoted(std::string_view text) {
    std::string out = json_quote(text);
    // JSON leaves it as it is, YAML forbids it.
    for (std::size_t at = out.find('\x7f'); at != std::string::npos; at = out.find('\x7f', at)) {
        out.replace(at, 1, "\\x7f");
    }
    return out;
}

std::string quoted(std::string_view text) {
    const bool has_double = text.find_first_of("\"\\") != std::string_view::npos;
    if (!has_double || std::any_of(text.begin(), text.end(), is_control))
        return double_quoted(text);
    std::string out = "'";
    for (const char c : text) {
        out += c;
        if (c == '\'') out += c;
    }
    return out + "'";
}

class YamlWriter {
 public:
    void write(const Json& value, std::size_t indent) {
        if (value.is_object() && !value.get_object().empty())
            write_object(value.get_object(), indent);
        else if (value.is_array() && !value.get_array().empty())
            write_array(value.get_array(), indent);
        else
            write_scalar(value, indent);
    }
    std::string take() { return std::move(out_); }

 private:
    static bool is_nested(const Json& value) {
        return (value.is_object() && !value.get_object().empty()) ||
               (value.is_array() && !value.get_array().empty());
    }

    void write_object(const JsonObject& object, std::size_t indent) {
        bool first = true;
        for (const auto& member : object) {
            // The first member of a list item stands behind its dash.
            if (!first || at_line_start()) out_.append(indent, ' ');
            first = false;
            const std::string_view key = member.key();
            out_ += is_plain(key) ? std::string(key) : quoted(key);
            out_ += ':';
            if (is_nested(member.value())) {
                out_ += '\n';
                write(member.value(), indent + 2);
            } else {
                out_ += ' ';
                write_scalar(member.value(), indent + 2);
            }
        }
    }

    void write_array(const JsonArray& array, std::size_t indent) {
        bool first = true;
        for (const Json& item : array) {
            if (!first || at_line_start()) out_.append(indent, ' ');
            first = false;
            out_ += "- ";
            write(item, indent + 2);
        }
    }

    void write_scalar(const Json& value, std::size_t indent) {
        if (value.is_string())
            write_text(value.get_string(), indent);
        else
            out_ += write_json(value) + "\n";
    }

    void write_text(std::string_view text, std::size_t indent) {
        if (!is_block(text)) {
            out_ += is_plain(text) ? std::string(text) : quoted(text);
            out_ += '\n';
            return;
        }
        const bool ends_line = text.ends_with('\n');
        out_ += ends_line ? "|\n" : "|-\n";
        if (ends_line) text.remove_suffix(1);
        for (const std::string_view line : split(text, '\n')) {
            if (!line.empty()) out_.append(indent, ' ');
            out_.append(line);
            out_ += '\n';
        }
    }

    bool at_line_start() const { return out_.empty() || out_.back() == '\n'; }

    std::string out_;
};

}  // namespace

std::string write_yaml(const Json& value) {
    YamlWriter writer;
    writer.write(value, 0);
    return writer.take();
}

}  // namespace tenon
