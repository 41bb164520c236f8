#include "credentials/refresh_flights.h"

namespace tenon {

RefreshFlights::Ticket RefreshFlights::join(CredentialId id, const RefreshWish& wish) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = flights_.try_emplace(id);
    if (is_new) entry->second = std::make_shared<Flight>(wish);
    return {entry->second, is_new};
}

Task<RefreshOutcome> RefreshFlights::wait(std::shared_ptr<Flight> flight) {
    const auto landed = std::make_shared<OneShot>();
    {
        const std::lock_guard lock(mutex_);
        if (flight->outcome_) co_return *flight->outcome_;
        if (flight->waiters_.size() >= static_cast<std::size_t>(waiters_max_)) {
            co_return Error{ErrorKind::unavailable, "overloaded",
                            "Too many calls wait for a new access token; try again shortly."};
        }
        flight->waiters_.push_back(landed);
    }
    co_await *landed;
    co_return *flight->outcome_;
}

void RefreshFlights::land(CredentialId id, const std::shared_ptr<Flight>& flight,
                          RefreshOutcome outcome) {
    std::vector<std::shared_ptr<OneShot>> waiters;
    {
        const std::lock_guard lock(mutex_);
        flight->outcome_.emplace(std::move(outcome));
        waiters.swap(flight->waiters_);
        flights_.erase(id);
    }
    for (const auto& waiter : waiters) waiter->set();
}

}  // namespace tenon
