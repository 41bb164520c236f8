// One request and its answer on a server connection, for handlers that stream (the proxy, event
// streams). Handlers with small bodies use Request and Response of message.h instead; the server
// does the rest.
//
// Every operation may fail because the client left or was too slow ("stream.…"); the handler then
// just ends. Nothing here may be used after the handler's task ended.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "platform/http/codec.h"
#include "platform/http/message.h"
#include "platform/http/stream.h"
#include "platform/scheduling/task.h"

namespace tenon::http {

class ServerConnection;

// How an answer starts whose body is written piece by piece.
struct ResponseStart {
    int status = 200;
    Headers headers;  // Content-Length, Transfer-Encoding and Connection are the exchange's own
    // Absent: chunked to HTTP/1.1 clients, ended by closing to HTTP/1.0 clients.
    std::optional<std::uint64_t> content_length = std::nullopt;
};

class Exchange {
 public:
    explicit Exchange(ServerConnection& connection) : connection_(connection) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // ---- the request; views are valid until the handler ends ----
    const RequestHead& head() const;
    std::string_view peer_address() const;
    bool is_tls() const;
    std::string_view request_id() const;
    // Decoded, from the route; empty on the proxy's fast path.
    const std::vector<std::pair<std::string, std::string>>& path_parameters() const;
    std::string_view path_parameter(std::string_view name) const;  // empty when absent
    // Of the client itself when trusted proxies stand in front (ServerOptions::trusted_proxies).
    std::string client_address(const Headers& headers) const;
    // The head as a Request without a body, for code that authorises requests.
    Request to_request() const;

    // ---- the request's body, decoded ----
    // Copies up to out.size() bytes; 0 is the end. Answers Expect: 100-continue first.
    // Errors: invalid_input "http.malformed_body"; "stream.…".
    Task<Result<std::size_t>> read_body(std::span<char> out);
    // Without a copy: a view valid until the next call; empty is the end.
    Task<Result<std::string_view>> read_body_view();
    // Errors: as read_body; too_large "http.body_too_large" (nothing is read when the length says
    // so already).
    Task<Result<std::string>> read_whole_body(std::size_t bytes_max);
    // The whole body when it has arrived together with the head already (also when there is none);
    // it counts as read then. Never waits.
    std::optional<std::string_view> take_arrived_body();
    bool body_finished() const;
    std::uint64_t body_bytes_read() const;
    // Lets a client that waits for it send its body. Call it once the request is authorised.
    Task<Result<void>> send_continue_if_expected();
    // Trailer fields after a chunked body, as received, each line with CRLF; empty before the end.
    std::string_view trailers() const;
    // A waiting read_body ends with "stream.cancelled"; the connection closes after the answer.
    void cancel_body_read();

    // ---- the answer: exactly one, by one of the two ways ----
    Task<Result<void>> send(Response response);
    Task<Result<void>> start_response(ResponseStart start);
    Task<Result<void>> write(std::string_view bytes);
    // Ends a started answer; an answer that is neither finished nor whole is cut visibly.
    Task<Result<void>> finish();
    bool response_started() const;
    // A field for the answer's head whatever kind of answer it will be. CORS fields of the
    // operation are there already.
    void add_default_header(std::string_view name, std::string_view value);

    // For long waits in which nothing is read: `on_gone` runs once when the client has closed its
    // side or reset the connection. client_gone() then stays true. Reading the body ends the watch.
    void watch_client(std::function<void()> on_gone);
    bool client_gone() const;
    // Ends the connection so that the client sees an error instead of a short answer.
    void abort();

    // For relay.cpp.
    ServerConnection& connection() { return connection_; }

 private:
    ServerConnection& connection_;
    std::string_view unread_;  // of the piece that read_body() copies from
};

}  // namespace tenon::http
