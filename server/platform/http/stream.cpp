#include "platform/http/stream.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>
#include <utility>

#include "platform/http/stream_state.h"

namespace tenon::http {
namespace {

Error error_of(int failure, const Stream::State* state) {
    using State = Stream::State;
    switch (failure) {
        case State::kTimedOut:
            return {ErrorKind::provider_timed_out, "stream.timeout",
                    fmt::format("The limit {} of {} ms has passed.", state->armed_limit.name,
                                state->armed_limit.duration.count())};
        case State::kClosed:
            return {ErrorKind::provider_failed, "stream.closed", "The connection was closed."};
        case State::kCancelled:
            return {ErrorKind::conflict, "stream.cancelled", "The operation was cancelled."};
        case State::kTlsFailed:
            return {ErrorKind::provider_failed, "stream.tls",
                    "The TLS connection failed: " +
                        (state->tls_problem.empty() ? "protocol error" : state->tls_problem)};
        case State::kTruncated:
            return {ErrorKind::provider_failed, "stream.eof", "The connection ended too early."};
        case ECONNRESET:
        case EPIPE:
            return {ErrorKind::provider_failed, "stream.reset", "The peer reset the connection."};
        default:
            return {ErrorKind::provider_failed, "stream.failed",
                    fmt::format("The connection failed: {}.", std::strerror(failure))};
    }
}

}  // namespace

Stream::Stream(int descriptor) : state_(new State(descriptor)) {}

Stream::Stream(Stream&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
    Stream taken(std::move(other));
    std::swap(state_, taken.state_);
    return *this;
}

Stream::~Stream() {
    if (state_ == nullptr) return;
    state_->close(State::kClosed);
    state_->release();
}

Result<Stream> Stream::open(int family) {
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return Error{ErrorKind::unavailable, "stream.no_descriptor",
                     fmt::format("No socket could be opened: {}.", std::strerror(errno))};
    }
    set_tcp_options(descriptor);
    return Stream(descriptor);
}

void Stream::set_tcp_options(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_INQ, &on, sizeof on);
}

bool Stream::is_open() const { return state_ != nullptr && state_->descriptor >= 0; }
bool Stream::is_tls() const { return state_ != nullptr && state_->ssl != nullptr; }
int Stream::descriptor() const { return state_ == nullptr ? -1 : state_->descriptor; }
ssl_st* Stream::ssl() const { return state_ == nullptr ? nullptr : state_->ssl; }

Stream::EventAwaiter Stream::connect(const sockaddr* address, socklen_t length) {
    int failure = 0;
    if (is_open() && ::connect(state_->descriptor, address, length) != 0) failure = errno;
    return {state_, EventAwaiter::Kind::connect, failure};
}

Stream::EventAwaiter Stream::handshake() { return {state_, EventAwaiter::Kind::handshake, 0}; }
Stream::EventAwaiter Stream::wait_readable() { return {state_, EventAwaiter::Kind::readable, 0}; }
Stream::ReadAwaiter Stream::read_some(std::span<char> out) { return {state_, out, nullptr}; }
Stream::ReadAwaiter Stream::read_into(Buffer& buffer) { return {state_, {}, &buffer}; }
Stream::WriteAwaiter Stream::write_all(std::span<iovec> parts) { return {state_, parts}; }
Stream::WriteAwaiter Stream::write_all(std::string_view bytes) { return {state_, bytes}; }

void Stream::start_tls(ssl_st* ssl) { state_->bind_tls(ssl); }

void Stream::shutdown_write() {
    if (!is_open()) return;
    if (state_->tls_established) SSL_shutdown(state_->ssl);
    ::shutdown(state_->descriptor, SHUT_WR);
}

void Stream::close() {
    if (state_ != nullptr) state_->close(State::kClosed);
}

