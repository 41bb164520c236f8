// What several methods share: the refresh grant, revocation, and how a failed token request is told
// to people.
#pragma once

#include <memory>

#include "auth_methods/auth_method.h"
#include "auth_methods/token_endpoint.h"

namespace tenon {

// grant_type=refresh_token at the refresh URL, or at the access token URL when there is none.
Result<TokenRequest> refresh_token_grant(const TemplateValues& values);

// Sends the refresh token grant; tokens that the answer does not bring stay.
Task<Result<tl::expected<RefreshedTokens, RefreshFailure>>> refresh_with_token(
    TokenEndpoint& endpoint, const OpenIntegration& integration, CredentialSecrets secrets);

// The tokens of a first answer, or unprocessable "connect.token_request_failed" with the provider's
// words (of kind provider_failed or provider_timed_out when there was no proper answer). Scopes
// that the answer does not name are the requested ones (RFC 6749 §5.1).
Result<RefreshedTokens> connected_tokens(const Authentication& authentication,
                                         tl::expected<RefreshedTokens, RefreshFailure> answer);

// RFC 7009: the refresh token, then the access token. Ok without a revocation URL or without a
// token. Errors: provider_failed "connect.revocation_failed".
Task<Ok> revoke_tokens(TokenEndpoint& endpoint, const OpenIntegration& integration,
                       CredentialSecrets secrets);

// A field that a method asks the end user for.
InputField own_field(std::string id, std::string title, InputType type);

}  // namespace tenon
