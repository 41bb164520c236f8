#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <unordered_set>
#include <vector>

#include "base/text.h"

namespace tenon {
namespace {

namespace json = boost::json;

// Builds a value while refusing duplicate member names, which Boost's own parser keeps silently.
class StrictHandler {
 public:
    constexpr static std::size_t max_object_size = std::size_t(-1);
    constexpr static std::size_t max_array_size = std::size_t(-1);
    constexpr static std::size_t max_key_size = std::size_t(-1);
    constexpr static std::size_t max_string_size = std::size_t(-1);

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        open_.push_back({JsonObject{}, std::move(key_)});
        return true;
    }
    bool on_object_end(std::size_t, json::error_code& ec) { return close(ec); }
    bool on_array_begin(json::error_code&) {
        open_.push_back({JsonArray{}, std::move(key_)});
        return true;
    }
    bool on_array_end(std::size_t, json::error_code& ec) { return close(ec); }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        text_.append(part.data(), part.size());
        key_ = std::move(text_);
        text_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
        text_.append(part.data(), part.size());
        Json value(json::string_view(text_.data(), text_.size()));
        text_.clear();
        return add(std::move(value), ec);
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t value, json::string_view, json::error_code& ec) {
        return add(value, ec);
    }
    bool on_uint64(std::uint64_t value, json::string_view, json::error_code& ec) {
        return add(value, ec);
    }
    bool on_double(double value, json::string_view, json::error_code& ec) { return add(value, ec); }
    bool on_bool(bool value, json::error_code& ec) { return add(value, ec); }
    bool on_null(json::error_code& ec) { return add(nullptr, ec); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    Json take() { return std::move(root_); }
    const std::string& duplicate() const { return duplicate_; }

 private:
    struct Open {
        Json value;
        std::string key;  // under which it goes into its parent
    };

    bool close(json::error_code& ec) {
        Open done = std::move(open_.back());
        open_.pop_back();
        key_ = std::move(done.key);
        return add(std::move(done.value), ec);
    }

    bool add(Json value, json::error_code& ec) {
        if (open_.empty()) {
            root_ = std::move(value);
            return true;
        }
        Json& parent = open_.back().value;
        if (parent.is_array()) {
            parent.get_array().push_back(std::move(value));
            return true;
        }
        if (!parent.get_object().emplace(key_, std::move(value)).second) {
            duplicate_ = key_;
            ec = json::error::extra_data;
            return false;
        }
        return true;
    }

    std::vector<Open> open_;
    std::string key_;
    std::string text_;
    std::string duplicate_;
    Json root_;
};

void write_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

void write_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

// `indent` below zero writes the compact form.
class Writer {
 public:
    Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

    void write(const Json& value, int depth) {
        switch (value.kind()) {
            case json::kind::null:
                out_ += "null";
                break;
            case json::kind::bool_:
                out_ += value.get_bool() ? "true" : "false";
                break;
            case json::kind::int64:
                out_ += fmt::to_string(value.get_int64());
                break;
            case json::kind::uint64:
                out_ += fmt::to_string(value.get_uint64());
                break;
            case json::kind::double_:
                write_number(out_, value.get_double());
                break;
            case json::kind::string:
                write_quoted(out_, value.get_string());
                break;
            case json::kind::array:
                write_array(value.get_array(), depth);
                break;
            case json::kind::object:
                write_object(value.get_object(), depth);
                break;
        }
    }

    void write_object(const JsonObject& object, int depth) {
        out_ += '{';
        bool first = true;
        for (const auto& member : object) {
            if (!first) out_ += ',';
            first = false;
            new_line(depth + 1);
            write_quoted(out_, member.key());
            out_ += indent_ < 0 ? ":" : ": ";
            write(member.value(), depth + 1);
        }
        if (!first) new_line(depth);
        out_ += '}';
    }

 private:
    void write_array(const JsonArray& array, int depth) {
        out_ += '[';
        bool first = true;
        for (const Json& item : array) {
            if (!first) out_ += ',';
            first = false;
            new_line(depth + 1);
            write(item, depth + 1);
        }
        if (!first) new_line(depth);
        out_ += ']';
    }

    void new_line(int depth) {
        if (indent_ < 0) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth * indent_), ' ');
    }

    std::string& out_;
    int indent_;
};

// Takes the next step off a path: a member name or an index in brackets.
const Json* step_into(const Json& value, std::string_view& path) {
    if (path.front() == '[') {
        const std::size_t end = path.find(']');
        if (end == std::string_view::npos || !value.is_array()) return nullptr;
        std::size_t index = 0;
        const std::string_view digits = path.substr(1, end - 1);
        const auto [stop, ec] =
            std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (ec != std::errc{} || stop != digits.data() + digits.size()) return nullptr;
        if (index >= value.get_array().size()) return nullptr;
        path.remove_prefix(end + 1);
        return &value.get_array()[index];
    }
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    const Json* member = find_member(value, path.substr(0, end));
    path.remove_prefix(end);
    return member;
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max) {
        return Error{ErrorKind::too_large, "json.too_large",
                     fmt::format("JSON is limited to {} bytes.", limits.bytes_max)};
    }
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::basic_parser<StrictHandler> parser(options);
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (!parser.handler().duplicate().empty()) {
        return Error{
            ErrorKind::invalid_input, "json.duplicate_member",
            fmt::format("JSON names the member \"{}\" twice.", parser.handler().duplicate())};
    }
    const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
    if (ec || rest != std::string_view::npos) {
        return Error{ErrorKind::invalid_input, "json.syntax",
                     fmt::format("Not valid JSON at byte {}.", read)};
    }
    return parser.handler().take();
}

std::string write_json(const Json& value) {
    std::string out;
    Writer(out, -1).write(value, 0);
    return out;
}

std::string write_json(const JsonObject& value) {
    std::string out;
    Writer(out, -1).write_object(value, 0);
    return out;
}

std::string write_json_pretty(const Json& value) {
    std::string out;
    Writer(out, 2).write(value, 0);
    return out;
}

std::string json_quote(std::string_view text) {
    std::string out;
    write_quoted(out, text);
    return out;
}

const Json* find_member(const Json& object, std::string_view name) {
    const JsonObject* members = object.if_object();
    return members == nullptr ? nullptr : members->if_contains(name);
}

std::string string_member(const Json& object, std::string_view name, std::string_view otherwise) {
    return optional_string_member(object, name).value_or(std::string(otherwise));
}

std::optional<std::string> optional_string_member(const Json& object, std::string_view name) {
    const Json* value = find_member(object, name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

bool bool_member(const Json& object, std::string_view name, bool otherwise) {
    const Json* value = find_member(object, name);
    return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

std::int64_t int_member(const Json& object, std::string_view name, std::int64_t otherwise) {
    const Json* value = find_member(object, name);
    if (value == nullptr) return otherwise;
    if (value->is_int64()) return value->get_int64();
    if (value->is_double()) return static_cast<std::int64_t>(value->get_double());
    return otherwise;
}

const Json* find_path(const Json& root, std::string_view path) {
    const Json* value = &root;
    while (value != nullptr && !path.empty()) {
        value = step_into(*value, path);
        if (!path.empty() && path.front() == '.') path.remove_prefix(1);
    }
    return value;
}

std::optional<std::string> scalar_text(const Json& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_number() || value.is_bool()) return write_json(value);
    return std::nullopt;
}

}  // namespace tenon
