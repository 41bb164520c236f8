// A connection's life: idle, head, request, answer, and again; and the ways it ends.
#include "platform/http/server_connection.h"

#include <algorithm>

#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon::http {
namespace {

Response refusal_response(const Refusal& refusal) {
    return json_response(static_cast<Status>(refusal.status),
                         JsonObject{{"message", std::string(refusal.message)},
                                    {"code", std::string(refusal.code)},
                                    {"status", refusal.status},
                                    {"meta", JsonObject{}}});
}

Error failed_handler() {
    return {ErrorKind::internal, "internal", "Something went wrong on our side."};
}

}  // namespace

void RequestState::reset() {
    body_in.release();
    default_fields.clear();
    constexpr std::size_t kKeptHeadBytes = 8'192;
    if (head_out.capacity() > kKeptHeadBytes) std::string().swap(head_out);
    route = {};
    operation = nullptr;
    status = 0;
    bytes_out = 0;
    continue_pending = false;
}

ServerConnection::ServerConnection(ServerWorker& worker, Stream stream, std::string peer_address)
    : worker_(worker), stream_(std::move(stream)), peer_address_(std::move(peer_address)) {
    next_ = worker.connections;
    link_ = &worker.connections;
    if (next_ != nullptr) next_->link_ = &next_;
    worker.connections = this;
    ++worker.connection_count;
    ++*worker.metrics.connections;
    worker.metrics.connections_total.add();
}

ServerConnection::~ServerConnection() {
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
    --worker_.connection_count;
    --*worker_.metrics.connections;
}

Task<void> ServerConnection::run() {
    if (stream_.is_tls()) {
        const Result<void> secured = co_await handshake();
        if (!secured) co_return;
    }
    while (true) {
        HeadProgress progress = parse_arrived();
        while (progress == HeadProgress::need_more) {
            prepare_head_read();
            const Result<std::size_t> arrived = co_await stream_.read_into(in_);
            if (!arrived || *arrived == 0) co_return;
            note_arrived(*arrived);
            progress = parse_arrived();
        }
        begin_request();
        co_await serve_request(progress);
        if (!end_request()) break;
    }
    if (linger_) co_await linger();
    stream_.close();
}

