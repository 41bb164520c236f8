#include "platform/storage/postgres_database.h"

#include <atomic>
#include <pthread.h>
#include <thread>
#include <vector>

#include "platform/logging/log.h"
#include "platform/storage/bounded_queue.h"
#include "platform/storage/postgres_connection.h"

namespace tenon {
namespace {

// After a serialization failure or a deadlock, and once more after a lost connection.
constexpr int kRepeatsMax = 3;
constexpr std::chrono::milliseconds kBackoffFirst{100};
constexpr std::chrono::milliseconds kBackoffMax{2'000};
// How often waiting closures are checked for having waited too long, while all connections are
// busy.
constexpr std::chrono::milliseconds kWatchInterval{250};

using SteadyClock = std::chrono::steady_clock;

class PostgresDatabase final : public Database {
 public:
    PostgresDatabase(const PostgresOptions& options, std::unique_ptr<PostgresConnection> first)
        : options_(options), queue_(options.queue_max) {
        connected_ = 1;
        threads_.emplace_back(
            [this, given = first.release()] { run(std::unique_ptr<PostgresConnection>(given)); });
        for (int i = 1; i < options_.connections; ++i) {
            threads_.emplace_back([this] { run(nullptr); });
        }
        threads_.emplace_back([this] { watch(); });
    }

    ~PostgresDatabase() override {
        queue_.close();
        for (std::thread& thread : threads_) thread.join();
        refuse_waiting();
    }

    Engine engine() const override { return Engine::postgresql; }

 protected:
    void submit(Access access, std::shared_ptr<Job> job) override {
        if (connected_ == 0) return job->finish(storage_unavailable("no connection to it."));
        if (!queue_.push({access, job, SteadyClock::now()})) {
            return job->finish(storage_unavailable("too many requests are waiting for it."));
        }
        // The last connection may have gone between the two lines above.
        if (connected_ == 0) refuse_waiting();
    }

 private:
    struct Entry {
        Access access;
        std::shared_ptr<Job> job;
        SteadyClock::time_point queued_at;
    };
    enum class Outcome { done, repeat };

    void run(std::unique_ptr<PostgresConnection> connection) {
        ::pthread_setname_np(::pthread_self(), "postgres");
        if (!connection && !connect_again(connection)) return;
        while (true) {
            const std::vector<Entry> entries = queue_.pop(1);
            if (entries.empty()) return;
            serve(entries.front(), connection);
            if (connection->is_alive()) continue;
            if (--connected_ == 0) refuse_waiting();
            if (!connect_again(connection)) return;
        }
    }

    // Tries until it works; false when the database is being closed meanwhile.
    bool connect_again(std::unique_ptr<PostgresConnection>& connection) {
        std::chrono::milliseconds backoff = kBackoffFirst;
        while (true) {
            auto opened = PostgresConnection::open(options_);
            if (opened) {
                connection = std::move(*opened);
                ++connected_;
                return true;
            }
            log_warning("storage.connect_failed", {{"why", opened.error().message}});
            if (queue_.wait_closed(backoff)) return false;
            backoff = std::min(2 * backoff, kBackoffMax);
        }
    }

    bool waited_too_long(const Entry& entry) const {
        return SteadyClock::now() - entry.queued_at > options_.queue_timeout;
    }

    // Tells those who have waited too long, also when no connection comes back to look at the
    // queue.
    void watch() {
        ::pthread_setname_np(::pthread_self(), "postgres-watch");
        while (!queue_.wait_closed(kWatchInterval)) {
            const auto late =
                queue_.take_while([this](const Entry& e) { return waited_too_long(e); });
            for (const Entry& entry : late)
                entry.job->finish(storage_unavailable("it is too busy."));
        }
    }

    // Nobody is there to serve the queue: its callers learn so at once.
    void refuse_waiting() {
        for (const Entry& entry : queue_.take_all()) {
            entry.job->finish(storage_unavailable("no connection to it."));
        }
    }

    void serve(const Entry& entry, std::unique_ptr<PostgresConnection>& connection) {
        if (waited_too_long(entry)) {
            return entry.job->finish(storage_unavailable("it is too busy."));
        }
        Ok committed;
        for (int tries = 0; tries <= kRepeatsMax; ++tries) {
            if (attempt(entry, *connection, committed) == Outcome::done) break;
            if (!connection->is_alive()) {
                // An idle connection may have died with a restart of the server: nothing is done
                // yet, so try a new one at once, and only once.
                auto opened = PostgresConnection::open(options_);
                if (!opened || tries == kRepeatsMax) break;
                connection = std::move(*opened);
                tries = std::max(tries, kRepeatsMax - 1);
            }
        }
        entry.job->finish(std::move(committed));
    }

    // Runs the closure in one transaction. `repeat`: nothing was committed, and another try may
    // work.
    Outcome attempt(const Entry& entry, PostgresConnection& connection, Ok& committed) {
        const bool writes = entry.access == Access::write;
        committed = connection.control(
            writes ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN");
        if (!committed) return connection.is_alive() ? Outcome::done : Outcome::repeat;
        const Result<bool> commit =
            connection.run_closure([&](Connection& c) { return entry.job->attempt(c); });
        const bool repeat = connection.failure() && connection.wants_repeat();
        if (!connection.is_alive()) {
            committed =
                connection.failure().value_or(storage_unavailable("the connection was lost."));
            return Outcome::repeat;
        }
        if (!commit || !*commit) {
            if (!commit) committed = commit.error();
            (void)connection.control("ROLLBACK", "ROLLBACK");
            return repeat ? Outcome::repeat : Outcome::done;
        }
        committed = connection.control("COMMIT", "COMMIT");
        if (!committed && !connection.is_alive()) {
            committed = storage_unavailable(
                "the connection was lost while committing; whether the change was made is not "
                "known.");
        }
        return !committed && connection.is_alive() && connection.wants_repeat() ? Outcome::repeat
                                                                                : Outcome::done;
    }

    const PostgresOptions options_;
    BoundedQueue<Entry> queue_;
    std::atomic<int> connected_{0};
    std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options) {
    ASSIGN_OR_RETURN(auto first, PostgresConnection::open(options));
    return std::make_unique<PostgresDatabase>(options, std::move(first));
}

}  // namespace tenon
