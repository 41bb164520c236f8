// What follows a 101: the bytes of both sides are carried to the other until one of them ends
// (RFC 9110 §7.8). One piece a direction is in memory at a time, so whoever does not read holds the
// other side back. An idle tunnel holds no buffer.
#include "base/text.h"
#include "platform/http/relay_state.h"
#include "platform/logging/log.h"

namespace tenon::http {
namespace {

// What the other direction may take to end once one side has ended.
constexpr std::chrono::milliseconds kEndGrace{1'000};

class Tunnel {
 public:
    Tunnel(Stream& client, Stream& upstream, const UpstreamLimits& limits)
        : client_(client), upstream_(upstream), limits_(limits) {}

    // What the buffers hold already goes first.
    Task<void> run(Buffer& from_client, Buffer& from_upstream) {
        upstream_.set_total_deadline("tunnel_total_timeout", limits_.tunnel_total_timeout);
        note_progress();
        EventLoop::current()->spawn(carry_up(from_client));
        co_await carry(upstream_, client_, from_upstream, bytes_down);
        co_await up_ended_;
    }

    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::optional<Error> error;  // the first failure; a side that ends is none

 private:
    Task<void> carry_up(Buffer& from_client) {
        co_await carry(client_, upstream_, from_client, bytes_up);
        up_ended_.set();
    }

    // All outlive the task.
    Task<void> carry(Stream& from, Stream& to, Buffer& buffer, std::uint64_t& bytes) {
        while (true) {
            if (buffer.empty()) {
                buffer.release();
                const Result<std::size_t> arrived = co_await from.read_into(buffer);
                if (!arrived) co_return fail(arrived.error());
                if (*arrived == 0) break;
                note_progress();
            }
            const Result<void> sent = co_await to.write_all(buffer.readable());
            if (!sent) co_return fail(sent.error());
            note_progress();
            bytes += buffer.size();
            buffer.consume(buffer.size());
        }
        to.shutdown_write();
        is_ending_ = true;
        from.set_deadline("tunnel_end_grace", kEndGrace);
        to.set_deadline("tunnel_end_grace", kEndGrace);
    }

    // A byte in either direction keeps both alive.
    void note_progress() {
        if (is_ending_) return;
        for (Stream* const stream : {&client_, &upstream_}) {
            stream->set_deadline("tunnel_idle_timeout", limits_.tunnel_idle_timeout,
                                 Stream::Renewal::on_progress);
        }
    }

    void fail(const Error& why) {
        if (!error && !is_ending_) error = why;
        is_ending_ = true;
        client_.close();
        upstream_.close();
    }

    Stream& client_;
    Stream& upstream_;
    const UpstreamLimits& limits_;
    OneShot up_ended_;
    bool is_ending_ = false;
};

}  // namespace

// Only to the protocol that was asked for.
bool Relay::is_wanted_switch(const Refusal& refusal) const {
    if (!plan_.tunnels_websocket || refusal.code != "http.unexpected_upgrade") return false;
    const HeaderField* const upgrade = parts_->head.headers.find(HeaderId::upgrade);
    return upgrade != nullptr && equals_ignoring_case(upgrade->value, "websocket");
}

Task<void> Relay::tunnel() {
    const ResponseHead& from = parts_->head;
    outcome_.status = from.status;
    client_.stop_watching();
    client_.close_after_answer();
    std::string& head = client_.begin_head(from.status, reason_phrase(from.status));
    append_field(head, "X-Tenon-Request-Id", exchange_.request_id());
    for (const HeaderField& field : from.headers) {
        if (field.id == HeaderId::content_length || is_hop_by_hop(from.headers, field)) continue;
        if (observer_.keeps_field(field)) append_field(head, field.name, field.value);
    }
    head += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    client_.finish_head({.status = from.status});
    parts_->in.consume(from.head_bytes);
    client_.begin_write();
    const Result<void> sent = co_await client_.stream().write_all(head);
    client_.end_write();
    if (!sent) {
        fail_client(sent.error());
        co_return;
    }
    outcome_.answered = true;
    client_.answer_is_finished();
    client_.forget_head();
    Tunnel tunnel(client_.stream(), upstream_, plan_.limits);
    co_await tunnel.run(client_.arrived(), parts_->in);
    outcome_.bytes_up = tunnel.bytes_up;
    outcome_.bytes_down = tunnel.bytes_down;
    client_.count_out(tunnel.bytes_down);
    if (tunnel.error && tunnel.error->code == "stream.timeout") {
        log_info("http.tunnel_cut",
                 {{"request_id", exchange_.request_id()}, {"why", tunnel.error->message}});
    }
}

}  // namespace tenon::http
