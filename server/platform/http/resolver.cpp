#include "platform/http/resolver.h"

#include <algorithm>
#include <ares.h>
#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <mutex>

#include "base/text.h"
#include "platform/http/timer_wheel.h"
#include "platform/logging/log.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Addresses = std::vector<IpAddress>;

// One try at one server; c-ares doubles it for each of its further tries.
constexpr int kTryMilliseconds = 1'500;
constexpr int kTries = 3;

Error dns_failed(std::string_view host, std::string_view why) {
    return {ErrorKind::provider_failed, "upstream.dns_failed",
            fmt::format("The host name {} could not be resolved: {}.", host, why)};
}

Error timed_out(std::string_view host, std::chrono::milliseconds limit) {
    return {
        ErrorKind::provider_timed_out, "upstream.timeout",
        fmt::format("Resolving {} took longer than connect_timeout ({} ms).", host, limit.count())};
}

bool is_localhost(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

// One question under way, shared by everyone who asks it meanwhile.
struct Lookup {
    std::string host;
    bool done = false;
    Result<Addresses> answer = Addresses{};
    std::vector<std::shared_ptr<OneShot>> waiting;
};

Addresses addresses_of(const ares_addrinfo& info, std::size_t max, int& ttl_seconds) {
    Addresses out;
    for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
        IpAddress address;
        if (node->ai_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(node->ai_addr);
            std::copy_n(reinterpret_cast<const std::uint8_t*>(&v4->sin_addr), 4,
                        address.bytes.begin());
        } else if (node->ai_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(node->ai_addr);
            address.is_v6 = true;
            std::copy_n(v6->sin6_addr.s6_addr, 16, address.bytes.begin());
        } else {
            continue;
        }
        ttl_seconds = std::min(ttl_seconds, node->ai_ttl);
        if (out.size() < max) out.push_back(address);
    }
    return out;
}

}  // namespace

struct Resolver::Impl : std::enable_shared_from_this<Resolver::Impl> {
    // A socket of c-ares, watched by the reactor; c-ares keeps owning it.
    struct Socket {
        Socket(asio::io_context& io, ares_socket_t fd) : number(fd), descriptor(io, fd) {}
        ares_socket_t number;
        asio::posix::stream_descriptor descriptor;
        bool wants_read = false;
        bool wants_write = false;
        bool is_reading = false;
        bool is_writing = false;
    };
    struct CacheEntry {
        Addresses addresses;
        Clock::time_point expires;
    };

    // What c-ares carries to the answer. It answers everything before close() ends, so `impl` is
    // alive then.
    struct Question {
        Impl& impl;
        std::shared_ptr<Lookup> lookup;
    };

    explicit Impl(ResolverOptions o)
        : options(std::move(o)), io(EventLoop::current()->reactor()), timer(io) {}

    void open();
    void close();
    static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
    static void on_answer(void* request, int status, int, ares_addrinfo* info);
    void watch(const std::shared_ptr<Socket>& socket);
    void wait_for(const std::shared_ptr<Socket>& socket, bool reading);
    void restart_timer();
    void start(const std::shared_ptr<Lookup>& lookup);
    void finish(Lookup& lookup, Result<Addresses> answer);

    const Addresses* find_cached(std::string_view host);
    void remember(const std::string& host, const Addresses& addresses, int ttl_seconds);
    Result<Addresses> without_dns(const std::string& host, bool& known);

    ResolverOptions options;
    asio::io_context& io;
    asio::steady_timer timer;
    ares_channel channel = nullptr;
    std::map<ares_socket_t, std::shared_ptr<Socket>> sockets;
    std::map<std::string, std::shared_ptr<Lookup>, std::less<>> lookups;
    std::map<std::string, CacheEntry, std::less<>> cache;
};

