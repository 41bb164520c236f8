// The query that a provider sends the browser back with (RFC 6749 §4.1.2, RFC 9207). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"
#include "base/secret.h"
#include "projects/project.h"

namespace tenon {

struct CallbackQuery {
    ProjectId project_id;  // from the state
    std::string state;
    Secret code;        // empty: absent
    std::string error;  // empty: absent
    std::string error_description;
    std::optional<std::string> issuer;
    std::map<std::string, Secret> parameters;  // every one, first value, for what is captured
};

struct CallbackLimits {
    std::size_t query_bytes_max = 16'384;
    std::size_t code_bytes_max = 8'192;
    std::size_t words_bytes_max = 500;  // of error and error_description; longer ones are cut
    std::size_t parameters_max = 64;
};

// Nothing when the query cannot belong to a flow: no state, one of another shape, a parameter of
// the protocol given twice, or anything over its limit.
std::optional<CallbackQuery> parse_callback_query(std::string_view query,
                                                  const CallbackLimits& limits);

// A new state: the project's id and 256 random bits. The id saves a search over all projects.
std::string make_flow_token(ProjectId project);
// The project of a token that make_flow_token() made; nothing for another shape.
std::optional<ProjectId> project_of_flow_token(std::string_view token);
// What a browser is told whose state or ticket leads nowhere, whatever the reason.
Error unknown_connect_flow();
// How tokens are stored and compared: SHA-256 in hex.
std::string hash_of_token(std::string_view token);

}  // namespace tenon
