// What happens on a connection while a handler runs: the request's body comes in, the answer goes
// out.
#include <algorithm>
#include <array>

#include "platform/http/server_connection.h"
#include "platform/logging/log.h"

namespace tenon::http {
namespace {

// Buffer of a body that comes faster than it is read.
constexpr std::size_t kFastBodyBytes = 65'536;

constexpr std::string_view kNosniff = "X-Content-Type-Options: nosniff\r\n";

}  // namespace

// ---- how a connection begins and ends; kept apart from run() so that its frame stays small ----

Task<Result<void>> ServerConnection::handshake() {
    stream_.set_deadline("tls_handshake_timeout", worker_.limits.tls_handshake_timeout);
    co_return co_await stream_.handshake();
}

// After an answer to a request that was not read to its end: what the client still sends is thrown
// away for a moment, since closing at once would reset the connection and take the answer with it.
Task<void> ServerConnection::linger() {
    in_.release();
    stream_.shutdown_write();
    stream_.set_deadline("linger_timeout", worker_.limits.linger_timeout);
    std::size_t taken = 0;
    while (taken < worker_.limits.linger_bytes_max) {
        const Result<std::size_t> arrived = co_await stream_.read_into(in_);
        if (!arrived || *arrived == 0) co_return;
        taken += *arrived;
        in_.consume(*arrived);
    }
}

// ---- the client's side while a handler runs ----

void ServerConnection::forget_head() {
    RequestHead& head = request_->head;
    const bool is_get = head.method == "GET";
    head = RequestHead{};
    head.method = is_get ? "GET" : "-";
}

BodyReader::Next ServerConnection::next_body(std::string_view& data) {
    return request_->body.next(in_.empty() ? request_->body_in : in_, data);
}

void ServerConnection::begin_body_read() {
    reading_body_ = true;
    update_deadline();
}
void ServerConnection::end_body_read() {
    reading_body_ = false;
    update_deadline();
}
void ServerConnection::begin_write() {
    writing_ = true;
    update_deadline();
}
void ServerConnection::end_write() {
    writing_ = false;
    update_deadline();
}

void ServerConnection::update_deadline() {
    if (writing_) {
        stream_.set_deadline("write_idle_timeout", worker_.limits.write_idle_timeout,
                             Stream::Renewal::on_progress);
    } else if (reading_body_) {
        stream_.set_deadline("body_idle_timeout", worker_.limits.body_idle_timeout);
    } else {
        stream_.clear_deadline();
    }
}

Task<Result<void>> ServerConnection::send_continue() {
    if (!std::exchange(request_->continue_pending, false)) co_return Ok{};
    begin_write();
    Result<void> sent = co_await stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n");
    end_write();
    co_return sent;
}

Error ServerConnection::malformed_body() const {
    return {ErrorKind::invalid_input, "http.malformed_body", std::string(request_->body.problem())};
}

Task<Result<std::string_view>> ServerConnection::read_body() {
    RequestState& request = *request_;
    if (request.continue_pending && !request.body.is_done()) {
        CO_RETURN_IF_ERROR(co_await send_continue());
    }
    while (true) {
        std::string_view data;
        switch (next_body(data)) {
            case BodyReader::Next::data:
                co_return data;
            case BodyReader::Next::end:
                co_return std::string_view{};
            case BodyReader::Next::refused:
                keep_alive_ = false;
                co_return malformed_body();
            case BodyReader::Next::need_bytes:
                break;
        }
        // A client that fills the buffer is fast: fewer, larger reads.
        if (request.body_in.capacity() > 0 && filled_) request.body_in.grow(kFastBodyBytes);
        begin_body_read();
        const Result<std::size_t> arrived = co_await stream_.read_into(request.body_in);
        end_body_read();
        filled_ = arrived && request.body_in.writable().empty();
        if (!arrived) co_return arrived.error();
        if (*arrived == 0) {
            client_gone_ = true;
            co_return Error{ErrorKind::provider_failed, "stream.eof",
                            "The client ended in the middle of its body."};
        }
    }
}

void ServerConnection::watch_client(std::function<void()> on_gone) {
    if (!in_.empty() || !request_->body_in.empty()) return;  // a next request waits already
    on_client_gone_ = std::move(on_gone);
    stream_.watch_idle([this] {
        if (!stream_.peer_has_ended()) return;
        client_gone_ = true;
        if (on_client_gone_) on_client_gone_();
    });
}

void ServerConnection::cut() {
    keep_alive_ = false;
    // Framed bodies end visibly too early; one that ends with the connection needs a reset to look
    // wrong.
    if (answer_body_ == BodyKind::until_close) {
        stream_.abort();
    } else {
        stream_.close();
    }
}

// ---- the answer ----

bool ServerConnection::has_answer_body(int status) const {
    return status >= 200 && status != 204 && status != 304 && request_->head.method != "HEAD";
}

void ServerConnection::drop_arrived_body() {
    std::string_view ignored;
    while (!request_->body.is_done()) {
        const BodyReader::Next next = next_body(ignored);
        if (next == BodyReader::Next::need_bytes || next == BodyReader::Next::refused) break;
    }
}

std::string& ServerConnection::begin_head(int status, std::string_view reason) {
    RequestState& request = *request_;
    request.status = status;
    std::string& head = request.head_out;
    head.clear();
    append_status_line(head, status, reason);
    head += request.default_fields;
    return head;
}

void ServerConnection::append_own_fields(std::string& head, const Headers& headers) {
    append_field(head, "X-Request-Id", request_->request_id);
    head += worker_.date_line();
    if (!worker_.options.server_header.empty()) {
        append_field(head, "Server", worker_.options.server_header);
    }
    if (!headers.has("X-Content-Type-Options")) head += kNosniff;
    for (const auto& [name, value] : headers.fields()) {
        switch (header_id(name)) {
            case HeaderId::content_length:
            case HeaderId::transfer_encoding:
            case HeaderId::connection:
            case HeaderId::date:
                continue;
            default:
                break;
        }
        if (is_token(name) && is_field_value(value)) {
            append_field(head, name, value);
        } else {
            log_error("http.bad_field", {{"request_id", request_->request_id}});
        }
    }
}

void ServerConnection::finish_head(const HeadOptions& options) {
    std::string& head = request_->head_out;
    if (!request_->body.is_done()) keep_alive_ = false;
    if (options.has_length) {
        head += "Content-Length: ";
        append_decimal(head, options.content_length);
        head += "\r\n";
    }
    if (options.body == BodyKind::chunked) head += "Transfer-Encoding: chunked\r\n";
    if (options.body == BodyKind::until_close) keep_alive_ = false;
    if (!keep_alive_) {
        if (options.status != 101) head += "Connection: close\r\n";
    } else if (request_->head.minor_version == 0) {
        head += "Connection: keep-alive\r\n";
    }
    head += "\r\n";
    answer_ = Answer::started;
    answer_body_ = options.body;
    answer_left_ = options.content_length;
}

Task<Result<void>> ServerConnection::send(Response response) {
    if (answer_ != Answer::none) co_return Error::internal("The request was answered twice.");
    drop_arrived_body();
    std::string& head = begin_head(response.status, reason_phrase(response.status));
    append_own_fields(head, response.headers);
    const bool has_body = has_answer_body(response.status);
    const bool has_length = has_body || (request_->head.method == "HEAD" &&
                                         response.status != 204 && response.status != 304);
    finish_head({.body = BodyKind::length,
                 .content_length = response.body.size(),
                 .has_length = has_length});
    const std::size_t body_bytes = has_body ? response.body.size() : 0;
    std::array<iovec, 2> parts{iovec{head.data(), head.size()},
                               iovec{response.body.data(), body_bytes}};
    begin_write();
    Result<void> sent = co_await stream_.write_all(parts);
    end_write();
    if (sent) answer_ = Answer::finished;
    count_out(body_bytes);
    co_return sent;
}

Task<Result<void>> ServerConnection::start_response(ResponseStart start) {
    if (answer_ != Answer::none) co_return Error::internal("The request was answered twice.");
    drop_arrived_body();
    std::string& head = begin_head(start.status, reason_phrase(start.status));
    append_own_fields(head, start.headers);
    HeadOptions options;
    options.has_length = start.content_length.has_value() && start.status != 204;
    options.content_length = start.content_length.value_or(0);
    if (!has_answer_body(start.status)) {
        options.body = BodyKind::none;
    } else if (start.content_length) {
        options.body = BodyKind::length;
    } else {
        options.body = is_http_1_1() ? BodyKind::chunked : BodyKind::until_close;
    }
    finish_head(options);
    begin_write();
    Result<void> sent = co_await stream_.write_all(head);
    end_write();
    co_return sent;
}

Task<Result<void>> ServerConnection::write(std::string_view bytes) {
    if (answer_ != Answer::started) co_return Error::internal("No answer was started.");
    if (bytes.empty() || answer_body_ == BodyKind::none) co_return Ok{};
    if (answer_body_ == BodyKind::length) {
        if (bytes.size() > answer_left_)
            co_return Error::internal("The answer is longer than said.");
        answer_left_ -= bytes.size();
    }
    const ChunkHead chunk(bytes.size());
    const bool chunked = answer_body_ == BodyKind::chunked;
    std::array<iovec, 3> parts{as_part(chunk.view()), as_part(bytes), as_part(kChunkEnd)};
    begin_write();
    Result<void> sent =
        co_await stream_.write_all(chunked ? std::span(parts) : std::span(parts).subspan(1, 1));
    end_write();
    count_out(bytes.size());
    co_return sent;
}

Task<Result<void>> ServerConnection::finish() {
    if (answer_ != Answer::started) co_return Error::internal("No answer was started.");
    if (answer_body_ == BodyKind::length && answer_left_ > 0) {
        co_return Error::internal("The answer is shorter than said.");
    }
    Result<void> sent;
    if (answer_body_ == BodyKind::chunked) {
        begin_write();
        sent = co_await stream_.write_all(kLastChunk);
        end_write();
    }
    if (sent) answer_ = Answer::finished;
    co_return sent;
}

}  // namespace tenon::http
