// Each structure of a definition names its members once, in list_members(); Writer and Reader walk
// those lists, so the two directions cannot differ.
#include "integrations/definition_json.h"

#include <algorithm>
#include <type_traits>

#include "integrations/client_secret.h"

namespace tenon {
namespace {

// ---- the members of each structure, in the order in which they are written ----

template <class Members>
void list_members(Members& m, const InputOption*) {
    m.always("label", &InputOption::label);
    m.always("value", &InputOption::value);
}

template <class Members>
void list_members(Members& m, const InputField*) {
    m.always("id", &InputField::id);
    m.always("title", &InputField::title);
    m("subtitle", &InputField::subtitle);
    m("placeholder", &InputField::placeholder);
    m("prefixLabel", &InputField::prefix_label);
    m("suffixLabel", &InputField::suffix_label);
    m("type", &InputField::type);
    m("required", &InputField::required);
    m("pattern", &InputField::pattern);
    m("defaultValue", &InputField::default_value);
    m("options", &InputField::options);
}

template <class Members>
void list_members(Members& m, const TokenResponsePaths*) {
    m("accessToken", &TokenResponsePaths::access_token);
    m("refreshToken", &TokenResponsePaths::refresh_token);
    m("expiresIn", &TokenResponsePaths::expires_in);
    m("expiryUnit", &TokenResponsePaths::expiry_unit);
    m("scope", &TokenResponsePaths::scope);
    m("error", &TokenResponsePaths::error);
}

template <class Members>
void list_members(Members& m, const CustomTokenRequest*) {
    m.always("method", &CustomTokenRequest::method);
    m("headers", &CustomTokenRequest::headers);
    m("bodyType", &CustomTokenRequest::body_type);
    m("body", &CustomTokenRequest::body);
    m("authenticatesClient", &CustomTokenRequest::authenticates_client);
}

template <class Members>
void list_members(Members& m, const ClientAssertion*) {
    m("audience", &ClientAssertion::audience);
    m("keyId", &ClientAssertion::key_id);
    m("certificateThumbprint", &ClientAssertion::certificate_thumbprint);
    m("lifetimeSeconds", &ClientAssertion::lifetime_seconds);
}

template <class Members>
void list_members(Members& m, const Authentication*) {
    m.always("method", &Authentication::method);
    m("inputFields", &Authentication::input_fields);
    m("authorizationUrl", &Authentication::authorization_url);
    m("accessTokenUrl", &Authentication::access_token_url);
    m("refreshUrl", &Authentication::refresh_url);
    m("revocationUrl", &Authentication::revocation_url);
    m("clientId", &Authentication::client_id);
    m.when_set("clientSecret", &Authentication::client_secret_reference);
    m.when_set("clientPrivateKey", &Authentication::client_private_key_reference);
    m.when_set("clientCertificate", &Authentication::client_certificate_reference);
    m("clientIdParameter", &Authentication::client_id_parameter);
    m("clientSecretParameter", &Authentication::client_secret_parameter);
    m("scopes", &Authentication::scopes);
    m("scopeSeparator", &Authentication::scope_separator);
    m("pkce", &Authentication::pkce);
    m("clientAuthentication", &Authentication::client_authentication);
    m("clientAssertion", &Authentication::client_assertion);
    m("authorizeParameters", &Authentication::authorize_parameters);
    m("tokenParameters", &Authentication::token_parameters);
    m("refreshParameters", &Authentication::refresh_parameters);
    m("tokenHeaders", &Authentication::token_headers);
    m("refreshHeaders", &Authentication::refresh_headers);
    m("tokenRequestMethod", &Authentication::token_request_method);
    m("tokenRequestBody", &Authentication::token_request_body);
    m("tokenResponse", &Authentication::token_response);
    m.when_set("tokenLifetimeSeconds", &Authentication::token_lifetime_seconds);
    m.when_set("tokenTimeoutMs", &Authentication::token_timeout);
    m("captureFromToken", &Authentication::captured_from_token);
    m("captureFromCallback", &Authentication::captured_from_callback);
    m("issuer", &Authentication::issuer);
    m.when_set("tokenRequest", &Authentication::custom_token_request);
    m.when_set("revocationRequest", &Authentication::revocation_request);
    m("asksApiKey", &Authentication::asks_api_key);
}

template <class Members>
void list_members(Members& m, const ApiAuthorization*) {
    m.always("type", &ApiAuthorization::type);
    m("token", &ApiAuthorization::token);
    m("username", &ApiAuthorization::username);
    m("password", &ApiAuthorization::password);
    m("params", &ApiAuthorization::params);
    m("headers", &ApiAuthorization::headers);
}

template <class Members>
void list_members(Members& m, const TestEndpoint*) {
    m("method", &TestEndpoint::method);
    m.always("path", &TestEndpoint::path);
    m("headers", &TestEndpoint::headers);
    m("body", &TestEndpoint::body);
}

template <class Members>
void list_members(Members& m, const RetryRule*) {
    m("statuses", &RetryRule::statuses);
    m("afterHeader", &RetryRule::after_header);
    m("resetHeader", &RetryRule::reset_header);
}

template <class Members>
void list_members(Members& m, const UserProfile*) {
    m.always("strategy", &UserProfile::strategy);
    m("method", &UserProfile::method);
    m("url", &UserProfile::url);
    m("headers", &UserProfile::headers);
    m("body", &UserProfile::body);
    m("fields", &UserProfile::fields);
    m("providerIdPath", &UserProfile::provider_id_path);
    m("requireSuccess", &UserProfile::require_success);
}

template <class Members>
void list_members(Members& m, const ApiSetup*) {
    m("baseUrl", &ApiSetup::base_url);
    m("authorization", &ApiSetup::authorization);
    m("headers", &ApiSetup::headers);
    m("additionalHosts", &ApiSetup::additional_hosts);
    m.when_set("testEndpoint", &ApiSetup::test_endpoint);
    m.when_set("userProfile", &ApiSetup::user_profile);
    m.group("timeouts", [](auto& limits) {
        limits.when_set("connectMs", &ApiSetup::connect_timeout);
        limits.when_set("firstByteMs", &ApiSetup::first_byte_timeout);
        limits.when_set("idleMs", &ApiSetup::idle_timeout);
        limits.when_set("totalMs", &ApiSetup::total_timeout);
    });
    m("retriesMax", &ApiSetup::retries_max);
    m("retry", &ApiSetup::retry);
    m.when_set("rateLimitPerMinute", &ApiSetup::rate_limit_per_minute);
    m("requestSigning", &ApiSetup::request_signing);
}

template <class Members>
void list_members(Members& m, const IntegrationDefinition*) {
    m.always("name", &IntegrationDefinition::name);
    m.always("slug", &IntegrationDefinition::slug);
    m("description", &IntegrationDefinition::description);
    m("icon", &IntegrationDefinition::icon_svg);
    m("accentColor", &IntegrationDefinition::accent_color);
    m("overview", &IntegrationDefinition::overview);
    m("portalTheme", &IntegrationDefinition::portal_theme);
    m("userSettings", &IntegrationDefinition::user_settings);
    m.always("authentication", &IntegrationDefinition::authentication);
    m.always("api", &IntegrationDefinition::api);
}

// Whether a member at its default says anything, given the structure's method or type.
template <class T>
bool is_meaningful(const T&, std::string_view) {
    return true;
}
bool is_meaningful(const Authentication& authentication, std::string_view member) {
    return applies_to_method(member, authentication.method);
}
bool is_meaningful(const ApiAuthorization& authorization, std::string_view member) {
    return applies_to_type(member, authorization.type);
}

// ---- writing ----

template <class T>
class Writer {
 public:
    Writer(const T& value, JsonDetail detail) : value_(value), detail_(detail) {}

