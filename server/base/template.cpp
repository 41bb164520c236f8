#include "base/template.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "base/url_composer.h"

namespace tenon {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::string_view kWhite = " \t\r\n";
constexpr std::string_view kCredentialNames[] = {"access_token", "refresh_token", "username",
                                                 "password",     "client_id",     "client_secret",
                                                 "api_key"};
constexpr std::string_view kFreeGroups[] = {"inputs", "token", "callback", "profile"};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'); }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c) || c == '-'; }

template <class Range, class Item>
bool contains(const Range& range, const Item& item) {
    return std::find(std::begin(range), std::end(range), item) != std::end(range);
}

bool is_secret_name(std::string_view name) {
    return is_upper(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
               return is_upper(c) || is_digit(c) || c == '_';
           });
}

// What is wrong with a name, or nothing. Aliases are resolved already.
std::string_view problem_of(const TemplateName& variable) {
    if (variable.group == "credential") {
        if (contains(kCredentialNames, variable.name)) return {};
        return "a credential has access_token, refresh_token, username, password, client_id, "
               "client_secret and "
               "api_key";
    }
    if (variable.group == "secrets") {
        return is_secret_name(variable.name) ? "" : "names of secrets are A-Z, 0-9 and '_'";
    }
    if (contains(kFreeGroups, variable.group)) return {};
    return "variables begin with inputs., settings., credential., token., callback., profile. or "
           "secrets.";
}

TemplateName resolve_alias(TemplateName variable) {
    if (variable.group != "settings") return variable;
    if (variable.name == "oauthAccessToken") return {"credential", "access_token"};
    return {"inputs", std::move(variable.name)};
}

// Reads what stands between "{{" and "}}".
class VariableReader {
 public:
    VariableReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    Result<TemplateName> name() {
        skip_white();
        const std::size_t begin = at_;
        TemplateName variable;
        ASSIGN_OR_RETURN(variable.group, word());
        if (!take(".")) return error("a variable is written group.name, such as inputs.subdomain");
        ASSIGN_OR_RETURN(variable.name, word());
        variable = resolve_alias(std::move(variable));
        if (const std::string_view problem = problem_of(variable); !problem.empty()) {
            at_ = begin;
            return error(problem);
        }
        skip_white();
        return variable;
    }

    Result<std::optional<std::string>> default_value() {
        if (!take("??")) return std::optional<std::string>{};
        skip_white();
        if (!take("\"")) return error("a default stands in double quotes");
        std::string value;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\') ++at_;
            if (at_ == text_.size()) break;
            value += text_[at_++];
        }
        if (!take("\"")) return error("the default has no closing quote");
        skip_white();
        return std::optional(std::move(value));
    }

    Result<std::size_t> end() {
        if (!take("}}")) return error("expected }}");
        return at_;
    }

 private:
    Result<std::string> word() {
        const std::size_t begin = at_;
        if (at_ < text_.size() && is_name_start(text_[at_])) ++at_;
        while (at_ > begin && at_ < text_.size() && is_name_char(text_[at_])) ++at_;
        if (at_ == begin) return error("expected a name of letters, digits, '_' and '-'");
        if (at_ - begin > kNameBytesMax) return error("names are limited to 64 characters");
        return std::string(text_.substr(begin, at_ - begin));
    }
    bool take(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    void skip_white() { at_ = std::min(text_.find_first_not_of(kWhite, at_), text_.size()); }
    Error error(std::string_view what) const {
        return {ErrorKind::invalid_input, "template.syntax",
                fmt::format("At byte {}: {}.", at_, what)};
    }

    std::string_view text_;
    std::size_t at_;
};

Error refused(const TemplateName& variable, std::string_view rule) {
    return {ErrorKind::invalid_input, "template.value_refused",
            fmt::format("{{{{ {}.{} }}}}: {}.", variable.group, variable.name, rule)};
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Result<Template> Template::parse(std::string_view text) {
    const auto too_much = [](std::string_view what, std::size_t limit) {
        return Error{ErrorKind::invalid_input, "template.syntax",
                     fmt::format("A template is limited to {} {}.", limit, what)};
    };
    if (text.size() > kBytesMax) return too_much("bytes", kBytesMax);
    Template parsed;
    std::size_t variables = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = std::min(text.find("{{", at), text.size());
        if (open > at) parsed.parts_.push_back({std::string(text.substr(at, open - at)), {}, {}});
        if (open == text.size()) break;
        if (++variables > kVariablesMax) return too_much("variables", kVariablesMax);
        VariableReader reader(text, open + 2);
        Part part;
        ASSIGN_OR_RETURN(part.name, reader.name());
        ASSIGN_OR_RETURN(part.default_value, reader.default_value());
        ASSIGN_OR_RETURN(at, reader.end());
        if (!contains(parsed.names_, *part.name)) parsed.names_.push_back(*part.name);
        parsed.parts_.push_back(std::move(part));
    }
    return parsed;
}

bool Template::has_default(const TemplateName& name) const {
    return std::all_of(parts_.begin(), parts_.end(), [&name](const Part& part) {
        return part.name != name || part.default_value;
    });
}

// One value for each part; empty for literals.
Result<std::vector<Secret>> Template::look_up(const Lookup& lookup) const {
    std::vector<Secret> values(parts_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part& part = parts_[i];
        if (!part.name) continue;
        std::optional<Secret> value = lookup(*part.name);
        if ((!value || value->empty()) && part.default_value) value = Secret(*part.default_value);
        if (!value) {
            return Error{ErrorKind::invalid_input, "template.value_missing",
                         fmt::format("There is no value for {{{{ {}.{} }}}}.", part.name->group,
                                     part.name->name)};
        }
        values[i] = std::move(*value);
    }
    return values;
}

Result<Secret> Template::render(const Lookup& lookup, TemplatePlace place) const {
    ASSIGN_OR_RETURN(const std::vector<Secret> values, look_up(lookup));
    if (place == TemplatePlace::url) return render_url(values);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        bytes += parts_[i].literal.size() + values[i].reveal().size();
    }
    std::string out;
    out.reserve(bytes);  // so that no half-made copy of a secret stays behind
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part& part = parts_[i];
        const std::string_view text =
            part.name ? values[i].reveal() : std::string_view(part.literal);
        if (place == TemplatePlace::header && has_control(text)) {
            constexpr std::string_view kRule =
                "a header must not hold line breaks and other controls";
            if (part.name) return refused(*part.name, kRule);
            return Error{ErrorKind::invalid_input, "template.value_refused",
                         "The text is refused: " + std::string(kRule) + "."};
        }
        out += text;
    }
    return Secret(std::move(out));
}

Result<Secret> Template::render_url(const std::vector<Secret>& values) const {
    UrlComposer composer;
    const TemplateName* last = nullptr;
    const auto explain = [&last](const Error& error) {
        if (last != nullptr) return refused(*last, error.message);
        return Error{ErrorKind::invalid_input, "template.value_refused",
                     "The URL " + error.message + "."};
    };
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const Part& part = parts_[i];
        if (part.name) last = &*part.name;
        const Ok added =
            part.name ? composer.add_value(values[i].reveal()) : composer.add_literal(part.literal);
        if (!added) return explain(added.error());
    }
    auto url = composer.finish();
    if (!url) return explain(url.error());
    return url;
}

}  // namespace tenon
