// Passes one exchange on to an upstream connection, both directions at the same time, in constant
// memory. The first byte of the answer is passed on at once; an answer that comes while the body is
// still being sent ends the sending.
//
// Framing is never copied: both sides get framing fields written anew from what was parsed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/client.h"
#include "platform/http/exchange.h"

namespace tenon::http {

// What the caller decides once the head of the answer is here, before anything of it reached the
// client.
struct AnswerDecision {
    enum class Action {
        pass,      // head and body as they are, without hop-by-hop fields
        wrap,      // body between `prefix` and `suffix`, untouched otherwise; lengths are adjusted
        take_over  // nothing goes to the client; the body is buffered up to take_over_bytes_max
    };
    Action action = Action::pass;
    std::string_view prefix = {};  // static or owned by the observer
    std::string_view suffix = {};
    // Complete field lines ("Name: value\r\n") added to the answer's head.
    std::string_view extra_fields = {};
};

class RelayObserver {
 public:
    virtual ~RelayObserver() = default;
    virtual AnswerDecision on_answer(const ResponseHead& head) = 0;
    // Whether an end-to-end field of the answer reaches the client. Framing and hop-by-hop fields
    // are never asked for.
    virtual bool keeps_field(const HeaderField& field) { return true; }
    // Called for each line of the answer's trailers, when the client takes trailers.
    virtual bool keeps_trailer(std::string_view name) { return true; }
};

struct RelayPlan {
    // Request line and fields ready to send, without framing fields and without the empty line: the
    // relay adds Content-Length or Transfer-Encoding, then the end of the head.
    std::string_view request_head;
    std::string_view request_method;  // decides how the answer is framed
    // Sent instead of the exchange's body when the caller has read it already (to be able to repeat
    // the request).
    std::optional<std::string_view> request_body = std::nullopt;
    UpstreamLimits limits{};
    // The head asks for a change to WebSocket; a 101 to it becomes a tunnel. Otherwise a 101 is an
    // error.
    bool tunnels_websocket = false;
    // Of answers taken over; what is longer is cut there and marked.
    std::size_t take_over_bytes_max = 65'536;
    // When the request began, for total_timeout; default: now.
    std::optional<std::chrono::steady_clock::time_point> started = std::nullopt;
};

struct TakenAnswer {
    int status = 0;
    Headers headers;  // without hop-by-hop fields
    std::string body;
    bool body_cut = false;
};

struct RelayOutcome {
    enum class End {
        completed,        // the client has the whole answer
        taken_over,       // `taken` has the answer, the client nothing
        upstream_failed,  // `error` says how; when `answered`, the client's connection was cut
                          // visibly
        client_failed,    // the client left, was too slow or sent a malformed body (`error`)
    };
    End end = End::completed;
    int status = 0;              // of the answer, 0 when there was none
    std::uint64_t bytes_up = 0;  // body bytes
    std::uint64_t bytes_down = 0;
    bool refused = false;       // the provider said that it did not process the request (HTTP/2)
    bool request_sent = false;  // some byte may have reached the upstream
    bool body_consumed =
        false;  // bytes of the exchange's body are gone, so the request cannot be repeated
    bool answer_begun = false;       // some byte of an answer came
    bool answered = false;           // the client has got some byte of the answer
    bool upstream_reusable = false;  // release(Reuse::yes) is right
    std::optional<Error> error;
    std::optional<TakenAnswer> taken;

    // A request on a pooled connection that died unnoticed: nothing was answered and nothing is
    // lost.
    bool may_retry_on_new_connection() const {
        return end == End::upstream_failed && !answer_begun && !body_consumed;
    }
};

// The arguments and what `plan` points at outlive the task; `outcome` comes in fresh. Errors in the
// outcome: provider_failed "upstream.connection_closed", "upstream.malformed_response",
// "upstream.head_too_large"; provider_timed_out "upstream.timeout"; for the client's side those of
// exchange.h.
Task<void> relay(Exchange& exchange, Stream& upstream, const RelayPlan& plan,
                 RelayObserver& observer, RelayOutcome& outcome);

}  // namespace tenon::http
