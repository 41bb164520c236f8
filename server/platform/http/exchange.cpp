#include "platform/http/exchange.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "platform/http/server_connection.h"
#include "platform/http/server_worker.h"

namespace tenon::http {
namespace {

Error body_too_large(std::size_t bytes_max) {
    return {ErrorKind::too_large, "http.body_too_large",
            "The body is larger than the " + std::to_string(bytes_max) + " bytes allowed."};
}

}  // namespace

const RequestHead& Exchange::head() const { return connection_.request().head; }
std::string_view Exchange::peer_address() const { return connection_.peer_address(); }
bool Exchange::is_tls() const { return connection_.is_tls(); }
std::string_view Exchange::request_id() const { return connection_.request().request_id; }

const std::vector<std::pair<std::string, std::string>>& Exchange::path_parameters() const {
    return connection_.request().route.path_parameters;
}

std::string_view Exchange::path_parameter(std::string_view name) const {
    for (const auto& [key, value] : path_parameters()) {
        if (key == name) return value;
    }
    return {};
}

std::string Exchange::client_address(const Headers& headers) const {
    const std::string& peer = connection_.peer_address();
    const TrustedProxies& proxies = connection_.worker().options.trusted_proxies;
    if (proxies.empty()) return peer;
    std::string forwarded_for;
    for (const Headers::Field& field : headers.fields()) {
        if (!equals_ignoring_case(field.name, "X-Forwarded-For")) continue;
        if (!forwarded_for.empty()) forwarded_for += ',';
        forwarded_for += field.value;
    }
    return proxies.client_address(peer, forwarded_for);
}

Request Exchange::to_request() const {
    const RequestHead& from = head();
    Request request;
    request.method = from.method;
    request.target = from.target;
    request.path = from.path;
    request.query = from.query;
    for (const HeaderField& field : from.headers) request.headers.add(field.name, field.value);
    request.peer_address = client_address(request.headers);
    request.is_tls = is_tls();
    request.request_id = request_id();
    request.path_parameters = path_parameters();
    return request;
}

Task<Result<std::string_view>> Exchange::read_body_view() { return connection_.read_body(); }

Task<Result<std::size_t>> Exchange::read_body(std::span<char> out) {
    if (unread_.empty()) {
        ASSIGN_OR_CO_RETURN(unread_, co_await connection_.read_body());
    }
    const std::size_t bytes = std::min(out.size(), unread_.size());
    if (bytes > 0) std::memcpy(out.data(), unread_.data(), bytes);
    unread_.remove_prefix(bytes);
    co_return bytes;
}

Task<Result<std::string>> Exchange::read_whole_body(std::size_t bytes_max) {
    const RequestHead& request = head();
    if (request.body == BodyKind::length && request.content_length > bytes_max) {
        co_return body_too_large(bytes_max);
    }
    std::string body;
    if (request.body == BodyKind::length) {
        body.reserve(static_cast<std::size_t>(request.content_length));
    }
    while (true) {
        ASSIGN_OR_CO_RETURN(const std::string_view piece, co_await connection_.read_body());
        if (piece.empty()) co_return body;
        if (body.size() + piece.size() > bytes_max) co_return body_too_large(bytes_max);
        body += piece;
    }
}

std::optional<std::string_view> Exchange::take_arrived_body() {
    RequestState& request = connection_.request();
    std::string_view data;
    if (request.body.is_done()) return data;
    if (request.head.body != BodyKind::length ||
        !connection_.has_arrived(request.body.bytes_left())) {
        return std::nullopt;
    }
    connection_.next_body(data);
    return data;
}

bool Exchange::body_finished() const { return connection_.request().body.is_done(); }
std::uint64_t Exchange::body_bytes_read() const { return connection_.request().body.bytes_read(); }
Task<Result<void>> Exchange::send_continue_if_expected() { return connection_.send_continue(); }
std::string_view Exchange::trailers() const { return connection_.request().body.trailers(); }

void Exchange::cancel_body_read() {
    connection_.close_after_answer();
    connection_.cancel_body_read();
}

Task<Result<void>> Exchange::send(Response response) {
    return connection_.send(std::move(response));
}
Task<Result<void>> Exchange::start_response(ResponseStart start) {
    return connection_.start_response(std::move(start));
}
Task<Result<void>> Exchange::write(std::string_view bytes) { return connection_.write(bytes); }
Task<Result<void>> Exchange::finish() { return connection_.finish(); }

bool Exchange::response_started() const {
    return connection_.answer() != ServerConnection::Answer::none;
}

void Exchange::add_default_header(std::string_view name, std::string_view value) {
    if (is_token(name) && is_field_value(value)) {
        append_field(connection_.request().default_fields, name, value);
    }
}

void Exchange::watch_client(std::function<void()> on_gone) {
    connection_.watch_client(std::move(on_gone));
}
bool Exchange::client_gone() const { return connection_.client_gone(); }
void Exchange::abort() { connection_.cut(); }

}  // namespace tenon::http