    template <class M>
    void operator()(std::string_view name, M T::* member) {
        const bool is_default = value_.*member == default_.*member;
        if (is_default && (detail_ == JsonDetail::brief || !is_meaningful(value_, name))) return;
        always(name, member);
    }
    template <class M>
    void when_set(std::string_view name, M T::* member) {
        if (!(value_.*member == default_.*member)) always(name, member);
    }
    template <class M>
    void always(std::string_view name, M T::* member) {
        out_[name] = json_of(value_.*member);
    }
    // Members of this structure that JSON keeps in an object of their own.
    template <class Fn>
    void group(std::string_view name, Fn list) {
        Writer inner(value_, detail_);
        list(inner);
        if (!inner.out_.empty()) out_[name] = inner.take();
    }
    JsonObject take() { return std::move(out_); }

 private:
    static Json json_of(const std::string& text) { return Json(text); }
    static Json json_of(bool flag) { return Json(flag); }
    static Json json_of(int number) { return Json(number); }
    static Json json_of(Milliseconds limit) { return Json(limit.count()); }
    template <class M>
    Json json_of(const std::optional<M>& value) const {
        return json_of(*value);
    }
    template <class M>
    Json json_of(const M& value) const {
        if constexpr (std::is_enum_v<M>) {
            return Json(name_of(value));
        } else {
            Writer<M> writer(value, detail_);
            list_members(writer, &value);
            return writer.take();
        }
    }
    template <class M>
    Json json_of(const std::vector<M>& list) const {
        JsonArray array;
        for (const M& item : list) array.push_back(json_of(item));
        return array;
    }
    static Json json_of(const std::vector<NamedTemplate>& map) {
        JsonObject object;
        for (const NamedTemplate& entry : map) object[entry.name] = entry.value;
        return object;
    }
    static Json json_of(const std::vector<CapturedValue>& map) {
        JsonObject object;
        for (const CapturedValue& entry : map) object[entry.name] = entry.path;
        return object;
    }

