#include "platform/http/message.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon::http {
namespace {

// RFC 6265 cookie-octet: printable ASCII without space, quote, comma, semicolon and backslash.
bool is_cookie_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
    });
}

bool is_token(std::string_view name) {
    constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kSymbols.find(c) != std::string_view::npos;
    });
}

// The value of cookie `name` in one Cookie field, without regard to malformed neighbours.
std::optional<std::string> find_in_cookie_field(std::string_view field, std::string_view name) {
    for (const std::string_view part : split(field, ';')) {
        const std::string_view pair = trim(part);
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        const std::string_view value = pair.substr(equals + 1);
        if (!is_cookie_value(value)) return std::nullopt;
        return std::string(value);
    }
    return std::nullopt;
}

JsonArray problems_to_json(const std::vector<FieldProblem>& problems) {
    JsonArray list;
    for (const FieldProblem& problem : problems) {
        list.push_back(JsonObject{{"field", problem.field}, {"rule", problem.rule}});
    }
    return list;
}

JsonObject meta_of(const Error& error) {
    JsonObject meta;
    if (!error.meta_json.empty()) {
        if (auto parsed = parse_json(error.meta_json); parsed && parsed->is_object()) {
            meta = std::move(parsed->get_object());
        }
    }
    if (!error.problems.empty()) meta["problems"] = problems_to_json(error.problems);
    return meta;
}

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
    const auto first = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
        return equals_ignoring_case(field.name, name);
    });
    if (first == fields_.end()) {
        add(name, value);
        return;
    }
    first->value = std::string(value);
    fields_.erase(
        std::remove_if(first + 1, fields_.end(),
                       [&](const Field& field) { return equals_ignoring_case(field.name, name); }),
        fields_.end());
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_,
                  [&](const Field& field) { return equals_ignoring_case(field.name, name); });
}

const std::string* Headers::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (equals_ignoring_case(field.name, name)) return &field.value;
    }
    return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view(*value);
}

void Response::set_cookie(const Cookie& cookie) {
    // Values are ours (tokens, ids); one that is not a cookie value is a bug, and is left out
    // rather than split.
    if (!is_token(cookie.name) || !is_cookie_value(cookie.value)) return;
    std::string text = fmt::format("{}={}; Path={}", cookie.name, cookie.value, cookie.path);
    if (cookie.max_age_seconds) text += fmt::format("; Max-Age={}", *cookie.max_age_seconds);
    if (cookie.secure) text += "; Secure";
    if (cookie.http_only) text += "; HttpOnly";
    text += fmt::format("; SameSite={}", cookie.same_site);
    headers.add("Set-Cookie", text);
}

std::string_view Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : path_parameters) {
        if (key == name) return value;
    }
    return {};
}

std::optional<std::string> Request::query_parameter(std::string_view name) const {
    if (query.empty()) return std::nullopt;
    for (const std::string_view part : split(query, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto key = form_decode(part.substr(0, equals));
        if (!key || *key != name) continue;
        return form_decode(equals < part.size() ? part.substr(equals + 1) : std::string_view{});
    }
    return std::nullopt;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    for (const Headers::Field& field : headers.fields()) {
        if (!equals_ignoring_case(field.name, "Cookie")) continue;
        if (auto value = find_in_cookie_field(field.value, name)) return value;
    }
    return std::nullopt;
}

Response json_response(Status status, const Json& body) {
    Response response;
    response.status = static_cast<int>(status);
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    response.body = write_json(body);
    return response;
}

Response html_response(Status status, std::string html) {
    Response response;
    response.status = static_cast<int>(status);
    response.headers.add("Content-Type", "text/html; charset=utf-8");
    response.body = std::move(html);
    return response;
}

Response no_content() {
    Response response;
    response.status = static_cast<int>(Status::no_content);
    return response;
}

Response redirect_to(std::string_view location) {
    Response response;
    response.status = static_cast<int>(Status::found);
    response.headers.add("Location", location);
    return response;
}

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input:
            return 400;
        case ErrorKind::unauthenticated:
            return 401;
        case ErrorKind::forbidden:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::gone:
            return 410;
        case ErrorKind::too_large:
            return 413;
        case ErrorKind::unprocessable:
            return 422;
        case ErrorKind::rate_limited:
            return 429;
        case ErrorKind::internal:
            return 500;
        case ErrorKind::unsupported:
            return 501;
        case ErrorKind::provider_failed:
            return 502;
        case ErrorKind::unavailable:
            return 503;
        case ErrorKind::provider_timed_out:
            return 504;
    }
    return 500;
}

Response error_response(const Error& error) {
    const int status = status_of(error.kind);
    Response response =
        json_response(static_cast<Status>(status), JsonObject{{"message", error.message},
                                                              {"code", error.code},
                                                              {"status", status},
                                                              {"meta", meta_of(error)}});
    if (error.retry_after) {
        response.headers.add("Retry-After", std::to_string(error.retry_after->count()));
    }
    return response;
}

}  // namespace tenon::http
