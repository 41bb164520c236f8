// Coarse deadlines for many connections: one timer per event loop that ticks every 100 ms while any
// deadline is set. Setting a deadline costs a few instructions and no system call, so every phase
// of a connection can have one.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

namespace tenon {
class EventLoop;
}

namespace tenon::http {

class TimerWheel {
 public:
    static constexpr std::chrono::milliseconds kTick{100};

    // One deadline. Its owner keeps it alive while it is set; destroying it clears it.
    class Entry {
     public:
        using Callback = void (*)(void* context);
        Entry(Callback on_expiry, void* context) : on_expiry_(on_expiry), context_(context) {}
        ~Entry();
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        bool is_set() const { return due_ != kNever; }
        // Nothing will be called any more; cheap, the wheel forgets the entry when its slot comes
        // round.
        void clear();

     private:
        friend class TimerWheel;
        static constexpr std::uint64_t kNever = ~std::uint64_t{0};
        Callback on_expiry_;
        void* context_;
        std::uint64_t due_ = kNever;   // tick
        std::uint64_t slot_ = kNever;  // tick at which the wheel looks at the entry
        Entry* next_ = nullptr;
        Entry** link_ = nullptr;       // what points at this entry; null while not in the wheel
        TimerWheel* wheel_ = nullptr;  // set while in the wheel
    };

    // The wheel of `loop`, made at first use and destroyed with the loop's reactor. Only on the
    // loop's thread.
    static TimerWheel& of(EventLoop& loop);

    explicit TimerWheel(EventLoop* loop);  // null: a test drives advance() itself
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Calls the entry's callback no earlier than `delay` from now and at most two ticks later.
    // Replaces what was set. The callback may set and clear entries, and destroy its own.
    void set(Entry& entry, std::chrono::milliseconds delay) { set_at(entry, due_after(delay)); }
    // The tick that set() would choose now.
    std::uint64_t due_after(std::chrono::milliseconds delay);
    void set_at(Entry& entry, std::uint64_t due);
    // Monotonic time in ticks, as of the last tick; stands still while nothing is set.
    std::uint64_t now() const { return now_; }
    // Lets `ticks` ticks pass and calls what is due.
    void advance(std::uint64_t ticks);
    // How many deadlines are set.
    std::size_t armed() const { return armed_; }

 private:
    // Longer deadlines are looked at every 51 s and put back.
    static constexpr std::size_t kSlots = 512;
    struct Ticker;

    void link(Entry& entry);
    static void unlink(Entry& entry);
    void run_slot();
    void forget_all();
    void refresh_now();

    std::array<Entry*, kSlots> slots_{};
    std::uint64_t now_ = 0;
    std::size_t armed_ = 0;
    std::unique_ptr<Ticker> ticker_;
};

}  // namespace tenon::http
