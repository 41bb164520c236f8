#include "connect/field_rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/text_pattern.h"
#include "base/url.h"

namespace tenon {

namespace {

// Passwords may begin or end with a space; a line end in one is always an accident of pasting.
std::string_view tidy_ends(std::string_view text, InputType type) {
    if (type != InputType::password) return trim(text);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
    return text;
}

std::string_view without_labels(std::string_view text, const InputField& field) {
    const std::string_view prefix = field.prefix_label;
    const std::string_view suffix = field.suffix_label;
    if (!prefix.empty() && text.size() > prefix.size() && text.starts_with(prefix)) {
        text.remove_prefix(prefix.size());
    }
    // "https://acme.zendesk.com/" was pasted where "acme" stands before ".zendesk.com".
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (suffix.starts_with('.') && text.starts_with(scheme)) text.remove_prefix(scheme.size());
    }
    if (!suffix.empty() && text.ends_with('/') && !suffix.ends_with('/')) text.remove_suffix(1);
    if (!suffix.empty() && text.size() > suffix.size() && text.ends_with(suffix)) {
        text.remove_suffix(suffix.size());
    }
    return text;
}

bool has_controls(std::string_view text, InputType type) {
    return std::any_of(text.begin(), text.end(), [type](char c) {
        const auto byte = static_cast<unsigned char>(c);
        if (type == InputType::textarea && (c == '\n' || c == '\r' || c == '\t')) return false;
        return byte < 0x20 || byte == 0x7f;
    });
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           text.find_first_of(" \t") == std::string_view::npos;
}

bool is_number(std::string_view text) {
    static const auto pattern = TextPattern::compile("^[-+]?[0-9]+([.][0-9]+)?$");
    return pattern && pattern->occurs_in(text);
}

bool is_option(std::string_view text, const InputField& field) {
    return std::any_of(field.options.begin(), field.options.end(),
                       [&](const InputOption& option) { return option.value == text; });
}

std::optional<std::string> broken_type_rule(std::string_view text, const InputField& field) {
    switch (field.type) {
        case InputType::email:
            if (!is_email(text)) return "must be an e-mail address";
            return std::nullopt;
        case InputType::url:
            if (!Url::parse(text)) return "must be a complete http or https address";
            return std::nullopt;
        case InputType::number:
            if (!is_number(text)) return "must be a number";
            return std::nullopt;
        case InputType::select:
            if (!is_option(text, field)) return "must be one of the choices";
            return std::nullopt;
        case InputType::text:
        case InputType::password:
        case InputType::textarea:
        case InputType::toggle:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> broken_rule(std::string_view text, const InputField& field,
                                       const FieldLimits& limits) {
    if (text.empty()) {
        if (!field.required) return std::nullopt;
        return "is required";
    }
    if (text.size() > limits.value_bytes_max) {
        return fmt::format("must have at most {} bytes", limits.value_bytes_max);
    }
    if (!is_valid_utf8(text)) return "must be UTF-8 text";
    if (has_controls(text, field.type)) return "must not hold control characters";
    if (auto rule = broken_type_rule(text, field)) return rule;
    if (field.pattern.empty()) return std::nullopt;
    const auto pattern = TextPattern::compile(field.pattern);
    if (!pattern || !pattern->matches(text)) return "must match " + field.pattern;
    return std::nullopt;
}

Secret tidied(const InputField& field, const SubmittedFields& submitted) {
    const auto given = submitted.find(field.id);
    std::string_view text = given == submitted.end() ? "" : given->second.reveal();
    text = without_labels(tidy_ends(text, field.type), field);
    return Secret(std::string(text.empty() ? std::string_view(field.default_value) : text));
}

}  // namespace

SubmittedFields submitted_fields(const Json& object) {
    SubmittedFields fields;
    if (!object.is_object()) return fields;
    for (const auto& member : object.get_object()) {
        if (auto text = scalar_text(member.value())) {
            fields[std::string(member.key())] = Secret(std::move(*text));
        }
    }
    return fields;
}

Result<SubmittedFields> check_fields(const std::vector<InputField>& fields,
                                     const SubmittedFields& submitted, const FieldLimits& limits) {
    if (submitted.size() > limits.fields_max) {
        return Error::invalid_field("payload",
                                    fmt::format("must have at most {} fields", limits.fields_max));
    }
    SubmittedFields values;
    std::vector<FieldProblem> problems;
    for (const InputField& field : fields) {
        Secret value = tidied(field, submitted);
        if (auto rule = broken_rule(value.reveal(), field, limits)) {
            problems.push_back({field.id, std::move(*rule)});
        } else if (!value.empty()) {
            values[field.id] = std::move(value);
        }
    }
    if (!problems.empty()) return invalid_fields(std::move(problems));
    return values;
}

CredentialSecrets secrets_from_fields(SubmittedFields values,
                                      const std::vector<InputField>& own_fields) {
    CredentialSecrets secrets;
    for (const InputField& field : own_fields) {
        const auto found = values.find(field.id);
        if (found == values.end()) continue;
        if (field.id == "clientId") secrets.client_id = std::move(found->second);
        if (field.id == "clientSecret") secrets.client_secret = std::move(found->second);
        if (field.id == "username") secrets.username = std::move(found->second);
        if (field.id == "password") secrets.password = std::move(found->second);
        if (field.id == "apiKey") secrets.api_key = std::move(found->second);
        values.erase(found);
    }
    secrets.inputs = std::move(values);
    return secrets;
}

}  // namespace tenon
