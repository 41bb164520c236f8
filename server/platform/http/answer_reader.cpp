#include "platform/http/answer_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace tenon::http {
namespace {

// Interim answers (100, 103, …) before the real one.
constexpr int kInterimAnswersMax = 16;

Error closed(std::string_view when) {
    return {ErrorKind::provider_failed, "upstream.connection_closed",
            fmt::format("The provider closed the connection {}.", when)};
}

Error malformed(std::string_view why) {
    return {ErrorKind::provider_failed, "upstream.malformed_response",
            fmt::format("The provider's answer is not valid HTTP: {}", why)};
}

Error head_too_large(std::size_t max) {
    return {
        ErrorKind::provider_failed, "upstream.head_too_large",
        fmt::format("The head of the provider's answer is larger than head_bytes_max ({}).", max)};
}

}  // namespace

Task<Result<ClientResponse>> AnswerReader::read() {
    ClientResponse response;
    CO_RETURN_IF_ERROR(co_await read_head(response));
    CO_RETURN_IF_ERROR(co_await read_body(response.body));
    is_reusable_ = keep_alive_ && in_.empty();
    co_return response;
}

// One more piece into the buffer; 0 at the end of the stream.
Task<Result<std::size_t>> AnswerReader::read_more(std::string_view limit_name,
                                                  std::chrono::milliseconds limit) {
    if (in_.has_block() && in_.writable().empty()) {
        in_.compact();
        if (in_.writable().empty()) in_.grow(in_.capacity() * 2);
    }
    stream_.set_deadline(limit_name, limit);
    auto received = co_await stream_.read_into(in_);
    if (!received) co_return as_upstream_error(std::move(received).error());
    has_begun_ = has_begun_ || *received > 0;
    co_return *received;
}

Task<Result<void>> AnswerReader::read_head(ClientResponse& response) {
    const HeadLimits limits{limits_.head_bytes_max};
    int interim_answers = 0;
    while (true) {
        ResponseHead head;
        const ParseResult parsed = parse_response_head(in_.readable(), limits, method_, head);
        if (parsed.state == ParseStatus::refused) {
            const bool is_too_large = parsed.refusal.code == "http.head_too_large" ||
                                      parsed.refusal.code == "http.too_many_fields";
            if (is_too_large) co_return head_too_large(limits_.head_bytes_max);
            co_return malformed(parsed.refusal.message);
        }
        if (parsed.state == ParseStatus::need_more) {
            if (in_.size() >= limits_.head_bytes_max) {
                co_return head_too_large(limits_.head_bytes_max);
            }
            ASSIGN_OR_CO_RETURN(
                const std::size_t received,
                co_await read_more("first_byte_timeout", limits_.first_byte_timeout));
            if (received == 0) co_return closed("before it answered");
            continue;
        }
        if (head.status < 200) {
            in_.consume(head.head_bytes);
            if (++interim_answers > kInterimAnswersMax) {
                co_return malformed("Too many interim answers (1xx).");
            }
            continue;
        }
        response.status = head.status;
        for (const HeaderField& field : head.headers) response.headers.add(field.name, field.value);
        body_kind_ = head.body;
        content_length_ = head.content_length;
        keep_alive_ = head.keep_alive;
        in_.consume(head.head_bytes);
        co_return Ok();
    }
}

Result<void> AnswerReader::append(std::string& body, std::string_view bytes) const {
    if (bytes.size() > limits_.body_bytes_max - body.size()) {
        return Error{ErrorKind::provider_failed, "upstream.body_too_large",
                     fmt::format("The provider's answer is larger than body_bytes_max ({}).",
                                 limits_.body_bytes_max)};
    }
    body += bytes;
    return {};
}

Task<Result<void>> AnswerReader::read_body(std::string& body) {
    if (body_kind_ == BodyKind::none) co_return Ok();
    if (body_kind_ == BodyKind::chunked) co_return co_await read_chunked(body);
    const bool has_length = body_kind_ == BodyKind::length;
    if (has_length && content_length_ > limits_.body_bytes_max) {
        co_return Error{ErrorKind::provider_failed, "upstream.body_too_large",
                        fmt::format("The provider's answer is larger than body_bytes_max ({}).",
                                    limits_.body_bytes_max)};
    }
    while (true) {
        std::string_view piece = in_.readable();
        if (has_length) piece = piece.substr(0, content_length_ - body.size());
        CO_RETURN_IF_ERROR(append(body, piece));
        in_.consume(piece.size());
        if (has_length && body.size() == content_length_) co_return Ok();
        ASSIGN_OR_CO_RETURN(const std::size_t received,
                            co_await read_more("idle_timeout", limits_.idle_timeout));
        if (received > 0) continue;
        if (has_length) co_return closed("in the middle of its answer");
        keep_alive_ = false;
        co_return Ok();
    }
}

Task<Result<void>> AnswerReader::read_chunked(std::string& body) {
    ChunkedDecoder decoder;
    while (true) {
        const ChunkedDecoder::Step step = decoder.decode(in_.readable_bytes());
        if (step.status == ChunkedDecoder::Status::refused) co_return malformed(decoder.problem());
        CO_RETURN_IF_ERROR(append(body, step.data));
        in_.consume(step.consumed);
        if (step.status == ChunkedDecoder::Status::done) co_return Ok();
        ASSIGN_OR_CO_RETURN(const std::size_t received,
                            co_await read_more("idle_timeout", limits_.idle_timeout));
        if (received == 0) co_return closed("in the middle of its answer");
    }
}

}  // namespace tenon::http
