#include "connect/connect_flow.h"

#include <utility>

#include "base/json.h"

namespace tenon {

// The sealed form is that of CredentialSecrets, which writes and reads its text without leaving
// copies in memory.
Secret FlowSecrets::to_json() const {
    CredentialSecrets envelope;
    envelope.inputs = inputs;
    envelope.callback = callback;
    envelope.token["codeVerifier"] = code_verifier;
    envelope.token["linkToken"] = link_token;
    envelope.token["code"] = code;
    envelope.token["userLabel"] = user_label;
    envelope.token["authorizationUrl"] = authorization_url;
    return envelope.to_json();
}

Result<FlowSecrets> FlowSecrets::from_json(const Secret& text) {
    ASSIGN_OR_RETURN(CredentialSecrets envelope, CredentialSecrets::from_json(text));
    FlowSecrets secrets;
    secrets.inputs = std::move(envelope.inputs);
    secrets.callback = std::move(envelope.callback);
    secrets.code_verifier = std::move(envelope.token["codeVerifier"]);
    secrets.link_token = std::move(envelope.token["linkToken"]);
    secrets.code = std::move(envelope.token["code"]);
    secrets.user_label = std::move(envelope.token["userLabel"]);
    secrets.authorization_url = std::move(envelope.token["authorizationUrl"]);
    return secrets;
}

JsonObject to_json(const InstallOptions& options) {
    JsonObject object;
    object["allowMultipleCredentials"] = options.allow_multiple_credentials;
    object["showPortalAfterInstall"] = options.show_portal_after_install;
    object["isPreview"] = options.is_preview;
    object["externalId"] = options.external_id;
    object["selectedCredentialId"] = options.selected_credential;
    return object;
}

InstallOptions parse_install_options(const Json& json) {
    InstallOptions options;
    options.allow_multiple_credentials = bool_member(json, "allowMultipleCredentials");
    options.show_portal_after_install = bool_member(json, "showPortalAfterInstall");
    options.is_preview = bool_member(json, "isPreview");
    options.external_id = string_member(json, "externalId");
    options.selected_credential = string_member(json, "selectedCredentialId");
    return options;
}

}  // namespace tenon
