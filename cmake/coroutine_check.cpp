// Everyday coroutine shapes that broken compilers turn into double frees. Every Probe counts its own life; the
// program succeeds only when each shape ends with as many destructions as constructions and the right value.
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

int g_alive = 0;

struct Probe {
    int value;
    explicit Probe(int v) : value(v) { ++g_alive; }
    Probe(const Probe& other) : value(other.value) { ++g_alive; }
    Probe(Probe&& other) noexcept : value(other.value) { ++g_alive; }
    Probe& operator=(const Probe&) = default;
    ~Probe() {
        --g_alive;
        value = -1;
    }
};

struct Aggregate {
    Probe first;
    Probe second;
    std::string text;
};

template <class T>
struct Task {
    struct promise_type {
        T value{};
        std::coroutine_handle<> waiting = std::noop_coroutine();
        Task get_return_object() {
            return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        struct Final {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
                return h.promise().waiting;
            }
            void await_resume() noexcept {}
        };
        Final final_suspend() noexcept { return {}; }
        void return_value(T v) { value = std::move(v); }
        void unhandled_exception() { std::abort(); }
    };
    std::coroutine_handle<promise_type> handle;
    explicit Task(std::coroutine_handle<promise_type> h) : handle(h) {}
    Task(Task&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    ~Task() {
        if (handle) handle.destroy();
    }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
        handle.promise().waiting = h;
        return handle;
    }
    T await_resume() { return std::move(handle.promise().value); }
    T run() {
        handle.resume();
        return std::move(handle.promise().value);
    }
};

Task<int> by_value(Aggregate a) { co_return a.first.value + a.second.value; }
Task<int> by_reference(const Aggregate& a) { co_return a.first.value + a.second.value; }
Task<int> by_function(std::function<int()> f) { co_return f(); }
Task<std::string> text() { co_return std::string(64, 'x'); }
Task<int> by_list(std::vector<std::string> list) { co_return static_cast<int>(list.size()); }

Task<int> braced() { co_return co_await by_value({Probe{1}, Probe{2}, "a long enough text for the heap"}); }
Task<int> named() { co_return co_await by_value(Aggregate{Probe{1}, Probe{2}, "x"}); }
Task<int> referenced() { co_return co_await by_reference(Aggregate{Probe{1}, Probe{2}, "x"}); }
Task<int> captured() {
    Probe p{3};
    co_return co_await by_function([p] { return p.value; });
}
Task<int> chosen(bool yes) {
    const std::string s = yes ? co_await text() : std::string{};
    co_return s.size() == 64 ? 3 : 0;
}
Task<int> listed() {
    const std::string one(40, '1');
    const std::string two(40, '2');
    co_return co_await by_list({one, two}) + 1;
}

}  // namespace

int main() {
    for (int round = 0; round < 100; ++round) {
        if (braced().run() != 3 || named().run() != 3 || referenced().run() != 3 ||
            captured().run() != 3 || chosen(true).run() != 3 || listed().run() != 3) {
            return 1;
        }
    }
    if (g_alive != 0) {
        std::printf("constructions and destructions differ by %d\n", g_alive);
        return 2;
    }
    return 0;
}
