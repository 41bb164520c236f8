// What one loop's pool knows of an origin that may speak HTTP/2: its sessions, and whether it does.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "platform/http/http2_session.h"
#include "platform/http/turn_queue.h"

namespace tenon::http {

struct Http2Origin {
    // An origin that chose HTTP/1.1 is asked again after this.
    static constexpr std::chrono::minutes kAskAgainAfter{10};

    bool speaks_http1(std::chrono::steady_clock::time_point now) const { return now < http1_until; }
    // Calls that could begin now.
    std::size_t room() const;
    // Lets go of sessions that are over; takes note of what the others have learnt.
    void prune();
    // Lets those who wait try again, as many as may succeed.
    void give_turns();
    // A place on a session; null when all are taken.
    std::unique_ptr<Http2Lease> take();

    std::vector<std::shared_ptr<Http2Session>> sessions;
    std::chrono::steady_clock::time_point http1_until{};
    bool dialling = false;  // one connection at a time, since one may do for all
    TurnQueue turns;
};

}  // namespace tenon::http