void Resolver::Impl::open() {
    start_library();
    ares_options settings{};
    settings.timeout = kTryMilliseconds;
    settings.tries = kTries;
    settings.sock_state_cb = &Impl::on_socket;
    settings.sock_state_cb_data = this;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    int status = ares_init_options(&channel, &settings, mask);
    if (status == ARES_SUCCESS && !options.dns_server.empty()) {
        status = ares_set_servers_ports_csv(channel, options.dns_server.c_str());
    }
    if (status == ARES_SUCCESS) return;
    log_error("dns.unusable", {{"why", ares_strerror(status)}});
    close();
}

void Resolver::Impl::close() {
    // Ends every question with ARES_EDESTRUCTION and closes the sockets.
    if (channel != nullptr) ares_destroy(std::exchange(channel, nullptr));
    timer.cancel();
}

void Resolver::Impl::on_socket(void* self, ares_socket_t fd, int readable, int writable) {
    auto& impl = *static_cast<Impl*>(self);
    const auto known = impl.sockets.find(fd);
    if (readable == 0 && writable == 0) {
        if (known == impl.sockets.end()) return;
        known->second->descriptor.release();
        known->second->number = ARES_SOCKET_BAD;
        impl.sockets.erase(known);
        return;
    }
    std::shared_ptr<Socket> socket =
        known != impl.sockets.end() ? known->second : std::make_shared<Socket>(impl.io, fd);
    impl.sockets[fd] = socket;
    socket->wants_read = readable != 0;
    socket->wants_write = writable != 0;
    impl.watch(socket);
}

void Resolver::Impl::watch(const std::shared_ptr<Socket>& socket) {
    if (socket->number == ARES_SOCKET_BAD) return;
    if (socket->wants_read && !socket->is_reading) wait_for(socket, true);
    if (socket->wants_write && !socket->is_writing) wait_for(socket, false);
}

void Resolver::Impl::wait_for(const std::shared_ptr<Socket>& socket, bool reading) {
    using Descriptor = asio::posix::stream_descriptor;
    (reading ? socket->is_reading : socket->is_writing) = true;
    socket->descriptor.async_wait(
        reading ? Descriptor::wait_read : Descriptor::wait_write,
        [self = shared_from_this(), socket, reading](const boost::system::error_code& failed) {
            (reading ? socket->is_reading : socket->is_writing) = false;
            if (failed || self->channel == nullptr || socket->number == ARES_SOCKET_BAD) return;
            ares_process_fd(self->channel, reading ? socket->number : ARES_SOCKET_BAD,
                            reading ? ARES_SOCKET_BAD : socket->number);
            self->watch(socket);
            self->restart_timer();
        });
}

// c-ares tells how long it may be left alone.
void Resolver::Impl::restart_timer() {
    timeval wait{};
    if (channel == nullptr || lookups.empty()) {
        timer.cancel();
        return;
    }
    if (ares_timeout(channel, nullptr, &wait) == nullptr) return;
    timer.expires_after(std::chrono::seconds(wait.tv_sec) +
                        std::chrono::microseconds(wait.tv_usec));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& failed) {
        if (failed || self->channel == nullptr) return;
        ares_process_fd(self->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        self->restart_timer();
    });
}

void Resolver::Impl::start(const std::shared_ptr<Lookup>& lookup) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    auto* question = new Question{*this, lookup};  // on_answer frees it
    ares_getaddrinfo(channel, lookup->host.c_str(), nullptr, &hints, &Impl::on_answer, question);
    restart_timer();
}

void Resolver::Impl::on_answer(void* request, int status, int, ares_addrinfo* info) {
    const std::unique_ptr<Question> question(static_cast<Question*>(request));
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> owned(info, &ares_freeaddrinfo);
    Lookup& lookup = *question->lookup;
    Impl& impl = question->impl;
    if (status == ARES_EDESTRUCTION) {
        lookup.answer = dns_failed(lookup.host, "the resolver has been stopped");
        lookup.done = true;
        return;
    }
    if (status != ARES_SUCCESS || info == nullptr) {
        const bool unknown = status == ARES_ENOTFOUND || status == ARES_ENODATA;
        impl.finish(lookup, dns_failed(lookup.host,
                                       unknown ? "there is no such name" : ares_strerror(status)));
        return;
    }
    int ttl_seconds = static_cast<int>(impl.options.cache_time_max.count());
    Addresses addresses = addresses_of(*info, impl.options.addresses_max, ttl_seconds);
    if (addresses.empty()) {
        impl.finish(lookup, dns_failed(lookup.host, "the name has no address"));
        return;
    }
    impl.remember(lookup.host, addresses, ttl_seconds);
    impl.finish(lookup, std::move(addresses));
}

