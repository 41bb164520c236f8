// The TLS side of a Stream: SSL_read, SSL_write and SSL_do_handshake on the non-blocking
// descriptor.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "platform/http/stream_state.h"
#include "platform/http/tls.h"

namespace tenon::http {
namespace {

// As much as one TLS record holds: small parts of a message leave in one record and one system
// call.
constexpr std::size_t kRecordBytesMax = 16'384;

// What SSL_get_error() means for an operation that did not succeed.
int failure_of(SSL* ssl, int result, bool& wants_read, bool& wants_write) {
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ:
            wants_read = true;
            return EAGAIN;
        case SSL_ERROR_WANT_WRITE:
            wants_write = true;
            return EAGAIN;
        case SSL_ERROR_SYSCALL:
            return errno != 0 ? errno : ECONNRESET;
        case SSL_ERROR_SSL:
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                return Stream::State::kTruncated;
            }
            return Stream::State::kTlsFailed;
        default:
            return Stream::State::kTlsFailed;
    }
}

// OpenSSL reads and writes the descriptor through this BIO, so that we see what each recv() left
// behind.
Stream::State& state_of(BIO* bio) { return *static_cast<Stream::State*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* out, std::size_t size, std::size_t* received) {
    BIO_clear_retry_flags(bio);
    int failure = 0;
    const ssize_t result = state_of(bio).receive_plain({out, size}, failure);
    if (result > 0) {
        *received = static_cast<std::size_t>(result);
        return 1;
    }
    if (result == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    errno = failure;
    if (failure == EAGAIN) BIO_set_retry_read(bio);
    return 0;
}

int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    ssize_t sent = -1;
    do {
        sent = ::send(state_of(bio).descriptor, bytes, size, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        *written = static_cast<std::size_t>(sent);
        return 1;
    }
    if (errno == EAGAIN) BIO_set_retry_write(bio);
    return 0;
}

long bio_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* bio_method() {
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tenon stream");
        BIO_meth_set_read_ex(made, &bio_read);
        BIO_meth_set_write_ex(made, &bio_write);
        BIO_meth_set_ctrl(made, &bio_control);
        return made;
    }();
    return method;
}

}  // namespace

void Stream::State::bind_tls(SSL* tls) {
    ssl = tls;
    BIO* const bio = BIO_new(bio_method());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls, bio, bio);
}

ssize_t Stream::State::receive_tls(std::span<char> out, int& failure) {
    ERR_clear_error();
    errno = 0;
    std::size_t received = 0;
    drained = false;  // set by the last recv(), when there is one
    const int result = SSL_read_ex(ssl, out.data(), out.size(), &received);
    if (drained && SSL_has_pending(ssl) == 1) drained = false;
    if (result == 1) return static_cast<ssize_t>(received);
    if (SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN) return 0;
    bool wants_read = false;
    bool wants_write = false;
    failure = failure_of(ssl, result, wants_read, wants_write);
    return -1;
}

Stream::Operation::Attempt Stream::WriteAwaiter::attempt_tls() {
    SSL* const ssl = state_->ssl;
    thread_local std::array<char, kRecordBytesMax> record;
    advance(0);
    while (!parts_.empty()) {
        const void* bytes = parts_.front().iov_base;
        std::size_t size = parts_.front().iov_len;
        if (size < kRecordBytesMax && parts_.size() > 1) {
            // The same bytes again after a failed try, as SSL_write wants.
            size = 0;
            for (const iovec& part : parts_) {
                const std::size_t taken = std::min(part.iov_len, kRecordBytesMax - size);
                if (taken > 0) std::memcpy(record.data() + size, part.iov_base, taken);
                size += taken;
            }
            bytes = record.data();
        }
        ERR_clear_error();
        errno = 0;
        std::size_t written = 0;
        const int result = SSL_write_ex(ssl, bytes, size, &written);
        if (result != 1) {
            bool wants_read = false;
            bool wants_write = false;
            failure_ = failure_of(ssl, result, wants_read, wants_write);
            if (failure_ != EAGAIN) return Attempt::done;
            // Renegotiation is off, so a write never waits for a read.
            failure_ = wants_write ? 0 : State::kTlsFailed;
            return wants_write ? Attempt::pending : Attempt::done;
        }
        advance(written);
        if (!parts_.empty()) state_->renew_deadline();
    }
    return Attempt::done;
}

Stream::Operation::Attempt Stream::EventAwaiter::attempt_handshake() {
    SSL* const ssl = state_->ssl;
    if (ssl == nullptr) {
        failure_ = State::kTlsFailed;
        return Attempt::done;
    }
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(ssl);
    if (result == 1) {
        state_->tls_established = true;
        state_->maybe_readable = true;
        return Attempt::done;
    }
    bool wants_read = false;
    bool wants_write = false;
    failure_ = failure_of(ssl, result, wants_read, wants_write);
    if (failure_ != EAGAIN) {
        const long verdict = SSL_get_verify_result(ssl);
        state_->tls_problem =
            verdict == X509_V_OK ? take_ssl_error() : X509_verify_cert_error_string(verdict);
        return Attempt::done;
    }
    failure_ = 0;
    wants_other_side_ = wants_write != (side_ == Side::write);
    return Attempt::pending;
}

}  // namespace tenon::http
