// The relay's main line: send the request, wait for the head of the answer, pass the answer on.
#include "platform/http/relay.h"

#include "base/clock.h"
#include "platform/http/relay_state.h"

namespace tenon::http {

// One frame for the whole exchange: every further one would cost each request.
Task<void> relay(Exchange& exchange, Stream& upstream, const RelayPlan& plan,
                 RelayObserver& observer, RelayOutcome& outcome) {
    Relay relay(exchange, upstream, plan, observer, outcome);
    relay.arm_total_deadline();
    relay.prepare_request();
    if (relay.streams_body_) {
        const Result<void> told = co_await relay.client_.send_continue();
        if (!told) {
            relay.fail_client(told.error());
            co_return;
        }
    }
    relay.update_deadline();
    outcome.request_sent = true;
    const Result<void> sent = co_await upstream.write_all(relay.request_parts());
    if (!sent) {
        relay.fail_upstream(sent.error());
        co_return;
    }
    outcome.bytes_up += relay.first_body_.size();
    relay.begin_waiting();
    if (co_await relay.read_answer_head()) co_await relay.deliver_answer();
    relay.end_upload();
    if (relay.upload_ended_) co_await *relay.upload_ended_;
    relay.finish();
}

Relay::Relay(Exchange& exchange, Stream& upstream, const RelayPlan& plan, RelayObserver& observer,
             RelayOutcome& outcome)
    : exchange_(exchange),
      client_(exchange.connection()),
      upstream_(upstream),
      plan_(plan),
      observer_(observer),
      outcome_(outcome),
      parts_(RelayParts::take()) {}

Relay::~Relay() {
    client_.stop_watching();
    RelayParts::give_back(std::move(parts_));
}

// ---- the request ----

void Relay::arm_total_deadline() {
    auto left = plan_.limits.total_timeout;
    if (plan_.started) {
        const auto spent = coarse_steady_now() - *plan_.started;
        left -= std::chrono::duration_cast<std::chrono::milliseconds>(spent);
    }
    upstream_.set_total_deadline("total_timeout", left);
}

// Decides how the body goes: not at all, at once because it is here, or piece by piece.
void Relay::prepare_request() {
    std::string& framing = parts_->framing;
    framing.clear();
    const RequestHead& head = exchange_.head();
    const std::optional<std::string_view> whole =
        plan_.request_body ? plan_.request_body : exchange_.take_arrived_body();
    if (whole) {
        first_body_ = *whole;
        if (!plan_.request_body && !whole->empty()) outcome_.body_consumed = true;
        const bool says_length = !whole->empty() || method_expects_body(plan_.request_method);
        if (says_length) append_length(framing, whole->size());
    } else {
        streams_body_ = true;
        chunked_up_ = head.body == BodyKind::chunked;
        if (chunked_up_) {
            framing += "Transfer-Encoding: chunked\r\n";
        } else {
            append_length(framing, head.content_length);
        }
    }
    framing += "\r\n";
}

std::span<iovec> Relay::request_parts() {
    write_parts_ = {as_part(plan_.request_head), as_part(parts_->framing), as_part(first_body_)};
    return std::span(write_parts_).first(first_body_.empty() ? 2 : 3);
}

// The request is on its way, all of it or all but the body.
void Relay::begin_waiting() {
    if (streams_body_) {
        upload_ended_.emplace();
        EventLoop::current()->spawn(upload());
    } else {
        client_.watch_client([this] { on_client_gone(); });
    }
}

// The answer is through, or the relay has failed: what is left of the body is not wanted any more.
void Relay::end_upload() {
    if (!uploading_) return;
    stop_upload();
    if (upload_writing_) upstream_.close();
}

// Sends the client's body while the answer may be on its way already.
Task<void> Relay::upload() {
    uploading_ = true;
    while (true) {
        update_deadline();
        const Result<std::string_view> piece = co_await client_.read_body();
        if (!piece) {
            on_body_failed(piece.error());
            break;
        }
        if (upload_stopped_) break;
        if (!piece->empty()) outcome_.body_consumed = true;
        const ChunkHead chunk(piece->size());
        const bool is_last = piece->empty();
        std::array<iovec, 3> parts{as_part(chunk.view()), as_part(*piece), as_part(kChunkEnd)};
        if (is_last && !chunked_up_) break;
        if (is_last) parts[0] = as_part(kLastChunk);
        upload_writing_ = true;
        update_deadline();
        const std::span<iovec> all(parts);
        const Result<void> sent = co_await upstream_.write_all(is_last       ? all.first(1)
                                                               : chunked_up_ ? all
                                                                             : all.subspan(1, 1));
        upload_writing_ = false;
        if (upload_stopped_) break;
        if (!sent) break;  // the answer may still come; reading it decides
        outcome_.bytes_up += piece->size();
        if (is_last) break;
    }
    upload_complete_ = exchange_.body_finished();
    uploading_ = false;
    update_deadline();
    if (upload_complete_ && !answer_done_) client_.watch_client([this] { on_client_gone(); });
    upload_ended_->set();
}

void Relay::on_body_failed(const Error& error) {
    if (error.code == "stream.cancelled") return;
    outcome_.end = RelayOutcome::End::client_failed;
    outcome_.error = error;
    upstream_.close();  // wakes the side that waits for the answer
}

// Ends the upload at its next step; the answer goes on.
void Relay::stop_upload() {
    upload_stopped_ = true;
    client_.close_after_answer();
    if (!upload_writing_) client_.cancel_body_read();
}

// The client closed its side. A client that only will not send any more still gets an answer that
// is about to come; one that has left must not keep the provider busy.
void Relay::on_client_gone() {
    constexpr std::chrono::milliseconds kGrace{1'000};
    client_left_ = true;
    upstream_.set_total_deadline("client_gone", kGrace);
}

// ---- limits towards the upstream ----

void Relay::update_deadline() {
    if (upload_writing_ || in_answer_body_) {
        upstream_.set_deadline("idle_timeout", plan_.limits.idle_timeout,
                               Stream::Renewal::on_progress);
    } else if (uploading_) {
        upstream_.clear_deadline();  // the client's own limits run
    } else {
        upstream_.set_deadline("first_byte_timeout", plan_.limits.first_byte_timeout);
    }
}

// ---- outcomes ----

void Relay::fail_upstream(Error error) {
    if (outcome_.error) return;  // a failure of the client came first
    const bool client_is_cause = client_left_ && upstream_.timed_out();
    outcome_.end =
        client_is_cause ? RelayOutcome::End::client_failed : RelayOutcome::End::upstream_failed;
    outcome_.error = as_upstream_error(std::move(error));
    if (!outcome_.answered) client_.discard_head();
}

void Relay::fail_client(Error error) {
    if (outcome_.error) return;
    outcome_.end = RelayOutcome::End::client_failed;
    outcome_.error = std::move(error);
}

void Relay::finish() {
    const bool request_whole = !streams_body_ || upload_complete_;
    outcome_.upstream_reusable = answer_done_ && request_whole && upstream_.is_open() &&
                                 parts_->head.keep_alive && parts_->in.empty();
    if (outcome_.error && outcome_.answered) client_.cut();
    if (!outcome_.upstream_reusable) return;
    upstream_.clear_total_deadline();
    upstream_.clear_deadline();
}

}  // namespace tenon::http