void Stream::abort() {
    if (!is_open()) return;
    const linger no_linger{1, 0};
    ::setsockopt(state_->descriptor, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
    state_->tls_established = false;  // no close_notify: the end must not look clean
    state_->close(State::kClosed);
}

void Stream::cancel_read() {
    if (!is_open() || state_->read.waiting == nullptr) return;
    state_->reactor.cancel_ops_by_key(state_->descriptor, state_->registration,
                                      State::Reactor::read_op, &state_->read);
}

void Stream::set_deadline(std::string_view name, std::chrono::milliseconds limit, Renewal renewal) {
    if (!is_open()) return;
    state_->limit = {name, limit};
    state_->renews = renewal == Renewal::on_progress;
    state_->arm(state_->limit);
}

void Stream::clear_deadline() {
    if (!is_open()) return;
    state_->renews = false;
    state_->disarm();
}

void Stream::set_total_deadline(std::string_view name, std::chrono::milliseconds limit) {
    if (!is_open()) return;
    state_->total_limit = {name, limit};
    state_->total_due = state_->wheel.due_after(limit);
    state_->arm(state_->total_limit);
}

void Stream::clear_total_deadline() {
    if (!is_open()) return;
    state_->total_due = 0;
    state_->disarm();
}

bool Stream::timed_out() const {
    return state_ != nullptr && state_->descriptor < 0 && state_->close_reason == State::kTimedOut;
}

void Stream::watch_idle(std::function<void()> on_activity) {
    if (!is_open()) return;
    state_->on_activity = std::move(on_activity);
    state_->activity = false;
    if (!state_->read.queued) state_->queue(state_->read);
}

bool Stream::saw_activity() const { return !is_open() || state_->activity; }

bool Stream::is_readable_now() const { return is_open() && state_->is_readable_now(); }

bool Stream::peer_has_ended() const {
    if (!is_open()) return true;
    char byte = 0;
    if (state_->ssl != nullptr) {
        ERR_clear_error();
        std::size_t peeked = 0;
        const int result = SSL_peek_ex(state_->ssl, &byte, 1, &peeked);
        return result != 1 && SSL_get_error(state_->ssl, result) != SSL_ERROR_WANT_READ;
    }
    const ssize_t peeked = ::recv(state_->descriptor, &byte, 1, MSG_PEEK);
    return peeked == 0 || (peeked < 0 && errno != EAGAIN && errno != EINTR);
}

// ---- operations ----

Stream::Operation::~Operation() {
    if (!suspended_) return;
    State::SideOp& op = state_->op(side_);
    if (op.waiting == this) op.waiting = nullptr;
    state_->release();
}

bool Stream::Operation::ready_unless_open() {
    if (state_ != nullptr && state_->descriptor >= 0) return false;
    failure_ = state_ == nullptr ? State::kClosed : state_->close_reason;
    return true;
}

Result<void> Stream::Operation::outcome() const {
    if (failure_ == 0) return {};
    return error_of(failure_, state_);
}

void Stream::Operation::await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    suspended_ = true;
    state_->retain();
    State::SideOp& op = state_->op(side_);
    op.waiting = this;
    if (op.queued || state_->queue(op)) return;
    // The reactor is out of memory for descriptors: end like any failure, but from the loop.
    failure_ = errno;
    State* const state = state_;
    state->retain();
    state->loop.post([state, side = side_, operation = this] {
        if (state->op(side).waiting == operation) {
            state->op(side).waiting = nullptr;
            operation->handle_.resume();
        }
        state->release();
    });
}

bool Stream::ReadAwaiter::await_ready() {
    if (ready_unless_open()) return true;
    if (!state_->on_activity && !state_->maybe_readable) return false;
    state_->on_activity = nullptr;
    if (!state_->maybe_readable) return false;
    // A peer that sends faster than we read must let others have their turn: now and then the read
    // goes through the reactor's queue, which tries at once, since maybe_readable is only set while
    // the reactor knows that too.
    constexpr std::uint8_t kReadsInARowMax = 16;
    if (++state_->reads_in_a_row > kReadsInARowMax) {
        state_->reads_in_a_row = 0;
        return false;
    }
    return attempt() != Attempt::pending;
}

Stream::Operation::Attempt Stream::ReadAwaiter::attempt() {
    const std::span<char> out = buffer_ != nullptr ? buffer_->writable() : out_;
    const ssize_t received = state_->receive(out, failure_);
    if (received < 0 && failure_ == EAGAIN) {
        failure_ = 0;
        state_->maybe_readable = false;
        // An empty block taken for nothing would stay with an idle connection.
        if (buffer_ != nullptr && buffer_->empty()) buffer_->release();
        return Attempt::pending;
    }
    if (received > 0) {
        bytes_ = static_cast<std::size_t>(received);
        if (buffer_ != nullptr) buffer_->commit(bytes_);
    }
    state_->maybe_readable = !state_->drained;
    return state_->drained ? Attempt::done_and_exhausted : Attempt::done;
}

