#include "auth_methods/token_endpoint.h"

#include <algorithm>

#include "auth_methods/client_assertion.h"
#include "base/text.h"

namespace tenon {
namespace {

// What the definition decides; nothing when both ways may be tried.
std::optional<ClientProof> decided_proof(const TokenRequest& request) {
    if (request.client_id.empty()) return ClientProof::none;
    if (request.client_authentication == ClientAuthentication::private_key_jwt) {
        return ClientProof::assertion;
    }
    if (request.client_secret.empty()) return ClientProof::body_parameters;
    switch (request.client_authentication) {
        case ClientAuthentication::basic:
            return ClientProof::basic_header;
        case ClientAuthentication::body:
            return ClientProof::body_parameters;
        case ClientAuthentication::private_key_jwt:
            return ClientProof::assertion;
        case ClientAuthentication::tls_client_auth:
            return ClientProof::body_parameters;
        case ClientAuthentication::automatic:
            return std::nullopt;
    }
    return std::nullopt;
}

// Whether the answer says that the server did not see or did not accept the client. Some servers
// answer `invalid_request` and name the parameter they miss, others say it with status 200.
bool refuses_client(const http::ClientResponse& response, const TokenResponsePaths& paths) {
    if (response.status >= 500) return false;
    const auto body = parse_token_body(response);
    if (!body) return response.status == 401;
    const std::string error = oauth_error_of(*body, paths);
    for (const std::string_view code : {"invalid_client", "incorrect_client_credentials",
                                        "bad_client_secret", "invalid_client_id"}) {
        if (error == code) return true;
    }
    if (error == "invalid_grant" || response.status < 400) return false;
    const std::string text = ascii_lower(response.body);
    return text.find("client_id") != std::string::npos ||
           text.find("client_secret") != std::string::npos;
}

bool is_plain_success(const http::ClientResponse& response, const TokenResponsePaths& paths) {
    if (response.status < 200 || response.status >= 300) return false;
    const auto body = parse_token_body(response);
    return !body || oauth_error_of(*body, paths).empty();
}

}  // namespace

std::optional<ClientProof> TokenEndpoint::remembered(const TokenRequest& request) {
    const std::lock_guard lock(mutex_);
    const auto found = remembered_.find(request.integration_id);
    if (found == remembered_.end() || found->second.revision != request.integration_revision) {
        return std::nullopt;
    }
    return found->second.proof;
}

void TokenEndpoint::remember(const TokenRequest& request, ClientProof proof) {
    const std::lock_guard lock(mutex_);
    if (remembered_.size() >= kRememberedMax && !remembered_.contains(request.integration_id)) {
        remembered_.erase(remembered_.begin());
    }
    remembered_[request.integration_id] = {request.integration_revision, proof};
}

Task<Result<http::ClientResponse>> TokenEndpoint::send_with(const TokenRequest& request,
                                                            ClientProof proof) {
    http::ClientRequest message;
    if (proof == ClientProof::assertion) {
        TokenRequest signed_request = request;
        CO_RETURN_IF_ERROR(add_client_assertion(signed_request, clock_.now()));
        message = to_http(signed_request, proof);
    } else {
        message = to_http(request, proof);
    }
    message.limits = limits_;
    if (request.timeout && *request.timeout < limits_.total_timeout) {
        message.limits.total_timeout = *request.timeout;
    }
    co_return co_await client_.send(std::move(message));
}

Task<Result<http::ClientResponse>> TokenEndpoint::send(TokenRequest request,
                                                       TokenResponsePaths paths) {
    if (const auto decided = decided_proof(request)) {
        co_return co_await send_with(request, *decided);
    }
    if (const auto known = remembered(request)) co_return co_await send_with(request, *known);
    ASSIGN_OR_CO_RETURN(auto first, co_await send_with(request, ClientProof::basic_header));
    ClientProof proof = ClientProof::basic_header;
    if (refuses_client(first, paths)) {
        proof = ClientProof::body_parameters;
        ASSIGN_OR_CO_RETURN(first, co_await send_with(request, proof));
    }
    if (is_plain_success(first, paths)) remember(request, proof);
    co_return first;
}

Task<tl::expected<RefreshedTokens, RefreshFailure>> TokenEndpoint::ask(
    std::shared_ptr<const Integration> integration, TokenRequest request, CredentialSecrets secrets,
    TokenPhase phase) {
    const Authentication& authentication = integration->definition.authentication;
    const auto response = co_await send(request, authentication.token_response);
    if (!response) co_return tl::unexpected(failure_of_request(response.error()));
    const AnswerContext context{
        .authentication = authentication,
        .phase = phase,
        .now = clock_.now(),
        .hidden = secrets_of(request),
        .plain_401_is_permanent = authentication.custom_token_request.has_value()};
    co_return judge_token_answer(*response, std::move(secrets), context);
}

}  // namespace tenon
