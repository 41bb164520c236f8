// Routes by operation: the contract (OpenAPI) says which path and verb an operationId has, a
// capability registers its handler under that name, and the router refuses to start when one is
// missing on either side. Parameters and JSON bodies are checked against the contract's schemas
// before a handler runs; every wrong field is named.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "platform/http/message.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

class Exchange;

// `request` outlives the task: the server awaits it before it lets the request go.
using Handler = std::function<Task<Result<Response>>(const Request& request)>;
// Takes the exchange over, body and all; for the proxy and other streams. Must answer it.
using StreamHandler = std::function<Task<void>(Exchange& exchange)>;

class Router {
 public:
    // `contract` is the bundled OpenAPI 3.1 document. Extensions that the router reads on an
    // operation:
    //   x-cors: true          answers preflights and adds Access-Control-Allow-Origin: * (SDK and
    //   proxy routes) x-stream: true        the operation is registered with stream() and its body
    //   is not buffered x-body-bytes-max: n   instead of the default limit for buffered bodies
    // and on the last path parameter:
    //   x-catch-all: true     takes the rest of the path, slashes included, still percent-encoded
    explicit Router(const Json& contract);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    void handle(std::string_view operation_id, Handler handler);
    void stream(std::string_view operation_id, StreamHandler handler);
    // Every request whose raw path begins with /projects/ and contains /sdk/proxy/ goes to
    // `handler`, whatever its verb, without a look at the other routes.
    void set_proxy_fast_path(StreamHandler handler);
    // Operations of the contract without a handler, and handlers without an operation. Empty when
    // all is well.
    std::vector<std::string> problems() const;

    // Used by the server; declared in router_internal.h.
    struct Impl;
    Impl& impl() { return *impl_; }

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tenon::http
