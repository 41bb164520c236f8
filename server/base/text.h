// Small pure functions on text: encodings, comparison, splitting. No locale, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

std::string base64_encode(std::string_view bytes);
// Strict RFC 4648: padding needed, no white space.
std::optional<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);                // no padding
std::optional<std::string> base64url_decode(std::string_view text);  // no padding, canonical bits
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

// RFC 3986: everything but unreserved characters becomes %XX; right for path segments and query
// parts.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);
// application/x-www-form-urlencoded (WHATWG URL, section 5): space is '+'.
std::string form_encode(std::string_view text);
std::optional<std::string> form_decode(std::string_view text);

char ascii_lower(char c);
std::string ascii_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
std::string_view trim(std::string_view text);                       // spaces, tabs, CR, LF
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_valid_utf8(std::string_view text);
std::size_t count_code_points(std::string_view utf8);
std::string html_escape(std::string_view text);  // & < > " '

}  // namespace tenon
