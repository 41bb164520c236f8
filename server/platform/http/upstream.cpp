#include "platform/http/upstream.h"

#include <atomic>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <map>

#include "platform/http/upstream_pool.h"

namespace tenon::http {
namespace {

namespace asio = boost::asio;

// Counts loops that ended, so that what threads remember about them ends too.
std::atomic<std::uint64_t> g_ended_loops = 0;

// A coroutine may hold a pool without a connection for as long as connecting takes at most; this is
// far longer.
constexpr std::chrono::minutes kIdentityPoolRest{10};

// Ties pools to the life of a loop's reactor.
class PoolService final : public asio::execution_context::service {
 public:
    using key_type = PoolService;
    static inline asio::execution_context::id id;

    explicit PoolService(asio::execution_context& context) : service(context) {}

    UpstreamPool& pool_of(const std::shared_ptr<UpstreamPools::Shared>& shared) {
        std::unique_ptr<UpstreamPool>& pool = pools_[shared->id];
        if (pool == nullptr) {
            pool = std::make_unique<UpstreamPool>(std::make_shared<UpstreamPool::Impl>(shared));
        }
        return *pool;
    }

    UpstreamPool& pool_of(const std::shared_ptr<UpstreamPools::Shared>& shared,
                          const std::shared_ptr<const ClientIdentity>& identity) {
        const auto now = std::chrono::steady_clock::now();
        const IdentityKey key{shared->id, identity->fingerprint()};
        if (!identity_pools_.contains(key)) drop_rested(now);
        IdentityPool& entry = identity_pools_[key];
        if (entry.pool == nullptr) {
            auto impl = std::make_shared<UpstreamPool::Impl>(shared);
            impl->identity = identity;
            entry.pool = std::make_unique<UpstreamPool>(std::move(impl));
        }
        entry.asked_for = now;
        return *entry.pool;
    }

    void close_idle(std::uint64_t pools_id) {
        if (const auto pool = pools_.find(pools_id); pool != pools_.end())
            pool->second->close_idle();
        for (const auto& [key, entry] : identity_pools_) {
            if (key.first == pools_id) entry.pool->close_idle();
        }
    }

 private:
    using IdentityKey = std::pair<std::uint64_t, std::string>;  // the pools' id, a fingerprint
    struct IdentityPool {
        std::unique_ptr<UpstreamPool> pool;
        std::chrono::steady_clock::time_point asked_for;
    };

    void drop_rested(std::chrono::steady_clock::time_point now) {
        std::erase_if(identity_pools_, [now](const auto& entry) {
            return now - entry.second.asked_for > kIdentityPoolRest &&
                   entry.second.pool->open_count() == 0;
        });
    }

    void shutdown() override {
        ++g_ended_loops;
        pools_.clear();
        identity_pools_.clear();
    }

