// HTTP messages as handlers see them (RFC 9110). Requests and responses with bodies in memory;
// streaming exchanges are in exchange.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace tenon::http {

// Header fields in the order received. Names compare without case; repeated fields are kept.
class Headers {
 public:
    struct Field {
        std::string name;
        std::string value;
    };
    void add(std::string_view name, std::string_view value);
    void set(std::string_view name, std::string_view value);  // replaces every field of that name
    void remove(std::string_view name);
    // The first value, or null.
    const std::string* find(std::string_view name) const;
    std::string_view get(std::string_view name) const;  // empty when absent
    bool has(std::string_view name) const { return find(name) != nullptr; }
    const std::vector<Field>& fields() const { return fields_; }

 private:
    std::vector<Field> fields_;
};

enum class Status : int {
    ok = 200,
    created = 201,
    accepted = 202,
    no_content = 204,
    found = 302,
    see_other = 303,
    bad_request = 400,
    unauthorized = 401,
    forbidden = 403,
    not_found = 404,
    method_not_allowed = 405,
    conflict = 409,
    gone = 410,
    content_too_large = 413,
    unprocessable_content = 422,
    too_many_requests = 429,
    internal_server_error = 500,
    not_implemented = 501,
    bad_gateway = 502,
    service_unavailable = 503,
    gateway_timeout = 504,
};

struct Cookie {
    std::string name;
    std::string value;
    std::string path = "/";
    std::optional<std::int64_t> max_age_seconds = std::nullopt;  // absent: until the browser closes
    bool secure = true;
    bool http_only = true;
    std::string same_site = "Lax";  // Strict, Lax or None
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;

    void set_cookie(const Cookie& cookie);
};

// One request with its whole body, checked against the contract before a handler sees it. Owned by
// the server's connection, alive until the handler's task ends.
struct Request {
    std::string method;
    std::string target;  // as received, path and query
    std::string path;    // as received, still percent-encoded
    std::string query;   // without '?', still percent-encoded
    Headers headers;
    std::string body;
    std::optional<Json> json;  // the parsed body, when the operation takes JSON
    std::string peer_address;  // textual IP address of the connection's other end
    bool is_tls = false;
    std::string request_id;  // also in the log and in X-Request-Id of the answer
    std::vector<std::pair<std::string, std::string>> path_parameters;  // decoded, from the route

    // Decoded value of a path parameter of the route; the router guarantees that it is there.
    std::string_view parameter(std::string_view name) const;
    // Decoded first value of a query parameter.
    std::optional<std::string> query_parameter(std::string_view name) const;
    std::optional<std::string> cookie(std::string_view name) const;
    const Json& body_json() const { return *json; }
};

Response json_response(Status status, const Json& body);
Response html_response(Status status, std::string html);
Response no_content();
// 302 with a Location that the caller has checked.
Response redirect_to(std::string_view location);

// The one place where an Error becomes an answer: {message, code, status, meta} (paragon-contract
// §3.2).
int status_of(ErrorKind kind);
Response error_response(const Error& error);

}  // namespace tenon::http
