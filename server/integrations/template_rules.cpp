#include "integrations/template_rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace tenon {
namespace {

unsigned kind_of(const TemplateName& variable) {
    if (variable.group == "inputs") return kInputs;
    if (variable.group == "secrets") return kSecrets;
    if (variable.group == "token") return kCapturedToken;
    if (variable.group == "callback") return kCallback;
    if (variable.group == "profile") return kProfile;
    if (variable.name == "client_id") return kClientId;
    if (variable.name == "access_token" || variable.name == "refresh_token") return kTokens;
    return kGivenSecrets;
}

// Whether a credential of this method ever has the value.
bool method_gives(const Authentication& authentication, std::string_view name) {
    const AuthMethodKind method = authentication.method;
    if (method == AuthMethodKind::basic) return false;
    if (name == "access_token" || name == "client_id" || name == "client_secret") return true;
    if (name == "refresh_token") return method != AuthMethodKind::oauth_client_credential;
    if (method != AuthMethodKind::ropc_app) return false;
    return name != "api_key" || authentication.asks_api_key;
}

template <class List>
bool has_name(const List& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [name](const auto& entry) { return entry.name == name; });
}

std::string_view explain_undeclared(const TemplateName& variable) {
    if (variable.group == "inputs") return "no input field has this id";
    if (variable.group == "token") return "captureFromToken does not name it";
    if (variable.group == "callback") return "captureFromCallback does not name it";
    if (variable.group == "profile") return "userProfile.fields does not name it";
    return "this method of authentication has no such value";
}

bool is_absolute(std::string_view url) {
    return url.starts_with("/") ? false : url.find("://") < url.find_first_of("/?");
}

// Everything filled with `value`, or the defaults where there are some.
enum class Filling { samples, defaults };
Result<Secret> fill(const Template& parsed, std::string_view value, Filling filling) {
    const auto lookup = [&](const TemplateName& name) -> std::optional<Secret> {
        if (filling == Filling::defaults && parsed.has_default(name)) return std::nullopt;
        return Secret(std::string(value));
    };
    return parsed.render(lookup, TemplatePlace::url);
}

// A whole-URL variable needs a URL as its sample, a port a number; everything else takes a word.
Result<Secret> render_sample(const Template& parsed, std::string_view text,
                             Filling filling = Filling::samples) {
    if (text.starts_with("{{")) return fill(parsed, "https://sample.example.com", filling);
    auto rendered = fill(parsed, "sample", filling);
    if (rendered) return rendered;
    if (auto numbered = fill(parsed, "443", filling)) return numbered;
    return rendered;
}

}  // namespace

bool TemplateRules::is_declared(const TemplateName& variable) const {
    const Authentication& authentication = definition_.authentication;
    if (variable.group == "secrets") return true;
    if (variable.group == "credential") return method_gives(authentication, variable.name);
    if (variable.group == "token")
        return has_name(authentication.captured_from_token, variable.name);
    if (variable.group == "inputs") {
        const auto& fields = authentication.input_fields;
        return std::any_of(fields.begin(), fields.end(),
                           [&](const InputField& field) { return field.id == variable.name; });
    }
    if (variable.group == "callback") {
        const auto& names = authentication.captured_from_callback;
        return std::find(names.begin(), names.end(), variable.name) != names.end();
    }
    const auto& profile = definition_.api.user_profile;
    // Without a list of fields the profile keeps every scalar of the answer.
    return profile && (profile->fields.empty() || has_name(profile->fields, variable.name));
}

std::optional<std::string> TemplateRules::problem_of(const TemplateName& variable,
                                                     unsigned allowed) const {
    const std::string written = fmt::format("{{{{ {}.{} }}}}", variable.group, variable.name);
    if ((kind_of(variable) & allowed) == 0) return fmt::format("must not use {} here", written);
    if (!is_declared(variable))
        return fmt::format("uses {}, but {}", written, explain_undeclared(variable));
    return std::nullopt;
}

std::optional<std::string> TemplateRules::problem_of(std::string_view text, unsigned allowed,
                                                     TemplatePlace place) const {
    const auto parsed = Template::parse(text);
    if (!parsed) return "is no valid template. " + parsed.error().message;
    for (const TemplateName& variable : parsed->names()) {
        if (auto problem = problem_of(variable, allowed)) return problem;
    }
    if (place == TemplatePlace::url) {
        for (const auto filling : {Filling::samples, Filling::defaults}) {
            const auto sample = render_sample(*parsed, text, filling);
            if (!sample) return "is no valid URL. " + sample.error().message;
        }
    } else if (place == TemplatePlace::header) {
        const auto sample = parsed->render([](const TemplateName&) { return Secret("x"); }, place);
        if (!sample) return "must not hold line breaks and other control characters";
    }
    return std::nullopt;
}

std::optional<std::string> TemplateRules::problem_of_url(std::string_view text, unsigned allowed,
                                                         std::string* sample) const {
    if (auto problem = problem_of(text, allowed, TemplatePlace::url)) return problem;
    const auto rendered = render_sample(*Template::parse(text), text);
    if (!is_absolute(rendered->reveal())) return "must begin with https:// or http://";
    if (sample != nullptr) *sample = rendered->reveal();
    return std::nullopt;
}

bool uses_group(std::string_view text, std::string_view group) {
    const auto parsed = Template::parse(text);
    return parsed && std::any_of(parsed->names().begin(), parsed->names().end(),
                                 [group](const TemplateName& name) { return name.group == group; });
}

}  // namespace tenon
