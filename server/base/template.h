// Templates `{{ … }}` in URLs, headers, parameters and bodies of an integration.
//
//   {{ inputs.subdomain }}            what the end user filled in (alias settings.subdomain)
//   {{ credential.access_token }}     (alias settings.oauthAccessToken); also refresh_token, username, password,
//                                     client_id, client_secret, api_key
//   {{ token.<name> }}  {{ callback.<name> }}  {{ profile.<name> }}  {{ secrets.<NAME> }}
//   {{ inputs.region ?? "eu" }}       a default when the value is absent or empty
//
// A template is parsed once, when the definition is saved: unknown names and syntax errors are refused there. Values
// are escaped for the place they land in and are never expanded again.
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
    url,     // a whole URL: values in host position must be host labels, in path position one or more segments
             // (each percent-encoded), in query position one encoded value
    header,  // refuses CR, LF, NUL and other controls
    form,    // the caller encodes the whole parameter: value as it is
    json,    // the caller writes the JSON string: value as it is
    raw      // a body as it stands: value as it is
};

class Template {
 public:
    // The error names the byte offset and what is wrong.
    static Result<Template> parse(std::string_view text);

    bool is_constant() const;
    const std::vector<TemplateName>& names() const { return names_; }

    // Gives the value of a name, or nothing when it is absent (the default is then used; without one the rendering
    // fails with invalid_input "template.value_missing" that names the variable).
    using Lookup = std::function<std::optional<Secret>(const TemplateName&)>;
    Result<Secret> render(const Lookup& lookup, TemplatePlace place) const;

 private:
    struct Part {
        std::string literal;                        // when `name` is empty
        std::optional<TemplateName> name;
        std::optional<std::string> default_value;
    };
    std::vector<Part> parts_;
    std::vector<TemplateName> names_;
};

}  // namespace tenon
