#include "connect/connect_page.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "connect/sdk_json.h"

namespace tenon {

namespace {

constexpr std::string_view kDefaultAccent = "2f5bd7";

std::string attribute(std::string_view name, std::string_view value) {
    return fmt::format(" {}=\"{}\"", name, html_escape(value));
}

std::string_view html_input_type(InputType type) {
    switch (type) {
        case InputType::password:
            return "password";
        case InputType::email:
            return "email";
        case InputType::text:
        case InputType::url:     // the browser would refuse an address without its scheme
        case InputType::number:  // and swallow leading zeros
        case InputType::textarea:
        case InputType::toggle:
        case InputType::select:
            return "text";
    }
    return "text";
}

std::string_view input_mode(InputType type) {
    switch (type) {
        case InputType::email:
            return "email";
        case InputType::url:
            return "url";
        case InputType::number:
            return "decimal";
        case InputType::text:
        case InputType::password:
        case InputType::textarea:
        case InputType::toggle:
        case InputType::select:
            return "text";
    }
    return "text";
}

// Attributes that every kind of control has.
std::string control_attributes(const InputField& field, bool has_problem) {
    const std::string id = "field-" + field.id;
    std::string described;
    if (!field.subtitle.empty()) described = id + "-hint";
    if (has_problem) described += (described.empty() ? "" : " ") + id + "-problem";
    std::string out = attribute("id", id) + attribute("name", field.id);
    if (!described.empty()) out += attribute("aria-describedby", described);
    if (has_problem) out += " aria-invalid=\"true\"";
    if (field.required) out += " required";
    return out;
}

std::string select_html(const InputField& field, std::string_view value, bool has_problem) {
    std::string out = "<select" + control_attributes(field, has_problem) + ">";
    if (field.default_value.empty()) out += "<option value=\"\">Choose…</option>";
    for (const InputOption& option : field.options) {
        out += "<option" + attribute("value", option.value) +
               (option.value == value ? " selected>" : ">") + html_escape(option.label) +
               "</option>";
    }
    return out + "</select>";
}

std::string control_html(const InputField& field, std::string_view value, bool has_problem) {
    if (field.type == InputType::select) return select_html(field, value, has_problem);
    std::string shared = control_attributes(field, has_problem) +
                         " autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\"";
    if (!field.placeholder.empty()) shared += attribute("placeholder", field.placeholder);
    if (field.type == InputType::textarea) {
        return "<textarea rows=\"4\"" + shared + ">" + html_escape(value) + "</textarea>";
    }
    std::string out = "<input" + attribute("type", html_input_type(field.type)) + shared +
                      attribute("inputmode", input_mode(field.type));
    if (field.type != InputType::password) out += attribute("value", value);
    return out + ">";
}

std::string label_span(std::string_view css_class, const std::string& text) {
    if (text.empty()) return {};
    return fmt::format("<span class=\"{}\" aria-hidden=\"true\">{}</span>", css_class,
                       html_escape(text));
}

std::string_view problem_of(const std::optional<Error>& error, const std::string& field) {
    if (!error) return {};
    for (const FieldProblem& problem : error->problems) {
        if (problem.field == field) return problem.rule;
    }
    return {};
}

std::string_view value_of(const ConnectPageView& view, const InputField& field) {
    const auto given = view.submitted.find(field.id);
    return given == view.submitted.end() ? std::string_view(field.default_value)
                                         : given->second.reveal();
}

// What went wrong, and what to do about it.
struct Advice {
    std::string title;
    std::string advice;
};

Advice advice_for(const Error& error, const std::string& provider) {
    if (error.code == "validation_failed") return {"Some details are missing or not right", ""};
    if (error.code == "connect.access_denied") {
        return {"Access was not granted", "Nothing was connected. You can try again."};
    }
    if (error.kind == ErrorKind::provider_failed || error.kind == ErrorKind::provider_timed_out ||
        error.kind == ErrorKind::unavailable) {
        return {provider + " does not answer right now", "Please try again in a few minutes."};
    }
    if (error.code == "7003" || error.code == "0704") {
        return {provider + " did not accept these details",
                "Check them for typing mistakes, and that the account may use the API. Then try "
                "again."};
    }
    return {"The account was not connected", "Please try again."};
}

std::string error_banner(const PageRenderer& pages, const Error& error,
                         const std::string& provider) {
    Advice advice = advice_for(error, provider);
    PageValues values;
    values.text = {{"title", std::move(advice.title)}, {"advice", std::move(advice.advice)}};
    // Problems of fields stand at the fields.
    if (error.problems.empty()) values.text["message"] = error.message;
    return pages.render("connect/problem.html", values);
}

std::string form_html(const PageRenderer& pages, const ConnectPageView& view) {
    const std::string& name = view.link->integration->definition.name;
    PageValues values;
    values.text["path"] = view.path;
    for (const InputField& field : view.fields) {
        values.html["fields"] +=
            field_html(field, value_of(view, field), problem_of(view.error, field.id));
    }
    const bool again = view.link->account.has_value();
    if (view.leads_to_provider) {
        values.text["lead"] = fmt::format(
            "Next, {} asks you to sign in and to agree. Then you come back to this page.", name);
        values.text["button"] = (again ? "Reconnect with " : "Connect with ") + name;
    } else {
        values.text["lead"] = fmt::format(
            "Enter the details of your {} account. They are checked "
            "with {} and stored encrypted.",
            name, name);
        values.text["button"] = again ? "Reconnect" : "Connect";
    }
    return pages.render("connect/form.html", values);
}

// The account that is there already: its name, whether it works, and the way to get rid of it.
std::string account_html(const PageRenderer& pages, const ConnectPageView& view,
                         std::string_view page) {
    const Credential& credential = view.link->account->credential;
    const std::string label = account_label(credential);
    PageValues values;
    values.text["integration"] = view.link->integration->definition.name;
    values.text["project"] = view.link->project_name;
    values.text["path"] = view.path;
    values.text["account"] = label.empty() ? "Connected account" : label;
    const bool is_valid = credential.status == CredentialStatus::valid;
    values.text["state"] = is_valid ? "valid" : "invalid";
    values.text["status"] =
        is_valid ? "Connected" : "No longer works. " + credential.invalid_reason;
    return pages.render(page, values);
}

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

// WCAG 2.2, relative luminance.
double luminance(std::string_view rgb_bytes) {
    constexpr std::array<double, 3> kWeights = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t i = 0; i < kWeights.size(); ++i) {
        sum += kWeights[i] * linear(static_cast<unsigned char>(rgb_bytes[i]) / 255.0);
    }
    return sum;
}

}  // namespace

