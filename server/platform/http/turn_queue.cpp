#include "platform/http/turn_queue.h"

#include "platform/http/timer_wheel.h"

namespace tenon::http {

Task<bool> TurnQueue::wait(std::chrono::milliseconds limit) {
    const auto waiter = std::make_shared<Waiter>();
    waiting_.push_back(waiter);
    TimerWheel::Entry deadline([](void* shot) { static_cast<OneShot*>(shot)->set(); },
                               &waiter->shot);
    TimerWheel::of(*EventLoop::current()).set(deadline, limit);
    co_await waiter->shot;
    if (!waiter->granted) std::erase(waiting_, waiter);
    co_return waiter->granted;
}

bool TurnQueue::grant() {
    if (waiting_.empty()) return false;
    const std::shared_ptr<Waiter> waiter = std::move(waiting_.front());
    waiting_.pop_front();
    waiter->granted = true;
    waiter->shot.set();
    return true;
}

}  // namespace tenon::http
