// Sends token requests and chooses how the client authenticates. With `auto`, Basic comes first
// (RFC 6749 says that every server knows it) and body parameters follow when the server refuses the
// client; what worked is remembered per integration. A refused client authentication spends neither
// code nor refresh token, so the second request is safe.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "auth_methods/token_answer.h"
#include "auth_methods/token_request.h"
#include "base/clock.h"
#include "platform/http/client.h"
#include "platform/scheduling/task.h"

namespace tenon {

// Thread-safe; shared by the methods.
class TokenEndpoint {
 public:
    TokenEndpoint(http::HttpClient& client, const Clock& clock, http::UpstreamLimits limits)
        : client_(client), clock_(clock), limits_(limits) {}

    // The answer to a token request, judged against `secrets` (see token_answer.h).
    Task<tl::expected<RefreshedTokens, RefreshFailure>> ask(
        std::shared_ptr<const Integration> integration, TokenRequest request,
        CredentialSecrets secrets, TokenPhase phase);
    // The plain answer, for revocation.
    Task<Result<http::ClientResponse>> send(TokenRequest request, TokenResponsePaths paths);

 private:
    static constexpr std::size_t kRememberedMax = 10'000;
    struct Remembered {
        std::int64_t revision = 0;
        ClientProof proof = ClientProof::basic_header;
    };
    std::optional<ClientProof> remembered(const TokenRequest& request);
    void remember(const TokenRequest& request, ClientProof proof);
    Task<Result<http::ClientResponse>> send_with(const TokenRequest& request, ClientProof proof);

    http::HttpClient& client_;
    const Clock& clock_;
    const http::UpstreamLimits limits_;
    std::mutex mutex_;
    std::unordered_map<IntegrationId, Remembered> remembered_;
};

}  // namespace tenon
