// What a token endpoint answered, judged: new tokens, or a failure with its reason. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/secret.h"
#include "credentials/token_care.h"
#include "integrations/integration.h"
#include "platform/http/client.h"

namespace tenon {

// JSON, or form-encoded parameters as an object of texts (GitHub and older providers). Nothing for
// anything else.
std::optional<Json> parse_token_body(const http::ClientResponse& response);

enum class TokenPhase { connect, refresh };

struct AnswerContext {
    const Authentication& authentication;
    TokenPhase phase = TokenPhase::connect;
    Timestamp now;
    std::vector<const Secret*> hidden;  // kept out of messages, if the provider echoes them
    // A wrong password at a login endpoint that does not speak OAuth is told by its status alone.
    bool plain_401_is_permanent = false;
};

// New tokens over `secrets`: what the answer does not have stays as it was. A 2xx answer without an
// access token is a failure, as is one with an error in it.
tl::expected<RefreshedTokens, RefreshFailure> judge_token_answer(
    const http::ClientResponse& response, CredentialSecrets secrets, const AnswerContext& context);

// A request that brought no answer.
RefreshFailure failure_of_request(const Error& error);

// When the access token expires, from a value of the answer: a span from now in `unit` (number or
// text), a Unix time in seconds or milliseconds, or an RFC 3339 text. Nothing when it is absent,
// zero, negative or not understood.
std::optional<Timestamp> expiry_of(const Json* value, Timestamp now,
                                   ExpiryUnit unit = ExpiryUnit::seconds);

// A provider's words, fit to be shown: one line of at most 300 characters, without control
// characters, without the characters that mean something in HTML, and without any of `hidden`.
std::string shown_words(std::string_view words, const std::vector<const Secret*>& hidden);

// Where providers put their words about a failure: the first text found, unfiltered; may be empty.
std::string words_of(const Json& body);

// The OAuth error code of an answer, or empty.
std::string oauth_error_of(const Json& body, const TokenResponsePaths& paths);

}  // namespace tenon