    std::map<std::uint64_t, std::unique_ptr<UpstreamPool>> pools_;
    std::map<IdentityKey, IdentityPool> identity_pools_;
};

// The pool that a thread asked for last: a worker asks for the same one with each request.
struct LastPool {
    std::uint64_t pools_id = 0;
    const EventLoop* loop = nullptr;
    std::uint64_t ended_loops = 0;
    UpstreamPool* pool = nullptr;
};

}  // namespace

UpstreamConnection::UpstreamConnection(std::unique_ptr<State> state)
    : state_(std::move(state)), was_pooled_(state_->was_pooled) {}
UpstreamConnection::UpstreamConnection(UpstreamConnection&&) noexcept = default;
UpstreamConnection& UpstreamConnection::operator=(UpstreamConnection&&) noexcept = default;
UpstreamConnection::~UpstreamConnection() = default;

Stream& UpstreamConnection::stream() { return state_->stream; }

void UpstreamConnection::release(Reuse reuse) {
    std::unique_ptr<State> state = std::move(state_);
    if (state == nullptr) return;
    if (const auto pool = state->pool.lock()) pool->give_back(std::move(state), reuse);
}

UpstreamPool::UpstreamPool(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
UpstreamPool::~UpstreamPool() = default;

std::optional<UpstreamConnection> UpstreamPool::try_acquire(const Url& url) {
    UpstreamOrigin* origin = impl_->find_origin(url);
    if (origin == nullptr || !origin->turns.empty() || origin->promised > 0 ||
        origin->prefers_http2) {
        return std::nullopt;
    }
    auto state = impl_->take_idle(*origin, impl_->shared->options.idle_time_max);
    if (state == nullptr) return std::nullopt;
    return UpstreamConnection(std::move(state));
}

Task<Result<UpstreamConnection>> UpstreamPool::acquire(const Url& url, const UpstreamLimits& limits,
                                                       Freshness freshness) {
    if (freshness == Freshness::any) {
        if (auto pooled = try_acquire(url)) co_return std::move(*pooled);
    }
    // The pool may end with its loop while this waits; then nothing resumes this task either.
    Impl& impl = *impl_;
    const UpstreamOptions& options = impl.shared->options;
    const auto deadline = Impl::Clock::now() + limits.connect_timeout;
    ASSIGN_OR_CO_RETURN(const auto origin, impl.get_origin(url));
    while (true) {
        CO_RETURN_IF_ERROR(co_await impl.wait_turn(origin, deadline, limits.connect_timeout));
        if (freshness != Freshness::new_connection) {
            const auto unused_max =
                freshness == Freshness::any ? options.idle_time_max : options.recently_used_max;
            if (auto state = impl.take_idle(*origin, unused_max)) {
                co_return UpstreamConnection(std::move(state));
            }
        }
        if (origin->open < options.connections_per_origin_max) break;
        // All places are taken by connections at rest that do not serve: make room for a new one.
        if (!origin->idle.empty()) {
            origin->idle.erase(origin->idle.begin());
            --impl.idle_count;
        }
    }
    ++origin->open;
    ++impl.open_count;
    auto state = std::make_unique<UpstreamConnection::State>(impl.weak_from_this(), origin);
    CO_RETURN_IF_ERROR(co_await impl.dial(*state, url, deadline, limits));
    co_return UpstreamConnection(std::move(state));
}

std::size_t UpstreamPool::idle_count() const { return impl_->idle_count; }
std::size_t UpstreamPool::open_count() const { return impl_->open_count; }
std::uint64_t UpstreamPool::handshakes() const { return impl_->handshakes; }
std::uint64_t UpstreamPool::resumed_handshakes() const { return impl_->resumed; }
void UpstreamPool::close_idle() { impl_->close_idle(); }

Result<std::unique_ptr<UpstreamPools>> UpstreamPools::create(UpstreamOptions options) {
    static std::atomic<std::uint64_t> next_id = 1;
    ASSIGN_OR_RETURN(auto tls, TlsClient::create(options.extra_ca_file));
    auto shared = std::make_shared<Shared>();
    shared->options = std::move(options);
    shared->tls = std::move(tls);
    shared->id = next_id++;
    return std::unique_ptr<UpstreamPools>(new UpstreamPools(std::move(shared)));
}

UpstreamPools::UpstreamPools(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
UpstreamPools::~UpstreamPools() = default;

UpstreamPool& UpstreamPools::here(const std::shared_ptr<const ClientIdentity>& identity) {
    thread_local LastPool last;
    EventLoop* loop = EventLoop::current();
    if (identity != nullptr) {
        return asio::use_service<PoolService>(loop->reactor()).pool_of(shared_, identity);
    }
    const std::uint64_t ended = g_ended_loops.load(std::memory_order_relaxed);
    if (last.pools_id != shared_->id || last.loop != loop || last.ended_loops != ended) {
        auto& service = asio::use_service<PoolService>(loop->reactor());
        last = {shared_->id, loop, ended, &service.pool_of(shared_)};
    }
    return *last.pool;
}

void UpstreamPools::close_idle_here() {
    asio::use_service<PoolService>(EventLoop::current()->reactor()).close_idle(shared_->id);
}

const EgressPolicy& UpstreamPools::egress() const { return shared_->options.egress; }

}  // namespace tenon::http
