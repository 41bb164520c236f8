#include "proxy/provider_answer.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "proxy/retry_rule.h"

namespace tenon {
namespace {

// The server adds the operation's CORS fields by itself.
constexpr std::string_view kAnswerFields =
    "Content-Security-Policy: sandbox; default-src 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n";
constexpr std::string_view kWrappedJsonFields =
    "Content-Security-Policy: sandbox; default-src 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Type: application/json\r\n";
constexpr std::string_view kContentPolicy = "sandbox; default-src 'none'";
constexpr std::size_t kTextInMetaMax = 4'096;

// The media type without parameters: "application/json; charset=utf-8" gives "application/json".
std::string_view media_type(std::string_view content_type) {
    return trim(content_type.substr(0, content_type.find(';')));
}

bool is_plain_json(std::string_view type) { return equals_ignoring_case(type, "application/json"); }

bool is_json(std::string_view type) {
    return is_plain_json(type) ||
           (type.size() > 5 && equals_ignoring_case(type.substr(type.size() - 5), "+json"));
}

bool has_body(const http::ResponseHead& head) {
    return head.body != http::BodyKind::none &&
           !(head.body == http::BodyKind::length && head.content_length == 0);
}

// The provider's own words as a member of meta: JSON stays JSON byte for byte, text becomes a
// string.
std::string body_as_json(const http::TakenAnswer& taken) {
    if (taken.body.empty()) return "null";
    if (!taken.body_cut && parse_json(taken.body)) return taken.body;
    std::string_view text = taken.body;
    text = text.substr(0, kTextInMetaMax);
    while (!text.empty() && !is_valid_utf8(text)) text.remove_suffix(1);
    return json_quote(text);
}

http::Response envelope(const http::TakenAnswer& taken, std::string_view provider) {
    http::Response response;
    response.status = taken.status;
    const std::string message = fmt::format("{} answered {}.", provider, taken.status);
    response.body = fmt::format(
        R"({{"message":{},"code":"provider_error","status":{},"meta":{{"isIntegrationError":true,"response":{}}}}})",
        json_quote(message), taken.status, body_as_json(taken));
    response.headers.add("Content-Type", "application/json");
    for (const auto& field : taken.headers.fields()) {
        const bool is_about_body = equals_ignoring_case(field.name, "content-type") ||
                                   equals_ignoring_case(field.name, "content-length") ||
                                   equals_ignoring_case(field.name, "content-encoding");
        if (!is_about_body &&
            is_forwarded_response_header(http::header_id(field.name), ResponseMode::wrapped)) {
            response.headers.add(field.name, field.value);
        }
    }
    return response;
}

http::Response as_it_came(const http::TakenAnswer& taken) {
    http::Response response;
    response.status = taken.status;
    response.body = taken.body;
    for (const auto& field : taken.headers.fields()) {
        if (is_forwarded_response_header(http::header_id(field.name), ResponseMode::raw)) {
            response.headers.add(field.name, field.value);
        }
    }
    return response;
}

}  // namespace

bool is_busy_status(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string_view proxy_answer_fields() { return kAnswerFields; }

http::AnswerDecision ProviderAnswer::on_answer(const http::ResponseHead& head) {
    using Action = http::AnswerDecision::Action;
    if (head.status == 401 && chances_.refresh_on_401) return {.action = Action::take_over};
    if (chances_.retry_on_busy &&
        (is_busy_status(head.status) ||
         (chances_.retry_rule != nullptr && may_be_retried(head.status, *chances_.retry_rule)))) {
        return {.action = Action::take_over};
    }
    if (mode_ == ResponseMode::raw) return {.action = Action::pass, .extra_fields = kAnswerFields};
    if (head.status >= 400) return {.action = Action::take_over};
    const std::string_view type = media_type(head.headers.get("content-type"));
    const bool is_encoded = head.headers.find(http::HeaderId::content_encoding) != nullptr;
    if (head.status >= 300 || !is_json(type) || is_encoded || !has_body(head)) {
        return {.action = Action::pass, .extra_fields = kAnswerFields};
    }
    replaces_content_type_ = !is_plain_json(type);
    return {.action = Action::wrap,
            .prefix = "{\"output\":",
            .suffix = "}",
            .extra_fields = replaces_content_type_ ? kWrappedJsonFields : kAnswerFields};
}

bool ProviderAnswer::keeps_field(const http::HeaderField& field) {
    if (field.id == http::HeaderId::content_type) return !replaces_content_type_;
    return is_forwarded_response_header(field.id, mode_);
}

http::Response taken_answer_response(const http::TakenAnswer& taken, ResponseMode mode,
                                     std::string_view provider) {
    http::Response response =
        mode == ResponseMode::raw ? as_it_came(taken) : envelope(taken, provider);
    response.headers.set("Content-Security-Policy", kContentPolicy);
    return response;
}

}  // namespace tenon
