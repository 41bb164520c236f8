// The answer's way through the relay: its head, what is decided about it, and its body.
#include <vector>

#include "base/text.h"
#include "platform/http/relay_state.h"

namespace tenon::http {
namespace {

// 1xx heads before the answer; more is a provider gone wrong.
constexpr int kInterimHeadsMax = 16;
// Buffer of an answer that comes faster than 16 KB at a time.
constexpr std::size_t kFastAnswerBytes = 65'536;
constexpr std::size_t kKeptPartsMax = 64;

Error malformed(const Refusal& refusal) {
    const bool too_large =
        refusal.code == "http.head_too_large" || refusal.code == "http.too_many_fields";
    return {ErrorKind::provider_failed,
            too_large ? "upstream.head_too_large" : "upstream.malformed_response",
            "The provider's answer is not valid HTTP: " + std::string(refusal.message)};
}

Error ended_early(std::string_view where) {
    return {ErrorKind::provider_failed, "upstream.connection_closed",
            "The provider closed the connection " + std::string(where) + "."};
}

std::vector<std::unique_ptr<RelayParts>>& kept_parts() {
    thread_local std::vector<std::unique_ptr<RelayParts>> kept;
    return kept;
}

// Connection options other than these name fields to drop.
bool names_fields(const HeaderField& connection) {
    return connection.value != "keep-alive" &&
           !equals_ignoring_case(connection.value, "keep-alive") &&
           !equals_ignoring_case(connection.value, "close");
}

// What of a provider's head goes on to the client, decided once for each head.
class FieldFilter {
 public:
    explicit FieldFilter(const HeaderList& headers) : headers_(headers) {
        for (const HeaderField& field : headers) {
            if (field.id == HeaderId::connection && names_fields(field)) connection_names_ = true;
        }
    }
    bool is_end_to_end(const HeaderField& field) const {
        switch (field.id) {
            case HeaderId::connection:
            case HeaderId::keep_alive:
            case HeaderId::proxy_prefixed:
            case HeaderId::te:
            case HeaderId::trailer:
            case HeaderId::transfer_encoding:
            case HeaderId::upgrade:
            case HeaderId::content_length:
                return false;
            default:
                return !connection_names_ || !is_named_by_connection(headers_, field.name);
        }
    }

