// For tests: a provider on a loopback port, plain or TLS, that answers whatever its script says.
// Each connection has a thread; everything ends with the object.
#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tenon::http::testing {

// What a script does with one request.
struct Reply {
    std::string bytes;
    enum class Then { keep_open, close, hang } then = Then::keep_open;
};

inline std::string ok_answer(const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

class FakeProvider {
 public:
    using Script = std::function<Reply(const std::string& request)>;

    // `tls` is null for plain HTTP and belongs to the caller.
    explicit FakeProvider(Script script, SSL_CTX* tls = nullptr)
        : script_(std::move(script)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        std::signal(SIGPIPE, SIG_IGN);  // clients that leave are part of the play
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
        EXPECT_EQ(::listen(listener_, 128), 0);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    FakeProvider(const FakeProvider&) = delete;
    FakeProvider& operator=(const FakeProvider&) = delete;
    ~FakeProvider() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
        ::close(listener_);
    }

    int port() const { return port_; }
    std::string authority(const std::string& host = "127.0.0.1") const {
        return host + ":" + std::to_string(port_);
    }
    int connections() const { return connections_; }
    int requests() const { return requests_; }
    int most_at_once() const { return most_at_once_; }
    std::string last_request() {
        const std::lock_guard lock(mutex_);
        return last_request_;
    }
    // Until `count` connections have been closed by either side.
    void wait_closed(int count) {
        std::unique_lock lock(mutex_);
        closed_changed_.wait(lock, [&] { return closed_ >= count; });
    }

 private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0 || stopping_) {
                if (fd >= 0) ::close(fd);
                return;
            }
            ++connections_;
            const std::lock_guard lock(mutex_);
            open_.push_back(fd);
            most_at_once_ = std::max<int>(most_at_once_, static_cast<int>(open_.size()));
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }

    void serve(int fd) {
        SSL* ssl = nullptr;
        if (tls_ != nullptr) {
            ssl = SSL_new(tls_);
            SSL_set_fd(ssl, fd);
        }
        if (ssl == nullptr || SSL_accept(ssl) == 1) serve_requests(fd, ssl);
        if (ssl != nullptr) {
            SSL_shutdown(ssl);
            SSL_free(ssl);
        }
        const std::lock_guard lock(mutex_);
        std::erase(open_, fd);
        ::close(fd);
        ++closed_;
        closed_changed_.notify_all();
    }

    void serve_requests(int fd, SSL* ssl) {
        std::string buffered;
        for (;;) {
            const std::string request = read_request(fd, ssl, buffered);
            if (request.empty()) return;
            ++requests_;
            {
                const std::lock_guard lock(mutex_);
                last_request_ = request;
            }
            const Reply reply = script_(request);
            if (!write(fd, ssl, reply.bytes) || reply.then == Reply::Then::close) return;
            // Until the client gives up.
            while (reply.then == Reply::Then::hang && read(fd, ssl, buffered)) {
            }
            if (reply.then == Reply::Then::hang) return;
        }
    }

    static bool read(int fd, SSL* ssl, std::string& buffered) {
        std::array<char, 4096> piece{};
        const auto size = static_cast<int>(piece.size());
        const auto got = ssl != nullptr
                             ? SSL_read(ssl, piece.data(), size)
                             : static_cast<int>(::recv(fd, piece.data(), piece.size(), 0));
        if (got <= 0) return false;
        buffered.append(piece.data(), static_cast<std::size_t>(got));
        return true;
    }

    static std::string read_request(int fd, SSL* ssl, std::string& buffered) {
        std::size_t end = 0;
        while ((end = buffered.find("\r\n\r\n")) == std::string::npos) {
            if (!read(fd, ssl, buffered)) return {};
        }
        end += 4;
        const std::size_t field = buffered.find("Content-Length: ");
        if (field < end) end += std::stoul(buffered.substr(field + 16));
        while (buffered.size() < end) {
            if (!read(fd, ssl, buffered)) return {};
        }
        std::string request = buffered.substr(0, end);
        buffered.erase(0, end);
        return request;
    }

    static bool write(int fd, SSL* ssl, const std::string& bytes) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const auto left = bytes.size() - done;
            const auto sent =
                ssl != nullptr
                    ? SSL_write(ssl, bytes.data() + done, static_cast<int>(left))
                    : static_cast<int>(::send(fd, bytes.data() + done, left, MSG_NOSIGNAL));
            if (sent <= 0) return false;
            done += static_cast<std::size_t>(sent);
        }
        return true;
    }

    Script script_;
    SSL_CTX* tls_;
    int listener_;
    int port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    std::atomic<int> requests_ = 0;
    std::atomic<int> most_at_once_ = 0;
    std::mutex mutex_;
    std::condition_variable closed_changed_;
    int closed_ = 0;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::string last_request_;
    std::thread acceptor_;
};

}  // namespace tenon::http::testing
