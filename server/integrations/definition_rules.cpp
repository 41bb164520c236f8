#include "integrations/definition_rules.h"

#include <algorithm>

#include "base/text.h"
#include "integrations/field_checks.h"

namespace tenon {
namespace {

bool is_slug_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

bool is_color(std::string_view text) {
    return text.size() == 7 && text.front() == '#' &&
           std::all_of(text.begin() + 1, text.end(), is_hex_digit);
}

void check_basics(const IntegrationDefinition& definition, FieldChecks& checks) {
    if (definition.name.empty()) checks.wrong("name", "is required");
    checks.line("name", definition.name);
    if (definition.slug.empty()) {
        checks.wrong(
            "slug",
            "cannot be derived from the name, which has no letter a-z and no digit; choose one");
    } else if (!is_valid_slug(definition.slug)) {
        checks.wrong("slug", "must be 1 to 64 lower-case letters and digits");
    }
    checks.line("description", definition.description);
    const bool controls =
        std::any_of(definition.overview.begin(), definition.overview.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
        });
    if (controls)
        checks.wrong("overview", "must not hold control characters other than line feeds and tabs");
    if (!definition.accent_color.empty() && !is_color(definition.accent_color)) {
        checks.wrong("accentColor", "must be a colour such as #24292f");
    }
}

}  // namespace

DefinitionProblems check_definition(const IntegrationDefinition& definition) {
    FieldChecks checks(definition);
    check_basics(definition, checks);
    check_inputs("userSettings", definition.user_settings, checks);
    check_authentication(definition.authentication, checks);
    check_api(definition, checks);
    return checks.take();
}

std::string derive_slug(std::string_view name) {
    std::string slug;
    for (const char c : name) {
        if (is_slug_character(ascii_lower(c))) slug += ascii_lower(c);
    }
    return slug.substr(0, 64);
}

bool is_valid_slug(std::string_view slug) {
    return !slug.empty() && slug.size() <= 64 &&
           std::all_of(slug.begin(), slug.end(), is_slug_character);
}

}  // namespace tenon