void Resolver::Impl::finish(Lookup& lookup, Result<Addresses> answer) {
    lookup.answer = std::move(answer);
    lookup.done = true;
    // Woken through the loop, so that nobody runs inside of c-ares.
    for (const auto& shot : lookup.waiting) shot->set();
    lookup.waiting.clear();
    lookups.erase(lookups.find(lookup.host));
}

const Addresses* Resolver::Impl::find_cached(std::string_view host) {
    const auto entry = cache.find(host);
    if (entry == cache.end()) return nullptr;
    if (entry->second.expires > Clock::now()) return &entry->second.addresses;
    cache.erase(entry);
    return nullptr;
}

void Resolver::Impl::remember(const std::string& host, const Addresses& addresses,
                              int ttl_seconds) {
    if (ttl_seconds <= 0) return;
    const auto now = Clock::now();
    if (cache.size() >= options.cache_names_max) {
        std::erase_if(cache, [&](const auto& entry) { return entry.second.expires <= now; });
    }
    if (cache.size() >= options.cache_names_max) cache.erase(cache.begin());
    cache[host] = {addresses, now + std::chrono::seconds(ttl_seconds)};
}

// Literal addresses, overrides and localhost.
Result<Addresses> Resolver::Impl::without_dns(const std::string& host, bool& known) {
    known = true;
    if (const auto literal = IpAddress::parse(host)) return Addresses{*literal};
    if (const auto row = options.overrides.find(host); row != options.overrides.end()) {
        Addresses addresses;
        for (const std::string& text : row->second) {
            const auto address = IpAddress::parse(text);
            if (!address) return dns_failed(host, "its override is no address");
            addresses.push_back(*address);
        }
        if (addresses.empty()) return dns_failed(host, "there is no such name");
        return addresses;
    }
    if (is_localhost(host)) {
        return Addresses{IpAddress::v4(0x7f000001), IpAddress::parse("::1").value()};
    }
    known = false;
    return Addresses{};
}

Resolver::Resolver(ResolverOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {
    impl_->open();
}

Resolver::~Resolver() { impl_->close(); }

Task<Result<std::vector<IpAddress>>> Resolver::resolve(std::string host,
                                                       std::chrono::milliseconds timeout) {
    const std::shared_ptr<Impl> impl = impl_;
    bool known = false;
    Result<Addresses> direct = impl->without_dns(host, known);
    if (known) co_return direct;
    if (const Addresses* cached = impl->find_cached(host)) co_return *cached;
    if (impl->channel == nullptr) co_return dns_failed(host, "the DNS configuration is unusable");

    std::shared_ptr<Lookup> lookup;
    if (const auto running = impl->lookups.find(host); running != impl->lookups.end()) {
        lookup = running->second;
    } else if (impl->lookups.size() >= impl->options.lookups_max) {
        co_return Error{ErrorKind::unavailable, "upstream.overloaded",
                        "Too many host names are being resolved; try again shortly."};
    } else {
        lookup = std::make_shared<Lookup>();
        lookup->host = host;
        impl->lookups.emplace(host, lookup);
        impl->start(lookup);
    }
    if (!lookup->done) {
        const auto shot = std::make_shared<OneShot>();
        lookup->waiting.push_back(shot);
        TimerWheel::Entry deadline([](void* waiting) { static_cast<OneShot*>(waiting)->set(); },
                                   shot.get());
        TimerWheel::of(*EventLoop::current()).set(deadline, timeout);
        co_await *shot;
        if (!lookup->done) {
            std::erase(lookup->waiting, shot);
            co_return timed_out(host, timeout);
        }
    }
    co_return lookup->answer;
}

}  // namespace tenon::http
