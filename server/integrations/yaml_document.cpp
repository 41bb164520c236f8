#include "integrations/yaml_document.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"

namespace tenon {
namespace {

// The one way to stop yaml-cpp from inside a handler; never leaves this file.
struct Refused {
    int line;
    std::string rule;
};

Error syntax_error(int line, std::string_view rule) {
    return {ErrorKind::invalid_input, "yaml.syntax", fmt::format("Line {}: {}.", line, rule)};
}

const Json* follow_reference(const Json* schema, const Json* contract) {
    for (int hops = 0; schema != nullptr && hops < 8; ++hops) {
        const auto reference = optional_string_member(*schema, "$ref");
        if (!reference || contract == nullptr) break;
        schema = contract;
        for (const std::string_view step : split(*reference, '/')) {
            if (step != "#" && schema != nullptr) schema = find_member(*schema, step);
        }
    }
    return schema;
}

// The schema of a member. Alternatives are tried in order: those of one contract agree about a
// member's type.
const Json* member_schema(const Json* schema, std::string_view name, const Json* contract) {
    if (schema == nullptr) return nullptr;
    const Json* properties = find_member(*schema, "properties");
    const Json* found = properties == nullptr ? nullptr : find_member(*properties, name);
    if (found == nullptr) found = find_member(*schema, "additionalProperties");
    if (found != nullptr && found->is_object()) return follow_reference(found, contract);
    const Json* alternatives = find_member(*schema, "oneOf");
    if (alternatives == nullptr || !alternatives->is_array()) return nullptr;
    for (const Json& alternative : alternatives->get_array()) {
        found = member_schema(follow_reference(&alternative, contract), name, contract);
        if (found != nullptr) return found;
    }
    return nullptr;
}

bool is_text(const Json* schema) {
    return schema != nullptr && string_member(*schema, "type") == "string";
}

// An unquoted scalar by the core schema of YAML 1.2, section 10.3.
Json resolve_plain(const std::string& text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    const char* end = text.data() + text.size();
    std::int64_t integer = 0;
    const auto [integer_end, integer_error] = std::from_chars(text.data(), end, integer);
    if (integer_error == std::errc{} && integer_end == end) return integer;
    double real = 0;
    const bool looks_real = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    const auto [real_end, real_error] = std::from_chars(text.data(), end, real);
    if (looks_real && real_error == std::errc{} && real_end == end) return real;
    return Json(text);
}

// Builds the value of one document from yaml-cpp's events.
class Builder final : public YAML::EventHandler {
 public:
    Builder(const YamlTypes& types, const YamlLimits& limits)
        : types_(types),
          limits_(limits),
          root_schema_(follow_reference(types.schema, types.contract)) {}

