// The one error type. Expected failure is a value of this type inside a Result; exceptions mean a
// bug.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

// What went wrong, seen from the caller. platform/http turns each kind into one HTTP status with an
// exhaustive switch, so a new kind cannot be forgotten.
enum class ErrorKind {
    invalid_input,      // 400: the caller sent something wrong
    unauthenticated,    // 401: no valid credentials of Tenon's own
    forbidden,          // 403: known caller, not allowed
    not_found,          // 404: not there, or not yours
    conflict,           // 409: the state does not allow it (a name taken, a stale revision)
    gone,               // 410: was there, has been used up or has expired
    too_large,          // 413: over a named limit
    unprocessable,      // 422: well formed and allowed, but the provider or the state refused it
    rate_limited,       // 429: try again after retry_after
    internal,           // 500: our fault
    unsupported,        // 501: not offered
    provider_failed,    // 502: the provider answered wrongly or not at all
    unavailable,        // 503: a part of Tenon is away or full; try again
    provider_timed_out  // 504: a named time limit towards the provider passed
};

// One wrong field of an input. `field` is a path such as "apiSetup.baseUrl" or "inputFields[2].id".
struct FieldProblem {
    std::string field;
    std::string rule;
};

struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string code;     // stable, may be tested by clients: "integration.slug_taken", "7003"
    std::string message;  // for people; never holds a secret
    std::vector<FieldProblem> problems = {};
    // A JSON object in text form that becomes `meta` of the answer; empty means {}.
    std::string meta_json = {};
    std::optional<std::chrono::seconds> retry_after = std::nullopt;

    static Error invalid_field(std::string field, std::string rule) {
        Error error{ErrorKind::invalid_input, "validation_failed", field + ": " + rule};
        error.problems.push_back({std::move(field), std::move(rule)});
        return error;
    }
    static Error not_found(std::string_view noun) {
        return {ErrorKind::not_found, "not_found", std::string(noun) + " not found."};
    }
    static Error internal(std::string message) {
        return {ErrorKind::internal, "internal", std::move(message)};
    }
};

// Several problems as one error; the message lists each as "field: rule".
Error invalid_fields(std::vector<FieldProblem> problems);

}  // namespace tenon