std::string account_label(const Credential& credential) {
    for (const std::string_view key : {"email", "name", "login", "username", "displayName",
                                       "display_name", "account", "team", "domain"}) {
        const Json* value = credential.provider_data.if_contains(key);
        if (value != nullptr && value->is_string() && !value->get_string().empty()) {
            return std::string(value->get_string());
        }
    }
    return credential.provider_id.empty() ? credential.external_id : credential.provider_id;
}

std::string field_html(const InputField& field, std::string_view value, std::string_view problem) {
    const std::string id = "field-" + field.id;
    std::string out = problem.empty() ? "<div class=\"field\">" : "<div class=\"field wrong\">";
    out += "<label" + attribute("for", id) + ">" + html_escape(field.title);
    if (!field.required) out += " <span class=\"optional\">optional</span>";
    out += "</label>";
    if (!field.subtitle.empty()) {
        out += "<p class=\"hint\"" + attribute("id", id + "-hint") + ">" +
               html_escape(field.subtitle) + "</p>";
    }
    out += "<div class=\"box\">" + label_span("prefix", field.prefix_label) +
           control_html(field, value, !problem.empty()) + label_span("suffix", field.suffix_label) +
           "</div>";
    if (!problem.empty()) {
        // A pattern is for developers; the hint above the field says what people need.
        const bool is_pattern = problem.starts_with("must match ");
        const std::string_view words = is_pattern ? "does not have the expected form" : problem;
        out += "<p class=\"wrong-because\"" + attribute("id", id + "-problem") + ">" +
               html_escape(fmt::format("{} {}.", field.title, words)) + "</p>";
    }
    return out + "</div>";
}

PageValues connect_page_values(const PageRenderer& pages, const ConnectPageView& view) {
    const OpenedLink& link = *view.link;
    const IntegrationDefinition& definition = link.integration->definition;
    const bool is_connected = link.link.credential_id.has_value();
    PageValues values;
    values.text["integration"] = definition.name;
    values.text["description"] = definition.description;
    values.text["project"] = link.project_name;
    values.text["publicOrigin"] = view.public_origin;
    values.text["user"] = link.user_external_id;
    values.text["icon"] = fmt::format("/integrations/{}/icon.svg", link.integration->id.str());
    values.text["accent"] = definition.accent_color.size() == 7 ? definition.accent_color.substr(1)
                                                                : std::string(kDefaultAccent);
    values.text["title"] = definition.name + (is_connected ? " is connected" : "");
    if (view.error) {
        values.html["body"] += error_banner(pages, *view.error, definition.name);
        values.text["title"] = "Problem: " + definition.name;
    }
    if (is_connected && link.account) {
        values.html["body"] += account_html(pages, view, "connect/connected.html");
    } else if (is_connected) {
        values.html["body"] += pages.render("connect/gone.html", values);
    } else {
        if (link.account) {
            values.html["body"] += account_html(pages, view, "connect/account.html");
        }
        values.html["body"] += form_html(pages, view);
    }
    return values;
}

std::string accent_style(std::string_view hex) {
    const auto bytes = hex_decode(ascii_lower(hex));
    const bool is_valid = bytes && bytes->size() == 3;
    const std::string color(is_valid ? hex : kDefaultAccent);
    const double accent = luminance(is_valid ? *bytes : *hex_decode(kDefaultAccent));
    // Contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05.
    const bool white_is_better = 1.05 / (accent + 0.05) >= (accent + 0.05) / 0.05;
    return fmt::format(":root{{--accent:#{};--on-accent:{}}}\n", color,
                       white_is_better ? "#ffffff" : "#000000");
}

}  // namespace tenon
