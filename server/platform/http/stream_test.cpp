#include "platform/http/stream.h"

#include <gtest/gtest.h>
#include <string>

#include "platform/http/testing/raw_socket.h"

namespace tenon::http {
namespace {

using std::chrono::milliseconds;
using testing::RawSocket;

// A listener of the test's own and a pair of connected ends: ours as a descriptor, the peer's as a
// raw socket.
struct Pair {
    int ours = -1;
    std::optional<RawSocket> peer;

    Pair() {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        Stream::set_tcp_options(listener);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        ::bind(listener, reinterpret_cast<sockaddr*>(&address), length);
        ::listen(listener, 1);
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
        peer.emplace(RawSocket::connect_to(ntohs(address.sin_port)));
        ours = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        ::close(listener);
    }
};

template <class T>
std::string code_of(const Result<T>& result) {
    return result ? "" : result.error().code;
}

Task<void> read_data_and_end(Pair& pair) {
    Stream stream(pair.ours);
    Buffer buffer;
    // Data and end are there before the first read; no second event will tell of the end.
    pair.peer->send("abc");
    pair.peer->close();
    const Result<std::size_t> data = co_await stream.read_into(buffer);
    EXPECT_EQ(data.value(), 3u);
    EXPECT_EQ(buffer.readable(), "abc");
    buffer.consume(3);
    const Result<std::size_t> end = co_await stream.read_into(buffer);
    EXPECT_EQ(end.value(), 0u);
}

TEST(Stream, SeesAnEndRightBehindTheData) {
    Pair pair;
    run_task(read_data_and_end(pair));
}

Task<void> read_twice(Pair& pair) {
    Stream stream(pair.ours);
    std::array<char, 3> out{};
    pair.peer->send("abcdef");
    EXPECT_EQ((co_await stream.read_some(out)).value(), 3u);
    EXPECT_EQ((co_await stream.read_some(out)).value(), 3u);
    EXPECT_EQ(std::string(out.data(), 3), "def");
    EventLoop::current()->post([&pair] { pair.peer->send("g"); });
    EXPECT_EQ((co_await stream.read_some(out)).value(), 1u);
}

TEST(Stream, ReadsWhatIsLeftWithoutAnEvent) {
    Pair pair;
    run_task(read_twice(pair));
}

Task<std::string> end_by_deadline(Pair& pair, bool total) {
    Stream stream(pair.ours);
    std::array<char, 8> out{};
    if (total) stream.set_total_deadline("total_timeout", milliseconds(50));
    stream.set_deadline("idle_timeout", total ? milliseconds(60'000) : milliseconds(50));
    const Result<std::size_t> read = co_await stream.read_some(out);
    EXPECT_TRUE(stream.timed_out());
    EXPECT_FALSE(stream.is_open());
    EXPECT_EQ(code_of(co_await stream.write_all("x")), "stream.timeout");
    co_return read ? "" : read.error().code + " " + read.error().message;
}

TEST(Stream, DeadlinesCloseAndNameTheirLimit) {
    Pair first;
    EXPECT_EQ(run_task(end_by_deadline(first, false)),
              "stream.timeout The limit idle_timeout of 50 ms has passed.");
    Pair second;
    EXPECT_EQ(run_task(end_by_deadline(second, true)),
              "stream.timeout The limit total_timeout of 50 ms has passed.");
}

Task<void> cancel_then_read(Pair& pair) {
    Stream stream(pair.ours);
    Buffer buffer;
    EventLoop::current()->post([&stream] { stream.cancel_read(); });
    EXPECT_EQ(code_of(co_await stream.read_into(buffer)), "stream.cancelled");
    EXPECT_FALSE(buffer.has_block());
    pair.peer->send("still here");
    EXPECT_EQ((co_await stream.read_into(buffer)).value(), 10u);
}

TEST(Stream, ACancelledReadLosesNothing) {
    Pair pair;
    run_task(cancel_then_read(pair));
}

Task<void> close_while_waiting(Pair& pair) {
    Stream stream(pair.ours);
    std::array<char, 8> out{};
    EventLoop::current()->post([&stream] { stream.close(); });
    EXPECT_EQ(code_of(co_await stream.read_some(out)), "stream.closed");
    EXPECT_EQ(code_of(co_await stream.read_some(out)), "stream.closed");
    Stream none;
    EXPECT_EQ(code_of(co_await none.read_some(out)), "stream.closed");
}

TEST(Stream, ClosingEndsWaitingOperations) {
    Pair pair;
    run_task(close_while_waiting(pair));
}

Task<void> write_much(Pair& pair, const std::string& bytes) {
    Stream stream(pair.ours);
    std::array<iovec, 3> parts{as_part("head "), as_part(""), as_part(bytes)};
    EXPECT_TRUE(co_await stream.write_all(parts));
    stream.shutdown_write();
}

TEST(Stream, WritesMoreThanTheKernelTakes) {
    Pair pair;
    const std::string bytes(30U << 20U, 'w');
    std::string seen;
    std::thread reader([&] { seen = pair.peer->read_to_end(); });
    run_task(write_much(pair, bytes));
    reader.join();
    EXPECT_TRUE(seen == "head " + bytes);
}

Task<void> write_to_deaf(Pair& pair, const std::string& bytes) {
    Stream stream(pair.ours);
    stream.set_deadline("write_idle_timeout", milliseconds(50), Stream::Renewal::on_progress);
    EXPECT_EQ(code_of(co_await stream.write_all(bytes)), "stream.timeout");
}

TEST(Stream, AWriteThatNobodyTakesEnds) {
    Pair pair;
    run_task(write_to_deaf(pair, std::string(50U << 20U, 'w')));
}

Task<void> notice_reset(Pair& pair) {
    Stream stream(pair.ours);
    std::array<char, 8> out{};
    pair.peer->reset();
    EXPECT_EQ(code_of(co_await stream.read_some(out)), "stream.reset");
}

TEST(Stream, NamesAReset) {
    Pair pair;
    run_task(notice_reset(pair));
}

Task<void> watch(Pair& pair) {
    Stream stream(pair.ours);
    OneShot seen;
    stream.watch_idle([&seen] { seen.set(); });
    EXPECT_FALSE(stream.saw_activity());
    pair.peer->send("x");
    co_await seen;
    EXPECT_TRUE(stream.saw_activity());
    EXPECT_FALSE(stream.peer_has_ended());
    std::array<char, 8> out{};
    EXPECT_EQ((co_await stream.read_some(out)).value(), 1u);

    // A watch that is over does not swallow what comes.
    stream.watch_idle([] { ADD_FAILURE(); });
    EventLoop::current()->post([&pair] { pair.peer->close(); });
    EXPECT_EQ((co_await stream.read_some(out)).value(), 0u);
    EXPECT_TRUE(stream.peer_has_ended());
}

TEST(Stream, WatchesConnectionsAtRest) {
    Pair pair;
    run_task(watch(pair));
}

Task<std::string> connect_to(std::uint16_t port) {
    Result<Stream> stream = Stream::open(AF_INET);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    co_return code_of(
        co_await stream->connect(reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

TEST(Stream, ConnectsOrSaysWhyNot) {
    std::uint16_t port = 0;
    {
        testing::ScriptedUpstream upstream([](RawSocket& peer) { peer.wait_end(); });
        port = upstream.port();
        EXPECT_EQ(run_task(connect_to(port)), "");
    }
    EXPECT_EQ(run_task(connect_to(port)), "stream.connect_failed");
}

Task<void> destroy_while_waiting(Pair& pair) {
    auto stream = std::make_unique<Stream>(pair.ours);
    stream->watch_idle([] { ADD_FAILURE(); });
    stream.reset();
    co_await sleep_for(milliseconds(1));  // one turn of the loop, whose reactor lets go of it
    EXPECT_EQ(pair.peer->wait_end(), 0);
}

TEST(Stream, MayBeDestroyedWhileTheReactorHoldsIt) {
    Pair pair;
    run_task(destroy_while_waiting(pair));
}

}  // namespace
}  // namespace tenon::http
