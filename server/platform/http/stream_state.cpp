// The reactor side of a Stream: readiness in, resumed coroutines out.
#include "platform/http/stream_state.h"

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace tenon::http {
namespace asio = boost::asio;

namespace {

// A short read alone does not mean that nothing is left: the end of the stream may stand right
// behind it, and no further event would tell. TCP_INQ counts a FIN as one byte.
bool says_nothing_is_left(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_TCP || part->cmsg_type != TCP_CM_INQ) continue;
        int left = 1;
        std::memcpy(&left, CMSG_DATA(part), sizeof left);
        return left == 0;
    }
    return false;
}

}  // namespace

Stream::State::SideOp::SideOp(State* s, Operation::Side which)
    : reactor_op({}, &do_perform, &do_complete), state(s), side(which) {
    cancellation_key_ = this;
}

// Runs when the descriptor is ready, with the reactor's lock on this descriptor held: it may not
// queue anything.
asio::detail::reactor_op::status Stream::State::SideOp::do_perform(reactor_op* base) {
    auto* const self = static_cast<SideOp*>(base);
    if (self->waiting == nullptr) {
        if (self->side == Operation::Side::write) return done;
        // Nobody reads. An event that turns out to be none (an old one, for a descriptor used
        // again) changes nothing; a real one is remembered in maybe_readable.
        return self->state->is_readable_now() ? done : not_done;
    }
    switch (self->waiting->attempt()) {
        case Operation::Attempt::pending:
            return self->waiting->wants_other_side_ ? done : not_done;
        case Operation::Attempt::done:
            return done;
        case Operation::Attempt::done_and_exhausted:
            return done_and_exhausted;
    }
    return done;
}

void Stream::State::SideOp::do_complete(void* owner, asio::detail::scheduler_operation* base,
                                        const boost::system::error_code&, std::size_t) {
    auto* const self = static_cast<SideOp*>(base);
    State* const state = self->state;
    self->queued = false;
    Operation* const operation = std::exchange(self->waiting, nullptr);
    if (owner == nullptr) {
        // The loop is being destroyed; nothing will be resumed any more.
        state->reactor_gone = true;
    } else if (operation != nullptr && std::exchange(operation->wants_other_side_, false) &&
               !self->ec_) {
        const bool was_read = operation->side_ == Operation::Side::read;
        operation->side_ = was_read ? Operation::Side::write : Operation::Side::read;
        SideOp& other = state->op(operation->side_);
        other.waiting = operation;
        if (!other.queued && !state->queue(other)) {
            operation->failure_ = errno;
            other.waiting = nullptr;
            operation->handle_.resume();
        }
    } else if (operation != nullptr) {
        if (self->ec_) {
            operation->failure_ = state->descriptor < 0 ? state->close_reason : kCancelled;
        }
        operation->handle_.resume();
    } else if (!self->ec_ && self->side == Operation::Side::read) {
        state->on_idle_readable();
    }
    state->release();
}

Stream::State::State(int fd)
    : descriptor(fd),
      loop(*EventLoop::current()),
      reactor(asio::use_service<Reactor>(loop.reactor())),
      wheel(TimerWheel::of(loop)),
      deadline([](void* self) { static_cast<State*>(self)->close(kTimedOut); }, this) {}

Stream::State::~State() { close(kClosed); }

bool Stream::State::queue(SideOp& side_op) {
    if (registration == nullptr) {
        reactor.init_task();
        if (const int error = reactor.register_descriptor(descriptor, registration); error != 0) {
            errno = error;
            return false;
        }
    }
    retain();
    side_op.queued = true;
    side_op.ec_ = {};
    const int which =
        side_op.side == Operation::Side::read ? int{Reactor::read_op} : int{Reactor::write_op};
    reactor.start_op(which, descriptor, registration, &side_op, /*is_continuation=*/false,
                     /*allow_speculative=*/true);
    return true;
}

void Stream::State::close(int reason) {
    if (descriptor < 0) return;
    close_reason = reason;
    deadline.clear();
    on_activity = nullptr;
    if (ssl != nullptr) {
        if (tls_established && reason == kClosed) SSL_shutdown(ssl);
        SSL_free(ssl);
        ssl = nullptr;
    }
    const int closing = std::exchange(descriptor, -1);
    if (registration != nullptr && !reactor_gone) {
        // Ends what is queued: do_complete() resumes it with close_reason.
        reactor.deregister_descriptor(closing, registration, /*closing=*/true);
        ::close(closing);
        reactor.cleanup_descriptor_data(registration);
    } else {
        ::close(closing);
    }
    registration = nullptr;
}

void Stream::State::arm(const Limit& wanted) {
    const std::uint64_t due = wheel.due_after(wanted.duration);
    const bool total_first = total_due != 0 && total_due < due;
    armed_limit = total_first ? total_limit : wanted;
    wheel.set_at(deadline, total_first ? total_due : due);
}

void Stream::State::disarm() {
    if (total_due == 0) {
        deadline.clear();
    } else {
        armed_limit = total_limit;
        wheel.set_at(deadline, total_due);
    }
}

void Stream::State::on_idle_readable() {
    maybe_readable = true;
    activity = true;
    if (on_activity) {
        const std::function<void()> callback = std::exchange(on_activity, nullptr);
        callback();
    }
}

bool Stream::State::is_readable_now() const {
    if (ssl != nullptr && SSL_has_pending(ssl) == 1) return true;
    pollfd ready{descriptor, POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0;
}

ssize_t Stream::State::receive(std::span<char> out, int& failure) {
    if (ssl != nullptr) return receive_tls(out, failure);
    return receive_plain(out, failure);
}

ssize_t Stream::State::receive_plain(std::span<char> out, int& failure) {
    iovec part{out.data(), out.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t received = -1;
    do {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        received = ::recvmsg(descriptor, &message, 0);
    } while (received < 0 && errno == EINTR);
    drained = received > 0 && static_cast<std::size_t>(received) < out.size() &&
              says_nothing_is_left(message);
    if (received < 0) failure = errno;
    return received;
}

}  // namespace tenon::http
