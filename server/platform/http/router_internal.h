// What the server asks of the router for each request: which operation it is, whether its
// parameters and body keep the contract, and what CORS wants. Handlers use router.h instead.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/http/message.h"
#include "platform/http/router.h"

namespace tenon::http {

class OperationContract;
class RouteTree;

// One operation of the contract with its handler. Lives as long as the router.
struct Operation {
    std::string id;
    std::string method;         // GET, POST, …
    std::string path_template;  // /api/v1/projects/{projectId}
    bool is_stream = false;
    bool cors = false;
    // Of a buffered body; 0 means the server's own limit.
    std::size_t body_bytes_max = 0;
    Handler handler;
    StreamHandler stream_handler;
    std::shared_ptr<const OperationContract> contract;  // null for the proxy's fast path
};

struct RouteMatch {
    const Operation* operation = nullptr;  // null: 404, or 405 when path_known
    // Decoded values in the order of the template. The value of a catch-all stays percent-encoded:
    // its slashes and its encoded slashes mean different things.
    std::vector<std::pair<std::string, std::string>> path_parameters;
    bool path_known = false;  // some other method has this path
    std::string allow;        // for the Allow header of a 405: "GET, HEAD, POST"
};

struct Router::Impl {
    explicit Impl(const Json& contract);
    ~Impl();

    // `path` is the raw path as received. HEAD finds the GET operation (the server drops the body).
    RouteMatch match(std::string_view method, std::string_view path) const;

    // The hot path without allocation: the proxy's operation when `path` begins with /projects/ and
    // goes on with /sdk/proxy/, and a fast path has been set; otherwise null. match() asks this
    // first too.
    const Operation* find_proxy(std::string_view path) const;

    // Checks path, query, header and cookie parameters and, unless the operation streams, the body.
    // Fills request.json. `request.path_parameters` must be set already. Errors: invalid_input
    // "validation_failed" with every wrong field; invalid_input "json.…" for a body that does not
    // parse; invalid_input "content_type".
    static Ok check(const Operation& operation, Request& request);

    // The answer to a CORS preflight (OPTIONS with Origin and Access-Control-Request-Method,
    // without Authorization) of a path that has CORS; nothing when the request is something else.
    std::optional<Response> answer_preflight(std::string_view method, std::string_view path,
                                             const Headers& request_headers) const;
    // Adds the CORS fields to an answer of the operation, when it has them.
    static void add_cors(const Operation& operation, Headers& headers);

    std::deque<Operation> operations;  // addresses stay
    std::unique_ptr<RouteTree> routes;
    std::optional<Operation> proxy;
    std::vector<std::string>
        problems;  // handlers without an operation, registered twice, of the wrong kind
};

}  // namespace tenon::http
