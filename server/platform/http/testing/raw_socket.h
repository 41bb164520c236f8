// Blocking sockets for tests: a client that sends exact bytes and an upstream that answers by a
// script. Test code only.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tenon::http::testing {

// One connected blocking socket. Reads give up after ten seconds, so that a hang is a failure and
// not a stuck test.
class RawSocket {
 public:
    explicit RawSocket(int descriptor) : descriptor_(descriptor) {
        const timeval limit{10, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    RawSocket(RawSocket&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          received_(std::move(other.received_)) {}
    RawSocket& operator=(RawSocket&&) = delete;
    ~RawSocket() { close(); }

    static RawSocket unconnected() {
        return RawSocket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    }
    static RawSocket connect_to(std::uint16_t port) {
        RawSocket socket = unconnected();
        if (!socket.connect(port)) socket.close();
        return socket;
    }
    bool connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    int descriptor() const { return descriptor_; }
    bool is_connected() const { return descriptor_ >= 0; }

    // False when the other side does not take it.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    // What arrives up to and with `mark`; without it when the connection ends first.
    std::string read_until(std::string_view mark) {
        while (true) {
            const std::size_t at = received_.find(mark);
            if (at != std::string::npos) return take(at + mark.size());
            if (!receive()) return take(received_.size());
        }
    }
    std::string read_exactly(std::size_t bytes) {
        while (received_.size() < bytes && receive()) {
        }
        return take(std::min(bytes, received_.size()));
    }
    std::string read_to_end() {
        while (receive()) {
        }
        return take(received_.size());
    }
    // One answer with a Content-Length, or a head alone.
    std::string read_answer() {
        std::string answer = read_until("\r\n\r\n");
        const std::size_t at = answer.find("Content-Length: ");
        if (at != std::string::npos) answer += read_exactly(std::stoul(answer.substr(at + 16)));
        return answer;
    }
    // How the connection ended: 0 by FIN, ECONNRESET, or EAGAIN when it has not ended in ten
    // seconds. Drops data.
    int wait_end() {
        while (receive()) {
        }
        return end_;
    }

    // Whether something arrives, or the connection ends, before `limit` passes.
    bool ends_within(std::chrono::milliseconds limit) {
        pollfd ready{descriptor_, POLLIN, 0};
        return ::poll(&ready, 1, static_cast<int>(limit.count())) > 0;
    }

    void finish_sending() { ::shutdown(descriptor_, SHUT_WR); }
    void reset() {
        const linger no_linger{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
        close();
    }
    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }

 private:
    bool receive() {
        char buffer[65'536];
        const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
        if (got > 0) received_.append(buffer, static_cast<std::size_t>(got));
        if (got <= 0) end_ = got == 0 ? 0 : errno;
        return got > 0;
    }
    std::string take(std::size_t bytes) {
        std::string taken = received_.substr(0, bytes);
        received_.erase(0, bytes);
        return taken;
    }

    int descriptor_;
    int end_ = -1;
    std::string received_;
};

// Listens on a free port and runs one script for each connection, in order, on a thread of its own.
class ScriptedUpstream {
 public:
    using Script = std::function<void(RawSocket& peer)>;

    explicit ScriptedUpstream(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const bytes = reinterpret_cast<sockaddr*>(&address);
        ::bind(listener_, bytes, length);
        ::listen(listener_, 16);
        ::getsockname(listener_, bytes, &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    explicit ScriptedUpstream(Script script) : ScriptedUpstream(std::vector<Script>{script}) {}
    ~ScriptedUpstream() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    ScriptedUpstream(const ScriptedUpstream&) = delete;
    ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

    std::uint16_t port() const { return port_; }

 private:
    void run() {
        for (const Script& script : scripts_) {
            const int descriptor = ::accept(listener_, nullptr, nullptr);
            if (descriptor < 0) return;
            RawSocket peer(descriptor);
            script(peer);
        }
    }

    std::vector<Script> scripts_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace tenon::http::testing
