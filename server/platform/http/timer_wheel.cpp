#include "platform/http/timer_wheel.h"

#include <algorithm>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

namespace asio = boost::asio;

// Ties one wheel to the life of a loop's reactor.
class WheelService final : public asio::execution_context::service {
 public:
    using key_type = WheelService;
    static inline asio::execution_context::id id;

    explicit WheelService(asio::execution_context& context) : service(context) {}
    TimerWheel& wheel(EventLoop& loop) {
        if (wheel_ == nullptr) wheel_ = std::make_unique<TimerWheel>(&loop);
        return *wheel_;
    }

 private:
    void shutdown() override { wheel_.reset(); }

    std::unique_ptr<TimerWheel> wheel_;
};

}  // namespace

// The one timer behind a wheel.
struct TimerWheel::Ticker {
    Ticker(TimerWheel& w, EventLoop& loop) : wheel(w), timer(loop.reactor()) {}

    void start() {
        if (ticking) return;
        ticking = true;
        wheel.refresh_now();
        wait();
    }

    void wait() {
        timer.expires_at(origin + (wheel.now_ + 1) * kTick);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (!error) tick();
        });
    }

    void tick() {
        const std::uint64_t elapsed = ticks_since_origin();
        if (elapsed > wheel.now_) wheel.advance(elapsed - wheel.now_);
        if (wheel.armed_ == 0) {
            wheel.forget_all();
            ticking = false;
        } else {
            wait();
        }
    }

    std::uint64_t ticks_since_origin() const {
        return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - origin) / kTick);
    }

    TimerWheel& wheel;
    asio::steady_timer timer;
    std::chrono::steady_clock::time_point origin = std::chrono::steady_clock::now();
    bool ticking = false;
};

TimerWheel::Entry::~Entry() {
    clear();
    unlink(*this);
}

void TimerWheel::Entry::clear() {
    if (due_ == kNever) return;
    due_ = kNever;
    if (wheel_ != nullptr) --wheel_->armed_;
}

TimerWheel& TimerWheel::of(EventLoop& loop) {
    return asio::use_service<WheelService>(loop.reactor()).wheel(loop);
}

TimerWheel::TimerWheel(EventLoop* loop) {
    if (loop != nullptr) ticker_ = std::make_unique<Ticker>(*this, *loop);
}

TimerWheel::~TimerWheel() { forget_all(); }

std::uint64_t TimerWheel::due_after(std::chrono::milliseconds delay) {
    if (ticker_ != nullptr && !ticker_->ticking) ticker_->start();
    const auto ticks = static_cast<std::uint64_t>(
        std::max<std::int64_t>((delay + kTick - std::chrono::milliseconds(1)) / kTick, 0));
    return now_ + ticks + 1;  // the current tick has begun already
}

void TimerWheel::set_at(Entry& entry, std::uint64_t due) {
    if (entry.due_ == Entry::kNever) ++armed_;
    entry.due_ = std::max(due, now_ + 1);
    if (entry.link_ != nullptr && entry.slot_ <= entry.due_) return;
    unlink(entry);
    link(entry);
}

void TimerWheel::link(Entry& entry) {
    entry.wheel_ = this;
    entry.slot_ = std::min(entry.due_, now_ + kSlots - 1);
    Entry*& head = slots_[entry.slot_ % kSlots];
    entry.next_ = head;
    if (head != nullptr) head->link_ = &entry.next_;
    entry.link_ = &head;
    head = &entry;
}

void TimerWheel::unlink(Entry& entry) {
    if (entry.link_ == nullptr) return;
    *entry.link_ = entry.next_;
    if (entry.next_ != nullptr) entry.next_->link_ = entry.link_;
    entry.next_ = nullptr;
    entry.link_ = nullptr;
    entry.wheel_ = nullptr;
}

void TimerWheel::advance(std::uint64_t ticks) {
    for (std::uint64_t i = 0; i < ticks; ++i) {
        ++now_;
        run_slot();
    }
}

void TimerWheel::run_slot() {
    // Entries that are put back land in other slots, so this ends.
    while (Entry* const entry = slots_[now_ % kSlots]) {
        const std::uint64_t due = entry->due_;
        unlink(*entry);
        if (due == Entry::kNever) continue;
        if (due > now_) {
            link(*entry);
            continue;
        }
        entry->due_ = Entry::kNever;
        --armed_;
        entry->on_expiry_(entry->context_);
    }
}

void TimerWheel::forget_all() {
    for (Entry*& head : slots_) {
        while (head != nullptr) {
            head->due_ = Entry::kNever;
            unlink(*head);
        }
    }
    armed_ = 0;
}

void TimerWheel::refresh_now() { now_ = ticker_->ticks_since_origin(); }

}  // namespace tenon::http
