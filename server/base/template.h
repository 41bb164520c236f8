// Templates `{{ … }}` in URLs, headers, parameters and bodies of an integration.
//
//   {{ inputs.subdomain }}            what the end user filled in (alias settings.subdomain)
//   {{ credential.access_token }}     (alias settings.oauthAccessToken); also refresh_token,
//   username, password,
//                                     client_id, client_secret, api_key
//   {{ token.<name> }}  {{ callback.<name> }}  {{ profile.<name> }}  {{ secrets.<NAME> }}
//   {{ inputs.region ?? "eu" }}       a default when the value is absent or empty
//
// A default stands in double quotes, with \" and \\ as escapes. A template is parsed when the
// definition is saved: unknown groups and syntax errors are refused there. Values are escaped for
// the place they land in and are never expanded again. "}}" outside of a variable is text; "{{"
// always begins a variable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace tenon {

// One name of a template, such as {"inputs", "subdomain"}; aliases are resolved already.
struct TemplateName {
    std::string group;
    std::string name;
    bool operator==(const TemplateName&) const = default;
};

// Where a rendered value lands, which decides how it is escaped and what it may hold.
enum class TemplatePlace {
    url,     // a whole URL, or a path below one; see url_composer.h for what a value may be where
    header,  // refuses CR, LF, NUL and other controls
    form,    // the caller encodes the whole parameter: value as it is
    json,    // the caller writes the JSON string: value as it is
    raw      // a body as it stands: value as it is
};

class Template {
 public:
    static constexpr std::size_t kBytesMax = 65'536;
    static constexpr std::size_t kVariablesMax = 200;

    // Errors: invalid_input "template.syntax", with the byte offset and what is wrong there.
    static Result<Template> parse(std::string_view text);

    bool is_constant() const { return names_.empty(); }
    // Each variable once, in the order of the text.
    const std::vector<TemplateName>& names() const { return names_; }

    // Whether every use of the name has a default, so that its value may be absent.
    bool has_default(const TemplateName& name) const;

    // Gives the value of a name, or nothing when it is absent.
    using Lookup = std::function<std::optional<Secret>(const TemplateName&)>;

    // An absent or empty value is replaced by its default. Errors: invalid_input
    // "template.value_missing" (absent and without a default) and "template.value_refused" (not
    // allowed in its place); both name the variable, never the value.
    Result<Secret> render(const Lookup& lookup, TemplatePlace place) const;

 private:
    // Literal text, or a variable.
    struct Part {
        std::string literal;
        std::optional<TemplateName> name;
        std::optional<std::string> default_value;
    };

    Result<std::vector<Secret>> look_up(const Lookup& lookup) const;
    Result<Secret> render_url(const std::vector<Secret>& values) const;

    std::vector<Part> parts_;
    std::vector<TemplateName> names_;
};

}  // namespace tenon
