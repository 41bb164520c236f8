#include "platform/http/http2_relay.h"

#include "base/text.h"
#include "platform/http/client_answer.h"
#include "platform/http/relay_state.h"

namespace tenon::http {
namespace {

constexpr std::chrono::milliseconds kClientGoneGrace{1'000};

class Http2Relay {
 public:
    Http2Relay(Exchange& exchange, Http2Lease& upstream, const RelayPlan& plan,
               RelayObserver& observer, RelayOutcome& outcome)
        : exchange_(exchange),
          client_(exchange.connection()),
          upstream_(upstream),
          call_(upstream.call),
          plan_(plan),
          observer_(observer),
          outcome_(outcome),
          answer_(exchange, observer) {}
    ~Http2Relay() { client_.stop_watching(); }
    Http2Relay(const Http2Relay&) = delete;
    Http2Relay& operator=(const Http2Relay&) = delete;

    Task<void> run();

 private:
    // the request
    void arm_total_deadline();
    bool begin_request();
    Task<void> upload();
    Task<bool> send_piece(std::string_view piece);
    void on_body_failed(const Error& error);
    void stop_upload();
    void watch_client();
    void update_deadline();

    // the answer
    Task<bool> read_head();
    Task<bool> forward_interim();
    Task<void> deliver();
    Task<bool> write_piece(bool is_last);
    Task<void> take_over();
    // Waits for more of the body. False when the relay has failed.
    Task<bool> wait_for_body();

    void fail_upstream();
    void fail_client(Error error);

    Exchange& exchange_;
    ServerConnection& client_;
    Http2Lease& upstream_;
    Http2Call& call_;
    const RelayPlan& plan_;
    RelayObserver& observer_;
    RelayOutcome& outcome_;
    ClientAnswer answer_;
    ResponseHead head_;
    Buffer piece_;  // of the answer, on its way to the client
    bool streams_body_ = false;
    bool uploading_ = false;
    bool sending_piece_ = false;
    bool upload_stopped_ = false;
    bool client_left_ = false;
    bool in_answer_body_ = false;
    bool answer_done_ = false;
    std::optional<OneShot> upload_ended_;  // set while an upload runs
};

Task<void> Http2Relay::run() {
    arm_total_deadline();
    const std::optional<std::string_view> whole =
        plan_.request_body ? plan_.request_body : exchange_.take_arrived_body();
    streams_body_ = !whole;
    if (whole) {
        call_.outgoing = *whole;
        call_.body_complete = true;
        if (!plan_.request_body && !whole->empty()) outcome_.body_consumed = true;
    } else {
        const Result<void> told = co_await client_.send_continue();
        if (!told) {
            fail_client(told.error());
            co_return;
        }
    }
    if (!begin_request()) co_return;
    if (streams_body_) {
        upload_ended_.emplace();
        EventLoop::current()->spawn(upload());
    } else {
        outcome_.bytes_up = whole->size();
        watch_client();
    }
    if (co_await read_head()) co_await deliver();
    if (uploading_) stop_upload();
    if (upload_ended_) co_await *upload_ended_;
    if (outcome_.error && outcome_.answered) client_.cut();
}

// ---- the request ----

void Http2Relay::arm_total_deadline() {
    auto left = plan_.limits.total_timeout;
    if (plan_.started) {
        const auto spent = std::chrono::steady_clock::now() - *plan_.started;
        left -= std::chrono::duration_cast<std::chrono::milliseconds>(spent);
    }
    upstream_.set_total_deadline("total_timeout", left);
}

bool Http2Relay::begin_request() {
    const RequestHead& head = exchange_.head();
    Http2Fields::Options options;
    options.accepts_trailers = head.accepts_trailers;
    if (!streams_body_) {
        const std::size_t size = call_.outgoing.size();
        if (size > 0 || method_expects_body(plan_.request_method)) options.content_length = size;
    } else if (head.body == BodyKind::length) {
        options.content_length = head.content_length;
    }
    const Result<void> begun = upstream_.begin(Http2Fields(plan_.request_head, options));
    if (!begun) {
        call_.error = begun.error();
        fail_upstream();
        return false;
    }
    outcome_.request_sent = true;
    update_deadline();
    upstream_.flush();
    return true;
}

// Sends the client's body while the answer may be on its way already.
Task<void> Http2Relay::upload() {
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
        if (!co_await send_piece(*piece)) break;
        outcome_.bytes_up += piece->size();
        if (piece->empty()) break;
    }
    uploading_ = false;
    update_deadline();
    if (exchange_.body_finished() && !answer_done_) watch_client();
    upload_ended_->set();
}

// An empty piece is the end. False when nothing more is to be sent.
Task<bool> Http2Relay::send_piece(std::string_view piece) {
    call_.outgoing = piece;
    call_.body_complete = piece.empty();
    sending_piece_ = true;
    upstream_.core().resume_body(call_);
    upstream_.flush();
    while (!call_.outgoing.empty() && !call_.closed && !call_.error && !upload_stopped_) {
        update_deadline();
        co_await call_.body_taken;
    }
    sending_piece_ = false;
    const bool is_sent = call_.outgoing.empty() && !upload_stopped_;
    call_.outgoing = {};  // the client's buffer takes the next bytes
    co_return is_sent && !call_.closed && !call_.error;
}

void Http2Relay::on_body_failed(const Error& error) {
    if (error.code == "stream.cancelled") return;
    outcome_.end = RelayOutcome::End::client_failed;
    outcome_.error = error;
    upstream_.fail(error);  // wakes the side that waits for the answer
}

// Ends the upload at its next step; the answer goes on.
void Http2Relay::stop_upload() {
    upload_stopped_ = true;
    client_.close_after_answer();
    if (sending_piece_) {
        call_.body_taken.notify(upstream_.core().ready());
        upstream_.flush();
    } else {
        client_.cancel_body_read();
    }
}

// A client that only will not send any more still gets an answer that is about to come; one that
// has left must not keep the provider busy.
void Http2Relay::watch_client() {
    client_.watch_client([this] {
        client_left_ = true;
        upstream_.set_total_deadline("client_gone", kClientGoneGrace);
    });
}

void Http2Relay::update_deadline() {
    if (sending_piece_ || in_answer_body_) {
        upstream_.set_deadline("idle_timeout", plan_.limits.idle_timeout);
    } else if (uploading_) {
        upstream_.clear_deadline();  // the client's own limits run
    } else {
        upstream_.set_deadline("first_byte_timeout", plan_.limits.first_byte_timeout);
    }
}

// ---- the answer ----

Task<bool> Http2Relay::read_head() {
    while (true) {
        if (call_.error) {
            fail_upstream();
            co_return false;
        }
        if (!call_.interims.empty()) {
            outcome_.answer_begun = true;
            if (!co_await forward_interim()) co_return false;
            continue;
        }
        if (call_.has_head) break;
        update_deadline();
        co_await call_.answer_changed;
    }
    outcome_.answer_begun = true;
    outcome_.status = call_.head.status;
    const bool has_no_body = call_.ended && call_.body.empty();
    call_.head.describe(plan_.request_method, has_no_body, head_);
    co_return true;
}

// Early hints and the like go to clients that know HTTP/1.1; 100 is ours to send and was.
Task<bool> Http2Relay::forward_interim() {
    const Http2Head interim = std::move(call_.interims.front());
    call_.interims.erase(call_.interims.begin());
    if (interim.status == 100 || !client_.is_http_1_1()) co_return true;
    interim.describe(plan_.request_method, /*ended=*/true, head_);
    std::string text;
    append_status_line(text, head_.status, reason_phrase(head_.status));
    for (const HeaderField& field : head_.headers) {
        if (is_hop_by_hop(head_.headers, field) || !observer_.keeps_field(field)) continue;
        append_field(text, field.name, field.value);
    }
    text += "\r\n";
    client_.begin_write();
    const Result<void> sent = co_await client_.stream().write_all(text);
    client_.end_write();
    if (!sent) fail_client(sent.error());
    co_return sent.has_value();
}

Task<void> Http2Relay::deliver() {
    const AnswerDecision decision = observer_.on_answer(head_);
    const bool takes_over = decision.action == AnswerDecision::Action::take_over;
    in_answer_body_ = true;
    if (uploading_ && (head_.status >= 300 || takes_over)) stop_upload();
    if (takes_over) {
        co_await take_over();
        co_return;
    }
    answer_.begin(head_, decision);
    while (!answer_done_) {
        piece_.swap(call_.body);
        const bool is_last = call_.ended;
        if (piece_.empty() && !is_last && outcome_.answered) {
            if (!co_await wait_for_body()) co_return;
            continue;
        }
        if (!co_await write_piece(is_last)) co_return;
    }
}

Task<bool> Http2Relay::write_piece(bool is_last) {
    upstream_.clear_deadline();  // the client's write limit runs
    client_.begin_write();
    const Result<void> sent = co_await client_.stream().write_all(
        answer_.gather(piece_.readable(), is_last, call_.trailers));
    client_.end_write();
    outcome_.answered = true;
    outcome_.bytes_down += answer_.gathered_bytes();
    client_.count_out(answer_.gathered_bytes());
    const std::size_t taken = piece_.size();
    piece_.release();
    upstream_.core().consume(call_, taken);
    if (!sent) {
        fail_client(sent.error());
        co_return false;
    }
    if (is_last) {
        answer_done_ = true;
        client_.answer_is_finished();
    } else {
        upstream_.flush();
    }
    co_return true;
}

Task<bool> Http2Relay::wait_for_body() {
    if (call_.error) {
        fail_upstream();
        co_return false;
    }
    update_deadline();
    co_await call_.answer_changed;
    co_return true;
}

// The whole answer goes to the caller instead of the client.
Task<void> Http2Relay::take_over() {
    outcome_.end = RelayOutcome::End::taken_over;
    TakenAnswer& taken = outcome_.taken.emplace();
    taken.status = head_.status;
    for (const HeaderField& field : head_.headers) {
        if (field.id == HeaderId::content_length || is_hop_by_hop(head_.headers, field)) continue;
        taken.headers.add(field.name, field.value);
    }
    while (true) {
        piece_.swap(call_.body);
        const std::string_view data = piece_.readable();
        const bool is_last = call_.ended;
        taken.body += data.substr(0, plan_.take_over_bytes_max - taken.body.size());
        outcome_.bytes_down += data.size();
        taken.body_cut = outcome_.bytes_down > plan_.take_over_bytes_max;
        piece_.release();
        upstream_.core().consume(call_, data.size());
        // What is cut is not worth reading on; the stream goes.
        if (is_last || taken.body_cut) break;
        upstream_.flush();
        if (!call_.body.empty() || call_.ended) continue;
        if (!co_await wait_for_body()) co_return;
    }
    answer_done_ = true;
}

// ---- outcomes ----

void Http2Relay::fail_upstream() {
    if (outcome_.error) return;  // a failure of the client came first
    const bool client_is_cause = client_left_ && upstream_.timed_out();
    outcome_.end =
        client_is_cause ? RelayOutcome::End::client_failed : RelayOutcome::End::upstream_failed;
    outcome_.error = call_.error;
    outcome_.refused = call_.refused;
    if (!outcome_.answered) client_.discard_head();
}

void Http2Relay::fail_client(Error error) {
    if (outcome_.error) return;
    outcome_.end = RelayOutcome::End::client_failed;
    outcome_.error = std::move(error);
}

}  // namespace

Task<void> relay_http2(Exchange& exchange, Http2Lease& upstream, const RelayPlan& plan,
                       RelayObserver& observer, RelayOutcome& outcome) {
    Http2Relay relay(exchange, upstream, plan, observer, outcome);
    co_await relay.run();
}

}  // namespace tenon::http
