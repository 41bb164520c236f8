#include "integrations/field_checks.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon {
namespace {

// Fields of one connection (RFC 9110, 7.6.1) and those that Tenon computes.
constexpr std::string_view kReservedHeaders[] = {"connection",
                                                 "keep-alive",
                                                 "proxy-authenticate",
                                                 "proxy-authorization",
                                                 "proxy-connection",
                                                 "te",
                                                 "trailer",
                                                 "transfer-encoding",
                                                 "upgrade",
                                                 "host",
                                                 "expect",
                                                 "content-length"};

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_control);
}

bool is_reserved_header(std::string_view name) {
    return std::find(std::begin(kReservedHeaders), std::end(kReservedHeaders), ascii_lower(name)) !=
           std::end(kReservedHeaders);
}

bool is_index(std::string_view text) {
    return !text.empty() && text.size() <= 6 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Member names separated by dots, each with any number of [index] behind it; an index may also come
// first.
bool is_json_path(std::string_view path) {
    for (std::string_view step : split(path, '.')) {
        const std::size_t bracket = std::min(step.find('['), step.size());
        const std::string_view name = step.substr(0, bracket);
        if (has_control(name) || name.find(']') != std::string_view::npos) return false;
        if (name.empty() && bracket == step.size()) return false;
        step.remove_prefix(bracket);
        while (!step.empty()) {
            const std::size_t end = step.find(']');
            if (step.front() != '[' || end == std::string_view::npos ||
                !is_index(step.substr(1, end - 1))) {
                return false;
            }
            step.remove_prefix(end + 1);
        }
    }
    return true;
}

}  // namespace

void FieldChecks::wrong(std::string field, std::string rule) {
    problems_.wrong.push_back({std::move(field), std::move(rule)});
}

void FieldChecks::missing(std::string field, std::string rule) {
    problems_.missing.push_back({std::move(field), std::move(rule)});
}

void FieldChecks::require(const std::string& field, const std::string& text) {
    if (text.empty()) missing(field, "is required");
}

void FieldChecks::text(const std::string& field, const std::string& text, unsigned variables,
                       TemplatePlace place) {
    if (text.empty()) return;
    if (auto problem = rules_.problem_of(text, variables, place)) wrong(field, std::move(*problem));
}

void FieldChecks::url(const std::string& field, const std::string& text, unsigned variables,
                      std::string* sample) {
    if (text.empty()) return;
    if (auto problem = rules_.problem_of_url(text, variables, sample))
        wrong(field, std::move(*problem));
}

void FieldChecks::headers(const std::string& field, const std::vector<NamedTemplate>& headers,
                          unsigned variables) {
    std::set<std::string> seen;
    for (const NamedTemplate& header : headers) {
        const std::string path = field + "." + header.name;
        if (!is_header_name(header.name))
            wrong(path, "is no valid header name");
        else if (is_reserved_header(header.name))
            wrong(path, "is a header that cannot be set");
        else if (!seen.insert(ascii_lower(header.name)).second)
            wrong(path, "stands there twice");
        text(path, header.value, variables, TemplatePlace::header);
    }
}

void FieldChecks::parameters(const std::string& field, const std::vector<NamedTemplate>& parameters,
                             unsigned variables) {
    std::set<std::string_view> seen;
    for (const NamedTemplate& parameter : parameters) {
        const std::string path = field + "." + parameter.name;
        if (parameter.name.empty() || has_control(parameter.name))
            wrong(path, "is no valid parameter name");
        else if (!seen.insert(parameter.name).second)
            wrong(path, "stands there twice");
        text(path, parameter.value, variables, TemplatePlace::form);
    }
}

void FieldChecks::json_path(const std::string& field, const std::string& path) {
    if (!path.empty() && !is_json_path(path)) {
        wrong(field, "is no path such as data.items[0].id");
    }
}

void FieldChecks::captures(const std::string& field, const std::vector<CapturedValue>& captures) {
    std::set<std::string_view> seen;
    for (const CapturedValue& capture : captures) {
        const std::string path = field + "." + capture.name;
        if (!is_variable_name(capture.name))
            wrong(path, "must be a name of letters, digits, '_' and '-'");
        else if (!seen.insert(capture.name).second)
            wrong(path, "stands there twice");
        if (capture.path.empty()) wrong(path, "must name a path such as data.items[0].id");
        json_path(path, capture.path);
    }
}

void FieldChecks::line(const std::string& field, const std::string& text) {
    if (has_control(text))
        wrong(field, "must not hold control characters or line breaks");
    else if (!text.empty() && trim(text).empty())
        wrong(field, "must not be blank");
}

bool is_header_name(std::string_view name) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [kMarks](char c) {
        return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
    });
}

bool is_variable_name(std::string_view name) {
    const auto is_part = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_part) &&
           name.front() != '-' && !(name.front() >= '0' && name.front() <= '9');
}

}  // namespace tenon