Result<std::size_t> Stream::ReadAwaiter::await_resume() {
    if (failure_ != 0) return error_of(failure_, state_);
    return bytes_;
}

Stream::WriteAwaiter::WriteAwaiter(State* state, std::string_view bytes)
    : Operation(state, Side::write),
      single_{const_cast<char*>(bytes.data()), bytes.size()},
      parts_(&single_, 1) {}

bool Stream::WriteAwaiter::await_ready() {
    return ready_unless_open() || attempt() != Attempt::pending;
}

// Drops `bytes` from the front of the parts, and empty parts with them.
void Stream::WriteAwaiter::advance(std::size_t bytes) {
    while (!parts_.empty() && bytes >= parts_.front().iov_len) {
        bytes -= parts_.front().iov_len;
        parts_ = parts_.subspan(1);
    }
    if (bytes == 0) return;
    parts_.front().iov_base = static_cast<char*>(parts_.front().iov_base) + bytes;
    parts_.front().iov_len -= bytes;
}

Stream::Operation::Attempt Stream::WriteAwaiter::attempt() {
    if (state_->ssl != nullptr) return attempt_tls();
    advance(0);
    while (!parts_.empty()) {
        msghdr message{};
        message.msg_iov = parts_.data();
        message.msg_iovlen = parts_.size();
        const ssize_t sent = ::sendmsg(state_->descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return Attempt::pending;
            failure_ = errno;
            return Attempt::done;
        }
        advance(static_cast<std::size_t>(sent));
        if (!parts_.empty()) state_->renew_deadline();
    }
    return Attempt::done;
}

bool Stream::EventAwaiter::await_ready() {
    if (ready_unless_open()) return true;
    switch (kind_) {
        case Kind::connect: {
            const bool in_progress = failure_ == EINPROGRESS;
            if (in_progress) failure_ = 0;
            return !in_progress;
        }
        case Kind::readable:
            return attempt() != Attempt::pending;
        case Kind::handshake: {
            const bool is_pending = attempt() == Attempt::pending;
            if (std::exchange(wants_other_side_, false)) {
                side_ = Side::write;
                return false;
            }
            return !is_pending;
        }
    }
    return true;
}

Stream::Operation::Attempt Stream::EventAwaiter::attempt() {
    switch (kind_) {
        case Kind::readable:
            if (!state_->is_readable_now()) return Attempt::pending;
            state_->maybe_readable = true;
            return Attempt::done;
        case Kind::connect: {
            socklen_t length = sizeof failure_;
            ::getsockopt(state_->descriptor, SOL_SOCKET, SO_ERROR, &failure_, &length);
            sockaddr_storage peer{};
            socklen_t peer_length = sizeof peer;
            if (failure_ != 0) return Attempt::done;
            // Not refused is not yet connected: an event may come before the answer of the peer.
            return ::getpeername(state_->descriptor, reinterpret_cast<sockaddr*>(&peer),
                                 &peer_length) == 0
                       ? Attempt::done
                       : Attempt::pending;
        }
        case Kind::handshake:
            return attempt_handshake();
    }
    return Attempt::done;
}

Result<void> Stream::EventAwaiter::await_resume() {
    Result<void> result = outcome();
    if (!result && kind_ == Kind::connect && failure_ > 0) {
        result.error().code = "stream.connect_failed";
    }
    return result;
}

Error as_upstream_error(Error error) {
    if (error.code == "stream.timeout") {
        error.code = "upstream.timeout";
    } else if (error.code == "stream.tls") {
        error.code = "upstream.tls_failed";
    } else if (error.code == "stream.connect_failed") {
        error.code = "upstream.connect_failed";
    } else if (error.code == "stream.no_descriptor") {
        error.code = "upstream.overloaded";
    } else if (error.code.starts_with("stream.")) {
        error.code = "upstream.connection_closed";
    }
    return error;
}

}  // namespace tenon::http
