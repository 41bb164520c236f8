// One non-blocking TCP connection, plain or TLS. An operation tries its system call first and
// suspends the coroutine only when the kernel has nothing to give; it allocates nothing. At most
// one read and one write wait at a time.
//
// Cancelling is closing: a deadline or close() ends waiting operations with an error and the
// connection with them. Only cancel_read() leaves the connection usable. A stream may be destroyed
// while an operation waits only together with the coroutine that waits.
//
// Errors: provider_timed_out "stream.timeout" (the message names the limit); provider_failed
// "stream.closed" (by our own side), "stream.reset", "stream.eof" (the peer ended in the middle),
// "stream.tls", "stream.connect_failed"; conflict "stream.cancelled". as_upstream_error() gives
// them the names of client.h.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/result.h"
#include "platform/http/buffer_pool.h"
#include "platform/scheduling/event_loop.h"

struct ssl_st;  // OpenSSL's SSL

namespace tenon::http {

class Stream {
 public:
    struct State;  // lives as long as the reactor may still call back
    class Operation;
    class ReadAwaiter;
    class WriteAwaiter;
    class EventAwaiter;

    Stream() = default;
    // Takes a connected or fresh non-blocking socket over, for the loop of this thread.
    explicit Stream(int descriptor);
    Stream(Stream&& other) noexcept;
    Stream& operator=(Stream&& other) noexcept;
    ~Stream();

    // A fresh socket of `family` (AF_INET, AF_INET6): non-blocking, with the options below.
    static Result<Stream> open(int family);
    // What every socket of ours wants, listening ones too (accepted sockets inherit it): no delay,
    // and the count of unread bytes with each read, which saves a system call for each message.
    static void set_tcp_options(int descriptor);

    bool is_open() const;
    bool is_tls() const;
    int descriptor() const;
    ssl_st* ssl() const;  // null for plain connections

    // Awaitables. Result<void>:
    EventAwaiter connect(const sockaddr* address, socklen_t length);
    EventAwaiter handshake();  // after start_tls; client or server as the SSL object says
    EventAwaiter wait_readable();

    // Result<std::size_t>; 0 is the end of the stream.
    ReadAwaiter read_some(std::span<char> out);
    // Reads into the free part of `buffer`, which must have some; takes a block only once there is
    // something to read.
    ReadAwaiter read_into(Buffer& buffer);

    // Result<void>. Writes everything; the array is changed on the way and must live until the
    // operation ends.
    WriteAwaiter write_all(std::span<iovec> parts);
    WriteAwaiter write_all(std::string_view bytes);

    // Binds `ssl` (owned from now on, with its side set) to the descriptor; handshake() comes next.
    void start_tls(ssl_st* ssl);

    // Sends FIN (and close_notify on TLS); reading goes on.
    void shutdown_write();
    // Closes now; a waiting operation fails with "stream.closed".
    void close();
    // Closes with a reset, so that the peer sees an error instead of an end.
    void abort();
    // A waiting read fails with "stream.cancelled"; nothing of the stream is lost.
    void cancel_read();

    // Closes the stream when `limit` passes; `name` (static text) stands in the error. Coarse: up
    // to 200 ms late. Replaces the deadline that was set before. With on_progress the limit begins
    // anew whenever a part of a write has gone out.
    enum class Renewal : std::uint8_t { never, on_progress };
    void set_deadline(std::string_view name, std::chrono::milliseconds limit,
                      Renewal renewal = Renewal::never);
    void clear_deadline();
    // A second limit, over everything until it is cleared: whichever passes first closes.
    void set_total_deadline(std::string_view name, std::chrono::milliseconds limit);
    void clear_total_deadline();
    bool timed_out() const;

    // For a connection at rest in a pool: any byte or end that arrives now makes it unusable.
    // `on_activity` is called once, on the loop, when that happens. Reading again ends the watch.
    // Costs no system call.
    void watch_idle(std::function<void()> on_activity);
    bool saw_activity() const;
    // Whether a read would not wait. Costs a system call.
    bool is_readable_now() const;
    // Whether the peer has ended its side or reset the connection, as far as the kernel knows and
    // with nothing unread before. Costs a system call.
    bool peer_has_ended() const;

 private:
    State* state_ = nullptr;
};

// What an awaiting coroutine leaves with the stream. Lives in the coroutine's frame.
class Stream::Operation {
 public:
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    void await_suspend(std::coroutine_handle<> handle);

 protected:
    enum class Side : std::uint8_t { read, write };
    enum class Attempt : std::uint8_t { pending, done, done_and_exhausted };

    Operation(State* state, Side side) : state_(state), side_(side) {}
    ~Operation();
    // Tries the system call. The outcome is kept in the operation.
    virtual Attempt attempt() = 0;
    bool ready_unless_open();
    Result<void> outcome() const;

    friend struct Stream::State;
    State* state_;
    Side side_;
    bool suspended_ = false;
    bool wants_other_side_ = false;  // a TLS handshake that turns from reading to writing or back
    int failure_ = 0;                // errno, or one of State's own numbers
    std::coroutine_handle<> handle_;
};

class Stream::ReadAwaiter final : public Operation {
 public:
    ReadAwaiter(State* state, std::span<char> out, Buffer* buffer)
        : Operation(state, Side::read), out_(out), buffer_(buffer) {}
    bool await_ready();
    Result<std::size_t> await_resume();

 private:
    Attempt attempt() override;
    std::span<char> out_;
    Buffer* buffer_;
    std::size_t bytes_ = 0;
};

class Stream::WriteAwaiter final : public Operation {
 public:
    WriteAwaiter(State* state, std::span<iovec> parts)
        : Operation(state, Side::write), parts_(parts) {}
    WriteAwaiter(State* state, std::string_view bytes);
    bool await_ready();
    Result<void> await_resume() { return outcome(); }

 private:
    Attempt attempt() override;
    Attempt attempt_tls();
    void advance(std::size_t bytes);
    iovec single_{};
    std::span<iovec> parts_;
};

// Readiness, connecting and TLS handshakes.
class Stream::EventAwaiter final : public Operation {
 public:
    enum class Kind : std::uint8_t { readable, connect, handshake };
    EventAwaiter(State* state, Kind kind, int failure)
        : Operation(state, kind == Kind::connect ? Side::write : Side::read), kind_(kind) {
        failure_ = failure;
    }
    bool await_ready();
    Result<void> await_resume();

 private:
    Attempt attempt() override;
    Attempt attempt_handshake();
    Kind kind_;
};

// A part of a gather write; the bytes are not copied.
inline iovec as_part(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
}

// A stream with what was read from it and not used yet. The unit of keep-alive pools.
struct BufferedStream {
    Stream stream;
    Buffer in;
};

// Renames the stream errors above to those that client.h promises ("upstream.timeout", …).
Error as_upstream_error(Error error);

}  // namespace tenon::http