    std::vector<YamlDocument> take() { return std::move(documents_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_.size() == limits_.documents_max) {
            throw Refused{line(mark), fmt::format("more than {} documents", limits_.documents_max)};
        }
        documents_.emplace_back();
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        if (wants_key()) throw Refused{line(mark), "a key without a name"};
        add(mark, is_text(next_schema()) ? Json("") : Json(nullptr));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw Refused{line(mark), "anchors and aliases are not supported"};
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        const bool plain = tag == "?";
        if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str") {
            throw Refused{line(mark), "tags are not supported"};
        }
        if (wants_key()) {
            take_key(mark, value);
        } else {
            add(mark, plain && !is_text(next_schema()) ? resolve_plain(value) : Json(value));
        }
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, JsonArray{});
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, tag, anchor, JsonObject{});
    }
    void OnMapEnd() override { open_.pop_back(); }

 private:
    // An array or object that is being filled.
    struct Open {
        std::string path;
        const Json* schema = nullptr;
        std::optional<std::string> key;  // of the next value of an object
        std::vector<std::size_t> steps;  // where it stands in the document: boost values may move
    };

    static int line(const YAML::Mark& mark) { return mark.line + 1; }

    static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor)
            throw Refused{line(mark), "anchors and aliases are not supported"};
    }

    // The container at the end of open_. It is looked up anew, since growing a parent moves its
    // children.
    Json& container() {
        Json* value = &documents_.back().value;
        for (const std::size_t step : open_.back().steps) {
            value =
                value->is_array()
                    ? &value->get_array()[step]
                    : &(value->get_object().begin() + static_cast<std::ptrdiff_t>(step))->value();
        }
        return *value;
    }

    bool wants_key() { return !open_.empty() && !open_.back().key && container().is_object(); }

    void take_key(const YAML::Mark& mark, const std::string& key) {
        if (key == "<<") throw Refused{line(mark), "merge keys are not supported"};
        if (container().get_object().contains(key)) {
            throw Refused{line(mark), fmt::format("the key \"{}\" stands there twice", key)};
        }
        open_.back().key = key;
    }

    std::string next_path() {
        if (open_.empty()) return {};
        const Open& parent = open_.back();
        if (parent.key) return parent.path.empty() ? *parent.key : parent.path + "." + *parent.key;
        return fmt::format("{}[{}]", parent.path, container().get_array().size());
    }

    const Json* next_schema() {
        if (open_.empty()) return root_schema_;
        const Open& parent = open_.back();
        if (parent.key) return member_schema(parent.schema, *parent.key, types_.contract);
        const Json* items =
            parent.schema == nullptr ? nullptr : find_member(*parent.schema, "items");
        return follow_reference(items, types_.contract);
    }

    // Puts a value where the next one belongs and returns its step.
    std::size_t add(const YAML::Mark& mark, Json value) {
        if (++nodes_ > limits_.nodes_max) throw Refused{line(mark), "too many values"};
        documents_.back().lines[next_path()] = line(mark);
        if (open_.empty()) {
            documents_.back().value = std::move(value);
            return 0;
        }
        Json& parent = container();
        if (parent.is_array()) {
            parent.get_array().push_back(std::move(value));
            return parent.get_array().size() - 1;
        }
        parent.get_object().emplace(*open_.back().key, std::move(value));
        open_.back().key.reset();
        return parent.get_object().size() - 1;
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Json empty) {
        refuse_anchor(mark, anchor);
        if (tag != "?" && tag != "!") throw Refused{line(mark), "tags are not supported"};
        if (wants_key()) throw Refused{line(mark), "a key must be text"};
        if (open_.size() == limits_.depth_max) throw Refused{line(mark), "nested too deeply"};
        Open next{next_path(), next_schema(), {}, {}};
        if (!open_.empty()) next.steps = open_.back().steps;
        const bool is_root = open_.empty();
        const std::size_t step = add(mark, std::move(empty));
        if (!is_root) next.steps.push_back(step);
        open_.push_back(std::move(next));
    }

    const YamlTypes& types_;
    const YamlLimits& limits_;
    const Json* root_schema_;
    std::vector<YamlDocument> documents_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
};

// yaml-cpp takes some control characters for the end of its input.
Ok check_characters(std::string_view text, const YamlLimits& limits) {
    if (text.size() > limits.bytes_max) {
        return Error{ErrorKind::too_large, "yaml.too_large",
                     fmt::format("YAML is limited to {} bytes.", limits.bytes_max)};
    }
    if (!is_valid_utf8(text)) return syntax_error(1, "the text is not valid UTF-8");
    int line = 1;
    for (const char c : text) {
        if (c == '\n') ++line;
        const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (is_control && c != '\n' && c != '\t' && c != '\r')
            return syntax_error(line, "a control character");
    }
    return {};
}

}  // namespace

int YamlDocument::line_of(std::string_view path) const {
    while (true) {
        const auto found = lines.find(path);
        if (found != lines.end()) return found->second;
        if (path.empty()) return 1;
        const std::size_t cut = path.find_last_of(".[");
        path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
    }
}

Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, const YamlTypes& types,
                                             const YamlLimits& limits) {
    RETURN_IF_ERROR(check_characters(text, limits));
    Builder builder(types, limits);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Refused& refused) {
        return syntax_error(refused.line, refused.rule);
    } catch (const YAML::Exception& exception) {
        return syntax_error(exception.mark.line + 1, exception.msg);
    }
    return builder.take();
}

}  // namespace tenon