    const T& value_;
    const T default_{};
    JsonDetail detail_;
    JsonObject out_;
};

// ---- reading ----

// Absent members, nulls and values of another type leave the default.
template <class T>
class Reader {
 public:
    Reader(const Json& json, T& value) : json_(json), value_(value) {}

    template <class M>
    void operator()(std::string_view name, M T::* member) {
        const Json* json = find_member(json_, name);
        if (json != nullptr) read(*json, value_.*member);
    }
    template <class M>
    void when_set(std::string_view name, M T::* member) {
        (*this)(name, member);
    }
    template <class M>
    void always(std::string_view name, M T::* member) {
        (*this)(name, member);
    }
    template <class Fn>
    void group(std::string_view name, Fn list) {
        const Json* json = find_member(json_, name);
        if (json == nullptr) return;
        Reader inner(*json, value_);
        list(inner);
    }

 private:
    static void read(const Json& json, std::string& text) {
        if (json.is_string()) text = json.get_string();
    }
    static void read(const Json& json, bool& flag) {
        if (json.is_bool()) flag = json.get_bool();
    }
    static void read(const Json& json, int& number) {
        if (json.is_int64()) number = static_cast<int>(json.get_int64());
    }
    static void read(const Json& json, Milliseconds& limit) {
        if (json.is_int64()) limit = Milliseconds(json.get_int64());
    }
    template <class M>
    static void read(const Json& json, std::optional<M>& value) {
        if (!json.is_null()) read(json, value.emplace());
    }
    template <class M>
    static void read(const Json& json, M& value) {
        if constexpr (std::is_enum_v<M>) {
            if (json.is_string()) read_name(json.get_string(), value);
        } else {
            Reader<M> reader(json, value);
            list_members(reader, &value);
        }
    }
    template <class Enum>
    static void read_name(std::string_view name, Enum& value) {
        // The names of every enumeration end where name_of() knows no more.
        for (int i = 0; !name_of(static_cast<Enum>(i)).empty(); ++i) {
            if (name_of(static_cast<Enum>(i)) == name) value = static_cast<Enum>(i);
        }
    }
    template <class M>
    static void read(const Json& json, std::vector<M>& list) {
        if (!json.is_array()) return;
        for (const Json& item : json.get_array()) read(item, list.emplace_back());
    }
    static void read(const Json& json, std::vector<NamedTemplate>& map) { read_map(json, map); }
    static void read(const Json& json, std::vector<CapturedValue>& map) { read_map(json, map); }
    template <class Entry>
    static void read_map(const Json& json, std::vector<Entry>& map) {
        if (!json.is_object()) return;
        for (const auto& member : json.get_object()) {
            map.push_back({std::string(member.key()), scalar_text(member.value()).value_or("")});
        }
    }

