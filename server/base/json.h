// JSON values (RFC 8259). Parsing is strict and bounded; writing keeps numbers short and exact: 1.5
// stays 1.5, where the library's own writer prints 1.5E0.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tenon {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

struct JsonLimits {
    std::size_t depth_max = 64;
    std::size_t bytes_max = 4U << 20U;
};

// Refuses trailing text, invalid UTF-8, duplicate members, over-deep and over-long input. The error
// names the byte offset of a syntax error.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});
std::string write_json(const Json& value);
std::string write_json(const JsonObject& value);
// Two-space indentation, for people and golden files.
std::string write_json_pretty(const Json& value);
// `text` as a JSON string literal with its quotes.
std::string json_quote(std::string_view text);

// Reading members of an object whose shape has been checked already; nothing or a default when
// absent or null.
const Json* find_member(const Json& object, std::string_view name);
std::string string_member(const Json& object, std::string_view name,
                          std::string_view otherwise = {});
std::optional<std::string> optional_string_member(const Json& object, std::string_view name);
bool bool_member(const Json& object, std::string_view name, bool otherwise = false);
std::int64_t int_member(const Json& object, std::string_view name, std::int64_t otherwise = 0);

// The value at a path such as "data.items[0].id" or "authed_user.access_token"; null pointer when
// absent.
const Json* find_path(const Json& root, std::string_view path);
// A scalar as text: strings as they are, numbers and booleans as JSON writes them; nothing for
// others.
std::optional<std::string> scalar_text(const Json& value);

}  // namespace tenon
