// Whether a text of a definition may stand where it does: its syntax, the variables it uses, and,
// for URLs and headers, what it gives with sample values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/template.h"
#include "integrations/integration.h"

namespace tenon {

// Kinds of variables that a field may use, to be added up.
enum VariableKinds : unsigned {
    kInputs = 1,          // {{ inputs.x }}
    kSecrets = 2,         // {{ secrets.X }}
    kClientId = 4,        // {{ credential.client_id }}
    kGivenSecrets = 8,    // credential.username, password, api_key, client_secret
    kTokens = 16,         // credential.access_token, refresh_token
    kCapturedToken = 32,  // {{ token.x }}
    kCallback = 64,       // {{ callback.x }}
    kProfile = 128,       // {{ profile.x }}
};

// What is known when a request is made.
constexpr unsigned kForAuthorizationPage = kInputs | kSecrets | kClientId;  // shown to the browser
constexpr unsigned kForTokenRequest = kForAuthorizationPage | kGivenSecrets | kCallback;
constexpr unsigned kForConnectedAccount = kForTokenRequest | kTokens | kCapturedToken;
constexpr unsigned kForApiCall = kForConnectedAccount | kProfile;

class TemplateRules {
 public:
    // `definition` outlives the rules.
    explicit TemplateRules(const IntegrationDefinition& definition) : definition_(definition) {}

    // The rule that a text breaks, or nothing. Names and rules only, no value.
    std::optional<std::string> problem_of(std::string_view text, unsigned allowed,
                                          TemplatePlace place) const;
    // The same for a URL that must be absolute. `sample` receives an example of it.
    std::optional<std::string> problem_of_url(std::string_view text, unsigned allowed,
                                              std::string* sample = nullptr) const;

 private:
    std::optional<std::string> problem_of(const TemplateName& variable, unsigned allowed) const;
    bool is_declared(const TemplateName& variable) const;

    const IntegrationDefinition& definition_;
};

// Whether a text uses a group of variables, such as "profile"; false when it does not parse.
bool uses_group(std::string_view text, std::string_view group);

}  // namespace tenon
