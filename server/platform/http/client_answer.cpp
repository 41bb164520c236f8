#include "platform/http/client_answer.h"

#include "platform/http/relay_state.h"

namespace tenon::http {

void ClientAnswer::begin(const ResponseHead& from, const AnswerDecision& decision) {
    decision_ = decision;
    std::string& head = client_.begin_head(from.status, reason_phrase(from.status));
    append_field(head, "X-Tenon-Request-Id", exchange_.request_id());
    const bool own_cors = !client_.request().default_fields.empty();
    bool has_date = false;
    for (const HeaderField& field : from.headers) {
        if (field.id == HeaderId::content_length || is_hop_by_hop(from.headers, field)) continue;
        if (!observer_.keeps_field(field)) continue;
        if (own_cors && is_cors_field(field)) continue;
        if (field.id == HeaderId::date) has_date = true;
        append_field(head, field.name, field.value);
    }
    if (!has_date) head += client_.worker().date_line();
    head += decision_.extra_fields;
    client_.finish_head(framing(from));
}

ServerConnection::HeadOptions ClientAnswer::framing(const ResponseHead& from) const {
    const std::uint64_t added = decision_.action == AnswerDecision::Action::wrap
                                    ? decision_.prefix.size() + decision_.suffix.size()
                                    : 0;
    ServerConnection::HeadOptions options;
    options.status = from.status;
    options.content_length = from.content_length + added;
    if (!client_.has_answer_body(from.status)) {
        options.has_length = from.has_content_length && from.status != 204;
    } else if (from.body == BodyKind::none || from.body == BodyKind::length) {
        options.body = BodyKind::length;
        options.has_length = true;
    } else {
        options.body = client_.is_http_1_1() ? BodyKind::chunked : BodyKind::until_close;
    }
    return options;
}

std::span<iovec> ClientAnswer::gather(std::string_view data, bool is_last,
                                      std::string_view trailers) {
    part_count_ = 0;
    body_bytes_ = 0;
    if (!std::exchange(head_gathered_, true)) add(client_.request().head_out);
    if (client_.answer_body() != BodyKind::none) add_body(data, is_last, trailers);
    return std::span(parts_).first(part_count_);
}

void ClientAnswer::add(std::string_view bytes) {
    if (!bytes.empty()) parts_[part_count_++] = as_part(bytes);
}

void ClientAnswer::add_body(std::string_view data, bool is_last, std::string_view trailers) {
    const bool is_wrapped = decision_.action == AnswerDecision::Action::wrap;
    const std::string_view before = is_wrapped && !std::exchange(prefix_gathered_, true)
                                        ? decision_.prefix
                                        : std::string_view{};
    const std::string_view behind = is_wrapped && is_last ? decision_.suffix : std::string_view{};
    const std::size_t size = before.size() + data.size() + behind.size();
    const bool chunked = client_.answer_body() == BodyKind::chunked;
    if (chunked && size > 0) {
        chunk_head_ = ChunkHead(size);
        add(chunk_head_.view());
    }
    add(before);
    add(data);
    add(behind);
    if (chunked && size > 0) add(kChunkEnd);
    if (chunked && is_last) add(last_chunk(trailers));
    body_bytes_ = size;
}

std::string_view ClientAnswer::last_chunk(std::string_view trailers) {
    const bool wanted =
        client_.request().head.accepts_trailers && decision_.action == AnswerDecision::Action::pass;
    if (trailers.empty() || !wanted) return kLastChunk;
    trailers_ = "0\r\n";
    for (std::size_t at = 0; at < trailers.size();) {
        const std::size_t end = trailers.find(kChunkEnd, at) + kChunkEnd.size();
        const std::string_view line = trailers.substr(at, end - at);
        const std::string_view name = line.substr(0, line.find(':'));
        if (!is_unsafe_trailer(name) && observer_.keeps_trailer(name)) trailers_ += line;
        at = end;
    }
    trailers_ += "\r\n";
    return trailers_;
}

}  // namespace tenon::http
