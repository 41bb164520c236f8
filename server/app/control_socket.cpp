#include "app/control_socket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tenon {
namespace {

constexpr const char* kName = "control.sock";
constexpr int kWaitingMax = 8;
// A client that neither sends nor takes its line must not hold up the next one.
constexpr timeval kClientTimeLimit{2, 0};

Error socket_error(std::string_view what, int error_number) {
    return {ErrorKind::unavailable, "control.socket",
            fmt::format("The control socket in the data folder {}: {}.", what,
                        std::generic_category().message(error_number))};
}

class OwnedDescriptor {
 public:
    explicit OwnedDescriptor(int fd) : fd_(fd) {}
    ~OwnedDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    OwnedDescriptor(const OwnedDescriptor&) = delete;
    OwnedDescriptor& operator=(const OwnedDescriptor&) = delete;
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

 private:
    int fd_;
};

// An address has room for 107 bytes only, so it names the folder by its descriptor.
sockaddr_un address_in(int folder) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = fmt::format("/proc/self/fd/{}/{}", folder, kName);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void limit_waits(int fd, timeval limit) {
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool send_line(int fd, std::string line) {
    line += '\n';
    for (std::size_t sent = 0; sent < line.size();) {
        const ssize_t n = ::send(fd, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

Result<std::string> receive_line(int fd) {
    std::string line;
    while (line.size() <= ControlSocket::kLineBytesMax) {
        char buffer[512];
        const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
        if (n < 0) return socket_error("does not answer", errno);
        if (n == 0) return socket_error("was closed in the middle of a line", ECONNRESET);
        line.append(buffer, static_cast<std::size_t>(n));
        if (const auto end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
    }
    return socket_error("sent too long a line", EMSGSIZE);
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::filesystem::path& folder,
                                                             Handler handler) {
    const OwnedDescriptor directory(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) return socket_error("cannot be made", errno);
    ::unlinkat(directory.get(), kName, 0);
    OwnedDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    OwnedDescriptor wake(::eventfd(0, EFD_CLOEXEC));
    const sockaddr_un address = address_in(directory.get());
    // The mode is right before anybody could connect, since listen() comes last.
    if (listener.get() < 0 || wake.get() < 0 ||
        ::bind(listener.get(), generic(address), sizeof address) != 0 ||
        ::fchmodat(directory.get(), kName, 0600, 0) != 0 ||
        ::listen(listener.get(), kWaitingMax) != 0) {
        return socket_error("cannot be made", errno);
    }
    return std::unique_ptr<ControlSocket>(
        new ControlSocket(folder / kName, listener.release(), wake.release(), std::move(handler)));
}

ControlSocket::ControlSocket(std::filesystem::path path, int listener, int wake, Handler handler)
    : path_(std::move(path)),
      listener_(listener),
      wake_(wake),
      handler_(std::move(handler)),
      thread_([this] { run(); }) {}

ControlSocket::~ControlSocket() {
    ::eventfd_write(wake_, 1);
    thread_.join();
    ::close(listener_);
    ::close(wake_);
    ::unlink(path_.c_str());
}

void ControlSocket::run() {
    while (true) {
        pollfd waited[] = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
        if (::poll(waited, 2, -1) < 0 && errno != EINTR) return;
        if (waited[0].revents != 0) return;
        if (waited[1].revents == 0) continue;
        const OwnedDescriptor client(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
        if (client.get() >= 0) serve_one(client.get());
    }
}

void ControlSocket::serve_one(int client) {
    limit_waits(client, kClientTimeLimit);
    if (const auto line = receive_line(client)) send_line(client, handler_(*line));
}

Result<std::string> ask_control_socket(const std::filesystem::path& folder, const std::string& line,
                                       std::chrono::seconds time_limit) {
    const OwnedDescriptor directory(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) return socket_error("cannot be found", errno);
    const OwnedDescriptor server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (server.get() < 0) return socket_error("cannot be opened", errno);
    limit_waits(server.get(), {time_limit.count(), 0});
    const sockaddr_un address = address_in(directory.get());
    if (::connect(server.get(), generic(address), sizeof address) != 0) {
        return socket_error("cannot be reached", errno);
    }
    if (!send_line(server.get(), line)) return socket_error("takes no request", errno);
    return receive_line(server.get());
}

}  // namespace tenon
