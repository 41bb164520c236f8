// One client connection: reads heads, runs handlers, keeps the connection alive or ends it
// properly. Handlers see it as an Exchange; the relay uses it directly.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/http/body_reader.h"
#include "platform/http/codec.h"
#include "platform/http/exchange.h"
#include "platform/http/server_worker.h"
#include "platform/http/stream.h"

namespace tenon::http {

// Everything that lives only while a request is answered; pooled, since it is large and an idle
// connection needs none.
struct RequestState {
    RequestHead head;
    BodyReader body;
    Buffer body_in;  // body bytes read after those that came with the head
    std::string request_id;
    std::string head_out;        // the answer's head under construction
    std::string default_fields;  // field lines that handlers asked for
    RouteMatch route;
    const Operation* operation = nullptr;
    std::chrono::steady_clock::time_point started;
    int status = 0;
    std::uint64_t bytes_out = 0;  // body bytes
    bool continue_pending = false;

    void reset();
};

class ServerConnection {
 public:
    // How the body of the answer in progress is delimited, and how far the answer is.
    enum class Answer : std::uint8_t { none, started, finished };
    struct HeadOptions {
        int status = 200;
        BodyKind body = BodyKind::none;
        std::uint64_t content_length = 0;  // with BodyKind::length
        bool has_length = false;           // Content-Length is written (HEAD and empty bodies too)
    };

    ServerConnection(ServerWorker& worker, Stream stream, std::string peer_address);
    ~ServerConnection();
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    // Serves the connection until it ends.
    Task<void> run();
    // Ends an idle connection now, a busy one after its answer.
    void drain();
    ServerConnection* next_open() const { return next_; }

    RequestState& request() { return *request_; }
    ServerWorker& worker() { return worker_; }
    Stream& stream() { return stream_; }
    const std::string& peer_address() const { return peer_address_; }
    bool is_tls() const { return stream_.is_tls(); }

    // ---- body of the request ----
    // The next piece that has arrived already; need_bytes: call fill_body() and try again.
    BodyReader::Next next_body(std::string_view& data);
    // Whether at least `bytes` more of the connection have been read already.
    bool has_arrived(std::uint64_t bytes) const { return in_.size() >= bytes; }
    // What has been read and belongs to no request yet.
    Buffer& arrived() { return in_; }
    // The buffer that the head views into is about to be used for something else. What the log
    // needs stays.
    void forget_head();
    // Where body bytes are read into; what it held has been used up.
    Buffer& body_buffer() { return request_->body_in; }
    // Takes what has arrived of an unread body, so that a small one does not cost the connection.
    void drop_arrived_body();
    Error malformed_body() const;
    void begin_body_read();  // arms the limit
    void end_body_read();
    Task<Result<std::string_view>> read_body();
    Task<Result<void>> send_continue();
    void cancel_body_read() { stream_.cancel_read(); }

    // ---- the answer ----
    // Begins the head in head_out: status line and the fields that every answer has. The caller
    // appends fields.
    std::string& begin_head(int status, std::string_view reason);
    // Adds the framing and connection fields and the empty line; the head may be sent after that.
    void finish_head(const HeadOptions& options);
    // Nothing of the head was sent, and another answer takes its place.
    void discard_head() { answer_ = Answer::none; }
    void begin_write();  // arms the limit
    void end_write();
    // Whether an answer of that status to this request has a body at all.
    bool has_answer_body(int status) const;
    void count_out(std::size_t body_bytes) { request_->bytes_out += body_bytes; }
    void answer_is_finished() { answer_ = Answer::finished; }
    Answer answer() const { return answer_; }
    BodyKind answer_body() const { return answer_body_; }
    bool is_http_1_1() const { return request_->head.minor_version == 1; }
    void close_after_answer() { keep_alive_ = false; }
    // Ends an answer that is not whole so that the client notices.
    void cut();

    Task<Result<void>> send(Response response);
    Task<Result<void>> start_response(ResponseStart start);
    Task<Result<void>> write(std::string_view bytes);
    Task<Result<void>> finish();
    // Runs `on_gone` once when the client ends its side or resets while nothing is read. Bytes of a
    // next request end the watch silently.
    void watch_client(std::function<void()> on_gone);
    void stop_watching() { on_client_gone_ = nullptr; }
    bool client_gone() const { return client_gone_ || !stream_.is_open(); }

 private:
    enum class HeadProgress : std::uint8_t { complete, need_more, refused };

    HeadProgress parse_arrived();
    void prepare_head_read();
    void note_arrived(std::size_t bytes);
    void begin_request();
    // Whether the connection goes on to the next request.
    bool end_request();
    Task<Result<void>> handshake();
    Task<void> serve_request(HeadProgress progress);
    Task<void> serve_route();
    Task<Result<Response>> run_buffered(Exchange& exchange, Request& request);
    static Response unrouted_response(const RouteMatch& route);
    Task<void> refuse();
    Task<void> linger();
    void append_own_fields(std::string& head, const Headers& headers);
    void update_deadline();
    void log_access(std::chrono::steady_clock::duration elapsed) const;

    ServerWorker& worker_;
    Stream stream_;
    Buffer in_;
    std::unique_ptr<RequestState> request_;
    std::string peer_address_;
    ServerConnection* next_ = nullptr;  // in ServerWorker::connections
    ServerConnection** link_ = nullptr;
    Refusal refusal_{};
    std::uint64_t answer_left_ = 0;
    Answer answer_ = Answer::none;
    BodyKind answer_body_ = BodyKind::none;
    bool keep_alive_ = true;
    bool idle_ = true;
    bool served_any_ = false;
    bool scan_pending_ = true;  // bytes arrived that may complete the head
    bool reading_body_ = false;
    bool writing_ = false;
    bool linger_ = false;
    bool head_begun_ = false;  // bytes of the next head are here and its limit runs
    bool client_gone_ = false;
    bool filled_ = false;  // the last body read filled the buffer
    std::function<void()> on_client_gone_;
};

}  // namespace tenon::http
