#include "app/listen_port.h"

#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tenon {
namespace {

struct AddressDeleter {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressDeleter>;

AddressList find_address(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), "0", &hints, &list) != 0) return nullptr;
    return AddressList(list);
}

std::uint16_t bound_port(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohs(v4.sin_port);
}

}  // namespace

Result<ListenPort> ListenPort::reserve(Config& config) {
    if (config.listen.port != 0) return ListenPort(-1);
    const AddressList address = find_address(config.listen.host);
    if (address == nullptr) {
        return Error{ErrorKind::invalid_input, "server.address",
                     fmt::format("{} is not an IP address to listen on.", config.listen.host)};
    }
    const int descriptor = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
        ::close(descriptor);
        return Error{
            ErrorKind::conflict, "server.address_in_use",
            fmt::format("Cannot listen on {}: {}.", config.listen.host, std::strerror(errno))};
    }
    const bool derived = config.public_url.ends_with(":0");
    config.listen.port = bound_port(descriptor);
    if (derived) {
        config.public_url.pop_back();
        config.public_url += fmt::to_string(config.listen.port);
    }
    return ListenPort(descriptor);
}

ListenPort::ListenPort(ListenPort&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ListenPort::~ListenPort() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace tenon