    const Json& json_;
    T& value_;
};

// ---- differences ----

// As text, since the order of a map's members counts too.
bool differ(const Json* before, const Json* after) {
    if (before == nullptr || after == nullptr) return before != after;
    return write_json(*before) != write_json(*after);
}

void append_changes(const JsonObject& before, const JsonObject& after, const std::string& prefix,
                    std::vector<std::string>& out) {
    for (const JsonObject* side : {&before, &after}) {
        for (const auto& member : *side) {
            const std::string name(member.key());
            const Json* old_value = before.if_contains(name);
            const Json* new_value = after.if_contains(name);
            if (!differ(old_value, new_value)) continue;
            if (prefix.empty() && (name == "authentication" || name == "api")) {
                append_changes(old_value->get_object(), new_value->get_object(), name + ".", out);
            } else if (std::find(out.begin(), out.end(), prefix + name) == out.end()) {
                out.push_back(prefix + name);
            }
        }
    }
}

}  // namespace

JsonObject to_json(const IntegrationDefinition& definition, JsonDetail detail) {
    Writer<IntegrationDefinition> writer(definition, detail);
    list_members(writer, &definition);
    return writer.take();
}

IntegrationDefinition parse_definition(const Json& json) {
    IntegrationDefinition definition;
    Reader<IntegrationDefinition> reader(json, definition);
    list_members(reader, &definition);
    for (const DefinitionSecret& secret : kDefinitionSecrets) {
        std::string& reference = definition.authentication.*secret.reference;
        if (!is_secret_reference(reference)) {
            wipe(reference);
            reference.clear();
        }
        definition.authentication.*secret.is_set = !reference.empty();
    }
    return definition;
}

std::optional<IntegrationStatus> parse_integration_status(std::string_view name) {
    using enum IntegrationStatus;
    for (const auto status : {draft, active, inactive}) {
        if (name_of(status) == name) return status;
    }
    return std::nullopt;
}

IntegrationDraft parse_integration_draft(const Json& json) {
    IntegrationDraft draft;
    draft.definition = parse_definition(json);
    draft.status = parse_integration_status(string_member(json, "status"));
    const Json* authentication = find_member(json, "authentication");
    if (authentication == nullptr) return draft;
    for (const DefinitionSecret& secret : kDefinitionSecrets) {
        auto text = optional_string_member(*authentication, secret.member);
        if (text) draft.*secret.draft = Secret(std::move(*text));
    }
    return draft;
}

bool applies_to_method(std::string_view member, AuthMethodKind method) {
    constexpr std::string_view kOauthOnly[] = {"authorizationUrl", "pkce", "authorizeParameters",
                                               "captureFromCallback", "issuer"};
    constexpr std::string_view kRopcOnly[] = {"tokenRequest", "asksApiKey"};
    // With client credentials the end user brings the client, and the same request is repeated
    // instead of a refresh.
    constexpr std::string_view kOauthAndRopc[] = {"refreshUrl",        "clientId",
                                                  "clientSecret",      "clientPrivateKey",
                                                  "refreshParameters", "refreshHeaders"};
    const auto in = [member](const auto& list) {
        return std::find(std::begin(list), std::end(list), member) != std::end(list);
    };
    if (member == "method" || member == "inputFields" || member == "clientCertificate") return true;
    if (method == AuthMethodKind::basic) return false;
    if (in(kOauthOnly)) return method == AuthMethodKind::oauth;
    if (in(kRopcOnly)) return method == AuthMethodKind::ropc_app;
    if (in(kOauthAndRopc)) return method != AuthMethodKind::oauth_client_credential;
    return true;
}

bool applies_to_type(std::string_view member, ApiAuthorizationType type) {
    if (member == "type") return true;
    switch (type) {
        case ApiAuthorizationType::none:
            return false;
        case ApiAuthorizationType::bearer:
            return member == "token";
        case ApiAuthorizationType::basic:
            return member == "username" || member == "password";
        case ApiAuthorizationType::query_params:
            return member == "params";
        case ApiAuthorizationType::auth_header:
            return member == "headers";
    }
    return false;
}

std::vector<std::string> changed_fields(const IntegrationDefinition& before,
                                        const IntegrationDefinition& after) {
    std::vector<std::string> changes;
    append_changes(to_json(before, JsonDetail::full), to_json(after, JsonDetail::full), "",
                   changes);
    return changes;
}

}  // namespace tenon
