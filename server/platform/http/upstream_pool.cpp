#include "platform/http/upstream_pool.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/clock.h"

namespace tenon::http {
namespace {

// How often connections at rest are looked at.
constexpr std::chrono::milliseconds kSweepInterval{1'000};

Error overloaded(const std::string& host, std::string_view what) {
    return {ErrorKind::unavailable, "upstream.overloaded",
            fmt::format("{} for {}; try again shortly.", what, host)};
}

}  // namespace

UpstreamConnection::State::State(std::weak_ptr<UpstreamPool::Impl> p,
                                 std::shared_ptr<UpstreamOrigin> o)
    : pool(std::move(p)), origin(std::move(o)) {}

UpstreamConnection::State::~State() {
    stream = Stream();
    if (const auto owner = pool.lock()) owner->on_closed(*origin);
}

UpstreamPool::Impl::Impl(std::shared_ptr<const UpstreamPools::Shared> s)
    : shared(std::move(s)),
      resolver(shared->options.resolver),
      sweep([](void* self) { static_cast<Impl*>(self)->close_stale(); }, this) {}

// Here the weak pointers of the connections are dead already, so closing them does not come back.
UpstreamPool::Impl::~Impl() {
    // Sessions and their origin hold each other.
    for (const auto& [name, origin] : origins) origin->http2.sessions.clear();
}

UpstreamOrigin* UpstreamPool::Impl::find_origin(const Url& url) {
    const auto found = origins.find(OriginName{url.scheme, url.host, url.port});
    return found == origins.end() ? nullptr : found->second.get();
}

Result<UpstreamPool::Impl::OriginPtr> UpstreamPool::Impl::get_origin(const Url& url) {
    const auto found = origins.find(OriginName{url.scheme, url.host, url.port});
    if (found != origins.end()) return found->second;
    if (origins.size() >= shared->options.origins_max) {
        // Only what somebody uses must stay; the rest is a cache.
        std::erase_if(origins, [](const auto& entry) { return entry.second->open == 0; });
    }
    if (origins.size() >= shared->options.origins_max) {
        return overloaded(url.host, "Too many providers are being called, no place is left");
    }
    auto origin =
        std::make_shared<UpstreamOrigin>(url, shared->options.tls_sessions_per_origin_max);
    origin->prefers_http2 = shared->options.http2 && url.scheme == "https";
    origins.emplace(origin->name(), origin);
    return origin;
}

// The connection used last of those at rest, if it was used not longer than `unused_max` ago.
UpstreamPool::Impl::StatePtr UpstreamPool::Impl::take_idle(UpstreamOrigin& origin,
                                                           std::chrono::milliseconds unused_max) {
    while (!origin.idle.empty()) {
        if (coarse_steady_now() - origin.idle.back()->last_used > unused_max) return nullptr;
        StatePtr state = std::move(origin.idle.back());
        origin.idle.pop_back();
        --idle_count;
        // Bytes or an end while nobody asked: closed by the provider, or out of step.
        if (!state->stream.saw_activity()) return state;
    }
    return nullptr;
}

void UpstreamPool::Impl::give_back(StatePtr state, Reuse reuse) {
    const UpstreamOptions& options = shared->options;
    const bool keep = reuse == Reuse::yes && state->stream.is_open() &&
                      state->origin->idle.size() < options.idle_per_origin_max &&
                      idle_count < options.idle_total_max;
    if (!keep) return;
    const OriginPtr origin = state->origin;
    state->stream.clear_deadline();
    state->stream.clear_total_deadline();
    state->stream.watch_idle([] {});
    state->last_used = coarse_steady_now();
    state->was_pooled = true;
    origin->idle.push_back(std::move(state));
    ++idle_count;
    begin_sweeping();
    give_turn(*origin);
}

void UpstreamPool::Impl::on_closed(UpstreamOrigin& origin) {
    --origin.open;
    --open_count;
    give_turn(origin);
}

void UpstreamPool::Impl::give_turn(UpstreamOrigin& origin) {
    if (origin.turns.grant()) ++origin.promised;
}

void UpstreamPool::Impl::close_stale() {
    const auto oldest = coarse_steady_now() - shared->options.idle_time_max;
    std::vector<StatePtr> stale;  // closed at the end: closing may change the lists
    for (const auto& [name, origin] : origins) {
        std::vector<StatePtr> kept;
        for (StatePtr& state : origin->idle) {
            const bool is_stale = state->stream.saw_activity() || state->last_used < oldest;
            (is_stale ? stale : kept).push_back(std::move(state));
        }
        origin->idle = std::move(kept);
    }
    idle_count -= stale.size();
    const bool has_sessions = sweep_http2();
    if (idle_count > 0 || has_sessions) begin_sweeping();
}

void UpstreamPool::Impl::begin_sweeping() {
    if (!sweep.is_set()) TimerWheel::of(*EventLoop::current()).set(sweep, kSweepInterval);
}

void UpstreamPool::Impl::close_idle() {
    std::vector<StatePtr> closing;
    for (const auto& [name, origin] : origins) {
        for (StatePtr& state : origin->idle) closing.push_back(std::move(state));
        origin->idle.clear();
    }
    idle_count = 0;
    close_idle_http2();
    sweep.clear();
}

// Until a connection of the origin is at rest or may be dialled.
Task<Result<void>> UpstreamPool::Impl::wait_turn(OriginPtr origin, Clock::time_point deadline,
                                                 std::chrono::milliseconds limit) {
    const UpstreamOptions& options = shared->options;
    const auto may_go = [&] {
        return !origin->idle.empty() || origin->open < options.connections_per_origin_max;
    };
    // Who comes later does not overtake those who wait.
    if (origin->turns.empty() && origin->promised == 0 && may_go()) co_return Ok();
    do {
        if (origin->turns.size() >= options.waiting_per_origin_max) {
            co_return overloaded(origin->host, "Too many requests wait for a connection");
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0 || !co_await origin->turns.wait(left)) {
            co_return Error{ErrorKind::provider_timed_out, "upstream.timeout",
                            fmt::format("No connection to {} became free within connect_timeout "
                                        "({} ms).",
                                        origin->host, limit.count())};
        }
        --origin->promised;
    } while (!may_go());
    co_return Ok();
}

}  // namespace tenon::http
