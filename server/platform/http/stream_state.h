// The inside of a Stream: its descriptor, its place in the reactor, and the operations that wait.
// For stream*.cpp only.
//
// Asio's epoll reactor is used below its public surface: a reactor_op's perform() makes our own
// system call when the descriptor is ready. The public async_wait() would cost an epoll_ctl for
// every wait, and async_read_some() would pin a buffer to every idle connection; this costs
// neither, and no allocation. Written for Boost 1.81; start_op() has kept this form in later
// versions.
#pragma once

#include <boost/asio/detail/epoll_reactor.hpp>
#include <boost/asio/detail/reactor_op.hpp>
#include <functional>
#include <openssl/ssl.h>

#include "platform/http/stream.h"
#include "platform/http/timer_wheel.h"

namespace tenon::http {

struct Stream::State {
    using Reactor = boost::asio::detail::epoll_reactor;

    // Failures of ours, beside errno values.
    static constexpr int kClosed = -1;
    static constexpr int kTimedOut = -2;
    static constexpr int kCancelled = -3;
    static constexpr int kTlsFailed = -4;
    static constexpr int kTruncated = -5;  // TLS ended without close_notify

    // One side of the descriptor in the reactor. At most once in the reactor's queue.
    struct SideOp final : boost::asio::detail::reactor_op {
        SideOp(State* s, Operation::Side which);
        static status do_perform(reactor_op* base);
        static void do_complete(void* owner, boost::asio::detail::scheduler_operation* base,
                                const boost::system::error_code& error, std::size_t bytes);

        State* state;
        Operation::Side side;
        bool queued = false;
        Operation* waiting = nullptr;
    };

    explicit State(int fd);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void retain() { ++references; }
    void release() {
        if (--references == 0) delete this;
    }

    SideOp& op(Operation::Side side) { return side == Operation::Side::read ? read : write; }
    // Puts the side into the reactor's queue if it is not there. False, with errno, when the
    // reactor refuses.
    bool queue(SideOp& side_op);
    void close(int reason);
    void on_idle_readable();
    bool is_readable_now() const;

    void bind_tls(SSL* tls);

    // recv or SSL_read: > 0 bytes, 0 end, -1 with `failure` set (EAGAIN: not now).
    ssize_t receive(std::span<char> out, int& failure);
    ssize_t receive_plain(std::span<char> out, int& failure);
    ssize_t receive_tls(std::span<char> out, int& failure);
    // Whether the last receive() emptied the kernel's buffer.
    bool drained = false;

    int references = 1;
    int descriptor;
    int close_reason = kClosed;
    SSL* ssl = nullptr;
    bool tls_established = false;
    std::string tls_problem;  // why a handshake failed, for people
    // Set when the next read should be tried at once: the last one left something, or an event came
    // unasked.
    bool maybe_readable = false;
    std::uint8_t reads_in_a_row = 0;  // without the reactor in between
    bool activity = false;
    bool reactor_gone = false;
    EventLoop& loop;
    Reactor& reactor;
    Reactor::per_descriptor_data registration = nullptr;
    SideOp read{this, Operation::Side::read};
    SideOp write{this, Operation::Side::write};
    std::function<void()> on_activity;
    TimerWheel& wheel;
    TimerWheel::Entry deadline;
    struct Limit {
        std::string_view name;
        std::chrono::milliseconds duration{};
    };
    // Arms the deadline with `limit`, or with what is left of the total one when that ends earlier.
    void arm(const Limit& wanted);
    void disarm();
    void renew_deadline() {
        if (renews) arm(limit);
    }
    Limit limit;                  // as set last
    Limit total_limit;            // with total_due
    std::uint64_t total_due = 0;  // tick; 0: none
    Limit armed_limit;            // what the wheel waits for, for the error
    bool renews = false;
};

}  // namespace tenon::http