void ServerConnection::drain() {
    // A client that has just connected, or whose next request is on its way in, is still served.
    constexpr std::chrono::milliseconds kFirstRequestGrace{1'000};
    keep_alive_ = false;
    if (!idle_ || stream_.is_readable_now()) return;
    if (served_any_) {
        stream_.close();
    } else {
        stream_.set_deadline("drain", kFirstRequestGrace);
    }
}

// ---- heads ----

ServerConnection::HeadProgress ServerConnection::parse_arrived() {
    if (in_.empty() || !scan_pending_) return HeadProgress::need_more;
    if (request_ == nullptr) request_ = worker_.take_state();
    const HeadLimits limits{worker_.limits.head_bytes_max, worker_.limits.head_fields_max};
    const ParseResult result = parse_request_head(in_.readable(), limits, request_->head);
    switch (result.state) {
        case ParseStatus::complete:
            return HeadProgress::complete;
        case ParseStatus::refused:
            refusal_ = result.refusal;
            return HeadProgress::refused;
        case ParseStatus::need_more:
            break;
    }
    worker_.give_back(std::move(request_));
    scan_pending_ = false;
    return HeadProgress::need_more;
}

// Arms the limit of the phase and makes room. An idle connection holds no buffer.
void ServerConnection::prepare_head_read() {
    if (in_.empty()) {
        in_.release();
        if (served_any_) {
            stream_.set_deadline("keep_alive_timeout", worker_.limits.keep_alive_timeout);
        } else {
            stream_.set_deadline("head_timeout", worker_.limits.head_timeout);
        }
        return;
    }
    if (!std::exchange(head_begun_, true)) {
        stream_.set_deadline("head_timeout", worker_.limits.head_timeout);
    }
    if (!in_.writable().empty()) return;
    in_.compact();
    if (in_.writable().empty()) in_.grow(std::max(worker_.limits.head_bytes_max, 2 * in_.size()));
}

// A head is scanned anew only when a line has ended, so that a client that sends byte by byte costs
// little.
void ServerConnection::note_arrived(std::size_t bytes) {
    const std::string_view all = in_.readable();
    const std::string_view fresh = all.substr(all.size() - bytes);
    scan_pending_ = bytes == all.size() || all.size() >= worker_.limits.head_bytes_max ||
                    fresh.find('\n') != std::string_view::npos;
    idle_ = false;
}

// ---- one request ----

void ServerConnection::begin_request() {
    RequestState& request = *request_;
    request.started = std::chrono::steady_clock::now();
    worker_.next_request_id(request.request_id);
    stream_.clear_deadline();
    idle_ = false;
    answer_ = Answer::none;
    keep_alive_ = !worker_.draining;
    ++*worker_.metrics.in_flight;
}

Task<void> ServerConnection::refuse() {
    worker_.metrics.refused.add();
    // The head may be anything: nothing of it is used but to say no.
    request_->head.method = "GET";
    request_->head.minor_version = 1;
    request_->body.start(BodyKind::none, 0);
    keep_alive_ = false;
    linger_ = true;
    in_.release();
    const Result<void> sent = co_await send(refusal_response(refusal_));
    if (!sent) linger_ = false;
}

Task<void> ServerConnection::serve_request(HeadProgress progress) {
    if (progress == HeadProgress::refused) {
        co_await refuse();
        co_return;
    }
    RequestState& request = *request_;
    const RequestHead& head = request.head;
    request.body.start(head.body, head.content_length);
    request.continue_pending = head.expects_continue;
    in_.consume(head.head_bytes);
    keep_alive_ = keep_alive_ && head.keep_alive;
    try {
        const bool may_be_preflight = head.method == "OPTIONS";
        request.operation = may_be_preflight ? nullptr : worker_.router.find_proxy(head.path);
        if (request.operation != nullptr) {
            request.default_fields = worker_.cors_lines(*request.operation);
            Exchange exchange(*this);
            co_await request.operation->stream_handler(exchange);
        } else {
            co_await serve_route();
        }
    } catch (const std::exception& e) {
        log_error("http.handler_failed", {{"what", e.what()}, {"request_id", request.request_id}});
    } catch (...) {
        log_error("http.handler_failed",
                  {{"what", "unknown exception"}, {"request_id", request.request_id}});
    }
    if (answer_ == Answer::none && stream_.is_open() && !client_gone_) {
        const bool is_malformed = !request.body.problem().empty();
        (void)co_await send(error_response(is_malformed ? malformed_body() : failed_handler()));
    }
}

Task<void> ServerConnection::serve_route() {
    RequestState& state = *request_;
    Exchange exchange(*this);
    Request request = exchange.to_request();
    std::optional<Response> preflight =
        worker_.router.answer_preflight(request.method, request.path, request.headers);
    if (preflight) {
        (void)co_await send(std::move(*preflight));
        co_return;
    }
    state.route = worker_.router.match(request.method, request.path);
    state.operation = state.route.operation;
    if (state.operation == nullptr) {
        (void)co_await send(unrouted_response(state.route));
        co_return;
    }
    state.default_fields = worker_.cors_lines(*state.operation);
    if (state.operation->is_stream) {
        request.path_parameters = state.route.path_parameters;
        const Ok checked = Router::Impl::check(*state.operation, request);
        if (checked) {
            co_await state.operation->stream_handler(exchange);
        } else {
            (void)co_await send(error_response(checked.error()));
        }
        co_return;
    }
    request.path_parameters = std::move(state.route.path_parameters);
    const Result<Response> response = co_await run_buffered(exchange, request);
    // A client that left or was too slow gets no answer.
    if (!response && response.error().code.starts_with("stream.")) co_return;
    (void)co_await send(response ? std::move(*response) : error_response(response.error()));
}

Task<Result<Response>> ServerConnection::run_buffered(Exchange& exchange, Request& request) {
    const Operation& operation = *request_->operation;
    const std::size_t bytes_max =
        operation.body_bytes_max > 0 ? operation.body_bytes_max : worker_.limits.body_bytes_max;
    stream_.set_total_deadline("body_total_timeout", worker_.limits.body_total_timeout);
    Result<std::string> body = co_await exchange.read_whole_body(bytes_max);
    stream_.clear_total_deadline();
    if (!body) co_return std::move(body).error();
    request.body = std::move(*body);
    CO_RETURN_IF_ERROR(Router::Impl::check(operation, request));
    co_return co_await operation.handler(request);
}

Response ServerConnection::unrouted_response(const RouteMatch& route) {
    if (!route.path_known) return error_response(Error::not_found("Resource"));
    Response response = refusal_response(
        {405, "method_not_allowed", "This method is not offered for this resource."});
    response.headers.add("Allow", route.allow);
    return response;
}

bool ServerConnection::end_request() {
    RequestState& request = *request_;
    // An answer that is not whole must not look whole.
    if (answer_ == Answer::started) cut();
    if (answer_ != Answer::finished || !stream_.is_open()) keep_alive_ = false;
    if (!request.body.is_done()) {
        keep_alive_ = false;
        linger_ = answer_ == Answer::finished;
    }
    const auto elapsed = std::chrono::steady_clock::now() - request.started;
    --*worker_.metrics.in_flight;
    const int status_class = answer_ == Answer::finished ? request.status / 100 : 0;
    worker_.metrics.by_class[static_cast<std::size_t>(status_class)]->add();
    worker_.metrics.seconds.observe(std::chrono::duration<double>(elapsed).count());
    if (worker_.options.access_log && log_enabled(LogLevel::info)) log_access(elapsed);

    if (!request.body_in.empty()) in_.swap(request.body_in);
    worker_.give_back(std::move(request_));
    served_any_ = true;
    scan_pending_ = true;
    head_begun_ = false;
    client_gone_ = false;
    filled_ = false;
    on_client_gone_ = nullptr;
    idle_ = in_.empty();
    return keep_alive_ && !worker_.draining;
}

void ServerConnection::log_access(std::chrono::steady_clock::duration elapsed) const {
    const RequestState& request = *request_;
    worker_.access_log.add(
        {.method = request.head.method,
         .route = request.operation == nullptr ? std::string_view("-")
                                               : std::string_view(request.operation->path_template),
         .status = answer_ == Answer::none ? 0 : request.status,
         .bytes = request.bytes_out,
         .duration = std::chrono::duration_cast<std::chrono::microseconds>(elapsed),
         .request_id = request.request_id});
}

}  // namespace tenon::http
