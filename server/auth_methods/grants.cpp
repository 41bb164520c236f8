#include "auth_methods/grants.h"

namespace tenon {
namespace {

ErrorKind kind_of(const RefreshFailure& failure) {
    if (failure.code == "timeout") return ErrorKind::provider_timed_out;
    if (failure.code == "network" || failure.code == "server_error" ||
        failure.code == "no_access_token" || failure.code == "redirected") {
        return ErrorKind::provider_failed;
    }
    if (failure.code == "rate_limited") return ErrorKind::rate_limited;
    return ErrorKind::unprocessable;
}

Ok judge_revocation(const http::ClientResponse& response) {
    if (response.status >= 200 && response.status < 300) return Ok();
    return Error{ErrorKind::provider_failed, "connect.revocation_failed",
                 "The provider answered the revocation with HTTP status " +
                     std::to_string(response.status) + "."};
}

// As the definition spells it out, once for the whole grant.
Task<Ok> revoke_as_spelled(TokenEndpoint& endpoint, const OpenIntegration& integration,
                           const CredentialSecrets& secrets) {
    const Authentication& authentication = integration.integration->definition.authentication;
    ASSIGN_OR_CO_RETURN(auto request,
                        spelled_request(*authentication.revocation_request,
                                        authentication.revocation_url, {&integration, &secrets}));
    ASSIGN_OR_CO_RETURN(const auto response,
                        co_await endpoint.send(std::move(request), authentication.token_response));
    co_return judge_revocation(response);
}

Task<Ok> revoke_one(TokenEndpoint& endpoint, const OpenIntegration& integration,
                    const CredentialSecrets& secrets, std::string hint) {
    const Authentication& authentication = integration.integration->definition.authentication;
    const bool is_refresh_token = hint == "refresh_token";
    ASSIGN_OR_CO_RETURN(
        auto request, begin_token_request({&integration, &secrets}, authentication.revocation_url));
    request.method = "POST";
    request.body = TokenRequestBody::form;
    set_parameter(request, "token",
                  is_refresh_token ? secrets.refresh_token : secrets.access_token);
    set_parameter(request, "token_type_hint", Secret(std::move(hint)));
    CO_RETURN_IF_ERROR(
        add_headers(request, authentication.token_headers, {&integration, &secrets}));
    ASSIGN_OR_CO_RETURN(const auto response,
                        co_await endpoint.send(std::move(request), authentication.token_response));
    co_return judge_revocation(response);
}

}  // namespace

Result<TokenRequest> refresh_token_grant(const TemplateValues& values) {
    const Authentication& authentication =
        values.integration->integration->definition.authentication;
    const std::string& url = authentication.refresh_url.empty() ? authentication.access_token_url
                                                                : authentication.refresh_url;
    ASSIGN_OR_RETURN(auto request, begin_token_request(values, url));
    set_parameter(request, "grant_type", Secret("refresh_token"));
    set_parameter(request, "refresh_token", values.credential->refresh_token);
    RETURN_IF_ERROR(add_parameters(request, authentication.refresh_parameters, values));
    RETURN_IF_ERROR(add_headers(request, authentication.token_headers, values));
    RETURN_IF_ERROR(add_headers(request, authentication.refresh_headers, values));
    return request;
}

Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh_with_token(
    TokenEndpoint& endpoint, const OpenIntegration& integration, CredentialSecrets secrets) {
    ASSIGN_OR_CO_RETURN(auto request, refresh_token_grant({&integration, &secrets}));
    co_return co_await endpoint.ask(integration.integration, std::move(request), std::move(secrets),
                                    TokenPhase::refresh);
}

Result<RefreshedTokens> connected_tokens(const Authentication& authentication,
                                         tl::expected<RefreshedTokens, RefreshFailure> answer) {
    if (answer) {
        if (!answer->granted_scopes) answer->granted_scopes = authentication.scopes;
        return std::move(*answer);
    }
    const RefreshFailure& failure = answer.error();
    Error error{kind_of(failure), "connect.token_request_failed",
                "The provider gave no access token: " + failure.message};
    error.meta_json = write_json(JsonObject{{"providerCode", failure.code}});
    error.retry_after = failure.retry_after;
    return error;
}

Task<Ok> revoke_tokens(TokenEndpoint& endpoint, const OpenIntegration& integration,
                       CredentialSecrets secrets) {
    const Authentication& authentication = integration.integration->definition.authentication;
    if (authentication.revocation_url.empty()) co_return Ok();
    if (authentication.revocation_request) {
        if (secrets.access_token.empty()) co_return Ok();
        co_return co_await revoke_as_spelled(endpoint, integration, secrets);
    }
    if (!secrets.refresh_token.empty()) {
        CO_RETURN_IF_ERROR(co_await revoke_one(endpoint, integration, secrets, "refresh_token"));
    }
    if (secrets.access_token.empty()) co_return Ok();
    co_return co_await revoke_one(endpoint, integration, secrets, "access_token");
}

InputField own_field(std::string id, std::string title, InputType type) {
    InputField field;
    field.id = std::move(id);
    field.title = std::move(title);
    field.type = type;
    return field;
}

}  // namespace tenon