 private:
    const HeaderList& headers_;
    bool connection_names_ = false;
};

}  // namespace

bool is_unsafe_trailer(std::string_view name) {
    switch (header_id(name)) {
        case HeaderId::other:
        case HeaderId::of_exact_bytes:
        case HeaderId::request_id:
            return false;
        default:
            return true;
    }
}

bool is_cors_field(const HeaderField& field) {
    if (field.id != HeaderId::access_control) return false;
    return equals_ignoring_case(field.name, "access-control-allow-origin") ||
           equals_ignoring_case(field.name, "access-control-expose-headers") ||
           equals_ignoring_case(field.name, "access-control-allow-credentials");
}

std::unique_ptr<RelayParts> RelayParts::take() {
    auto& kept = kept_parts();
    if (kept.empty()) return std::make_unique<RelayParts>();
    std::unique_ptr<RelayParts> parts = std::move(kept.back());
    kept.pop_back();
    return parts;
}

void RelayParts::give_back(std::unique_ptr<RelayParts> parts) {
    parts->in.release();
    if (kept_parts().size() < kKeptPartsMax) kept_parts().push_back(std::move(parts));
}

bool method_expects_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_length(std::string& out, std::uint64_t length) {
    out += "Content-Length: ";
    append_decimal(out, length);
    out += "\r\n";
}

// ---- the head ----

Task<bool> Relay::read_answer_head() {
    while (true) {
        switch (parse_answer_head()) {
            case HeadStep::complete:
                co_return true;
            case HeadStep::refused:
                co_return false;
            case HeadStep::switched:
                co_await tunnel();
                co_return false;
            case HeadStep::interim:
                if (!co_await forward_interim()) co_return false;
                continue;
            case HeadStep::need_more:
                break;
        }
        make_room_for_head();
        update_deadline();
        const Result<std::size_t> arrived = co_await upstream_.read_into(parts_->in);
        if (!arrived) {
            fail_upstream(arrived.error());
            co_return false;
        }
        if (*arrived == 0) {
            fail_upstream(ended_early("before its answer was complete"));
            co_return false;
        }
        outcome_.answer_begun = true;
    }
}

Relay::HeadStep Relay::parse_answer_head() {
    Buffer& in = parts_->in;
    if (in.empty()) return HeadStep::need_more;
    const HeadLimits limits{plan_.limits.head_bytes_max, HeaderList::kCapacity};
    const ParseResult result =
        parse_response_head(in.readable(), limits, plan_.request_method, parts_->head);
    if (result.state == ParseStatus::need_more) return HeadStep::need_more;
    if (result.state == ParseStatus::refused) {
        if (is_wanted_switch(result.refusal)) return HeadStep::switched;
        fail_upstream(malformed(result.refusal));
        return HeadStep::refused;
    }
    if (parts_->head.status >= 200) {
        outcome_.status = parts_->head.status;
        return HeadStep::complete;
    }
    if (++interim_heads_ <= kInterimHeadsMax) return HeadStep::interim;
    fail_upstream(malformed({502, "http.endless_interim", "It sends interim answers only."}));
    return HeadStep::refused;
}

void Relay::make_room_for_head() {
    Buffer& in = parts_->in;
    if (in.empty() || !in.writable().empty()) return;
    in.compact();
    if (in.writable().empty()) in.grow(2 * in.capacity());
}

// Early hints and the like go to clients that know HTTP/1.1; 100 is ours to send and was.
Task<bool> Relay::forward_interim() {
    const ResponseHead& head = parts_->head;
    std::string text;
    if (head.status != 100 && client_.is_http_1_1()) {
        append_status_line(text, head.status, reason_phrase(head.status));
        const FieldFilter filter(head.headers);
        for (const HeaderField& field : head.headers) {
            if (filter.is_end_to_end(field) && observer_.keeps_field(field)) {
                append_field(text, field.name, field.value);
            }
        }
        text += "\r\n";
    }
    parts_->in.consume(head.head_bytes);
    if (text.empty()) co_return true;
    client_.begin_write();
    const Result<void> sent = co_await client_.stream().write_all(text);
    client_.end_write();
    if (!sent) fail_client(sent.error());
    co_return sent.has_value();
}

// ---- the answer ----

Task<void> Relay::deliver_answer() {
    const ResponseHead& head = parts_->head;
    decision_ = observer_.on_answer(head);
    const bool is_error = head.status >= 300;
    parts_->body.start(head.body, head.content_length);
    in_answer_body_ = true;
    if (uploading_ && (is_error || decision_.action == AnswerDecision::Action::take_over)) {
        stop_upload();
    }
    if (decision_.action == AnswerDecision::Action::take_over) {
        co_await take_over();
        co_return;
    }
    begin_client_head();
    parts_->in.consume(head.head_bytes);
    while (!answer_done_) {
        const Step step = prepare_write();
        if (step == Step::failed) co_return;
        if (step == Step::read) {
            if (!co_await read_more()) co_return;
            continue;
        }
        upstream_.clear_deadline();  // the client's write limit runs
        client_.begin_write();
        const Result<void> sent = co_await client_.stream().write_all(answer_parts());
        client_.end_write();
        outcome_.answered = true;
        if (!sent) {
            fail_client(sent.error());
            co_return;
        }
        after_write();
    }
}

// False when the relay has failed.
Task<bool> Relay::read_more() {
    Buffer& in = parts_->in;
    if (filled_) in.grow(kFastAnswerBytes);
    update_deadline();
    const Result<std::size_t> arrived = co_await upstream_.read_into(in);
    if (!arrived) {
        fail_upstream(arrived.error());
        co_return false;
    }
    filled_ = *arrived > 0 && in.writable().empty();
    if (*arrived > 0 || parts_->body.end_of_stream()) co_return true;
    fail_upstream(ended_early("in the middle of its answer"));
    co_return false;
}

void Relay::begin_client_head() {
    const ResponseHead& from = parts_->head;
    const std::string_view reason = from.reason.empty() ? reason_phrase(from.status) : from.reason;
    std::string& head = client_.begin_head(from.status, reason);
    // Providers use X-Request-Id themselves, and their support asks for it.
    append_field(head, "X-Tenon-Request-Id", exchange_.request_id());
    const bool own_cors = !client_.request().default_fields.empty();
    const FieldFilter filter(from.headers);
    bool has_date = false;
    for (const HeaderField& field : from.headers) {
        if (!filter.is_end_to_end(field) || !observer_.keeps_field(field)) continue;
        if (own_cors && is_cors_field(field)) continue;
        if (field.id == HeaderId::date) has_date = true;
        append_received_field(head, field);
    }
    if (!has_date) head += client_.worker().date_line();
    head += decision_.extra_fields;
    client_.finish_head(client_framing());
}

ServerConnection::HeadOptions Relay::client_framing() const {
    const ResponseHead& from = parts_->head;
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

Relay::Step Relay::prepare_write() {
    answer_part_count_ = 0;
    body_bytes_in_write_ = 0;
    std::string_view data;
    const BodyReader::Next next = parts_->body.next(parts_->in, data);
    if (next == BodyReader::Next::refused) {
        fail_upstream(malformed({502, "http.malformed_body", parts_->body.problem()}));
        return Step::failed;
    }
    if (next == BodyReader::Next::need_bytes && head_written_) return Step::read;
    if (!head_written_) add_part(client_.request().head_out);
    if (client_.answer_body() != BodyKind::none) add_body_parts(data);
    return Step::write;
}

void Relay::add_part(std::string_view bytes) {
    if (!bytes.empty()) answer_parts_[answer_part_count_++] = as_part(bytes);
}

// The piece with what stands before and behind the whole body, as one chunk where the client gets
// chunks.
void Relay::add_body_parts(std::string_view data) {
    const bool is_wrapped = decision_.action == AnswerDecision::Action::wrap;
    const bool is_last = parts_->body.is_done();
    const std::string_view before =
        is_wrapped && !std::exchange(prefix_written_, true) ? decision_.prefix : std::string_view{};
    const std::string_view behind = is_wrapped && is_last ? decision_.suffix : std::string_view{};
    const std::size_t size = before.size() + data.size() + behind.size();
    const bool chunked = client_.answer_body() == BodyKind::chunked;
    if (chunked && size > 0) {
        chunk_head_ = ChunkHead(size);
        add_part(chunk_head_.view());
    }
    add_part(before);
    add_part(data);
    add_part(behind);
    if (chunked && size > 0) add_part(kChunkEnd);
    if (chunked && is_last) add_part(last_chunk());
    body_bytes_in_write_ = size;
}

std::string_view Relay::last_chunk() {
    const std::string_view received = parts_->body.trailers();
    const bool wanted =
        client_.request().head.accepts_trailers && decision_.action == AnswerDecision::Action::pass;
    if (received.empty() || !wanted) return kLastChunk;
    trailers_ = "0\r\n";
    for (std::size_t at = 0; at < received.size();) {
        const std::size_t end = received.find(kChunkEnd, at) + kChunkEnd.size();
        const std::string_view line = received.substr(at, end - at);
        const std::string_view name = line.substr(0, line.find(':'));
        if (!is_unsafe_trailer(name) && observer_.keeps_trailer(name)) trailers_ += line;
        at = end;
    }
    trailers_ += "\r\n";
    return trailers_;
}

void Relay::after_write() {
    head_written_ = true;
    outcome_.bytes_down += body_bytes_in_write_;
    client_.count_out(body_bytes_in_write_);
    if (!parts_->body.is_done()) return;
    answer_done_ = true;
    client_.answer_is_finished();
}

// The whole answer goes to the caller instead of the client.
Task<void> Relay::take_over() {
    const ResponseHead& head = parts_->head;
    outcome_.end = RelayOutcome::End::taken_over;
    TakenAnswer& taken = outcome_.taken.emplace();
    taken.status = head.status;
    const FieldFilter filter(head.headers);
    for (const HeaderField& field : head.headers) {
        if (filter.is_end_to_end(field)) taken.headers.add(field.name, field.value);
    }
    parts_->in.consume(head.head_bytes);
    while (true) {
        std::string_view data;
        const BodyReader::Next next = parts_->body.next(parts_->in, data);
        if (next == BodyReader::Next::end) break;
        if (next == BodyReader::Next::refused) {
            fail_upstream(malformed({502, "http.malformed_body", parts_->body.problem()}));
            co_return;
        }
        if (next == BodyReader::Next::need_bytes) {
            if (!co_await read_more()) co_return;
            continue;
        }
        taken.body += data.substr(0, plan_.take_over_bytes_max - taken.body.size());
        taken.body_cut = outcome_.bytes_down + data.size() > plan_.take_over_bytes_max;
        outcome_.bytes_down += data.size();
        if (taken.body_cut) co_return;  // the rest is not worth reading; the connection goes
    }
    answer_done_ = true;
}

}  // namespace tenon::http
