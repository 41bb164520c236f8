#include "platform/storage/sqlite_database.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "platform/logging/log.h"
#include "platform/storage/bounded_queue.h"
#include "platform/storage/sqlite_connection.h"

namespace tenon {
namespace {

class Descriptor {
 public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

 private:
    int fd_;
};

std::string reason_of(int error_number) { return std::generic_category().message(error_number); }

Error cannot_open(const std::filesystem::path& path, int error_number) {
    return {ErrorKind::internal, "storage.cannot_open",
            fmt::format("The database file {} cannot be opened for writing: {}.", path.string(),
                        reason_of(error_number))};
}

// Opens a file that only this user may read, makes it when it is missing, and corrects older
// permissions.
Result<Descriptor> open_private_file(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.get() < 0) return cannot_open(path, errno);
    if (::fchmod(file.get(), 0600) != 0) return cannot_open(path, errno);
    return file;
}

// Owns the database as long as the descriptor is open; the kernel lets go of it when the process
// dies.
Result<Descriptor> take_ownership(const std::filesystem::path& path) {
    std::filesystem::path lock_path = path;
    lock_path += ".lock";
    ASSIGN_OR_RETURN(Descriptor lock, open_private_file(lock_path));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return cannot_open(lock_path, errno);
    return Error{
        ErrorKind::unavailable, "storage.owned",
        fmt::format("Another process owns the database {} (it holds {}). One process owns a "
                    "SQLite file; stop it first, or use PostgreSQL for more than one.",
                    path.string(), lock_path.string())};
}

class SqliteDatabase final : public Database {
 public:
    using Connections = std::vector<std::unique_ptr<SqliteConnection>>;

    SqliteDatabase(const SqliteOptions& options, Descriptor lock,
                   std::unique_ptr<SqliteConnection> writer, Connections readers)
        : lock_(std::move(lock)),
          group_commit_max_(options.group_commit_max),
          writer_(std::move(writer)),
          readers_(std::move(readers)),
          writes_(options.queue_max),
          reads_(options.queue_max) {
        threads_.emplace_back([this] { run_writer(); });
        for (const auto& reader : readers_) {
            threads_.emplace_back([this, connection = reader.get()] { run_reader(*connection); });
        }
    }

    ~SqliteDatabase() override {
        writes_.close();
        reads_.close();
        for (std::thread& thread : threads_) thread.join();
        // Readers close first, so that the writer's close is the last one and empties the
        // write-ahead log.
        readers_.clear();
        writer_.reset();
    }

    Engine engine() const override { return Engine::sqlite; }

 protected:
    void submit(Access access, std::shared_ptr<Job> job) override {
        const bool accepted = (access == Access::write ? writes_ : reads_).push(job);
        if (!accepted) job->finish(storage_unavailable("too many requests are waiting for it."));
    }

 private:
    using Jobs = std::vector<std::shared_ptr<Job>>;

    void run_writer() {
        ::pthread_setname_np(::pthread_self(), "sqlite-writer");
        while (true) {
            const Jobs group = writes_.pop(group_commit_max_);
            if (group.empty()) return;
            const Ok committed = commit_group(group);
            if (!committed) {
                log_warning("storage.commit_failed", {{"why", committed.error().message}});
            }
        }
    }

    // Runs a group in one transaction and tells every job the outcome. A job with an outcome of its
    // own gets that one; the others share the commit's.
    Ok commit_group(const Jobs& group) {
        std::vector<Ok> outcomes(group.size());
        Ok committed = writer_->control("BEGIN IMMEDIATE");
        for (std::size_t i = 0; committed && i < group.size(); ++i) {
            committed = run_in_savepoint(*group[i], outcomes[i]);
        }
        if (committed) committed = writer_->control("COMMIT");
        if (!committed && writer_->in_transaction()) (void)writer_->control("ROLLBACK");
        for (std::size_t i = 0; i < group.size(); ++i) {
            group[i]->finish(committed && !outcomes[i] ? outcomes[i] : committed);
        }
        return committed;
    }

    // `outcome` is for this job alone; an error that is returned ends the whole group.
    Ok run_in_savepoint(Job& job, Ok& outcome) {
        RETURN_IF_ERROR(writer_->control("SAVEPOINT job"));
        const Result<bool> commit =
            writer_->run_closure([&](Connection& connection) { return job.attempt(connection); });
        if (!commit) outcome = commit.error();
        if (!writer_->in_transaction()) {
            // The disk is full or failing: SQLite has undone the neighbours' work too.
            return writer_->failure().value_or(storage_unavailable("the transaction was undone."));
        }
        if (!commit || !*commit) RETURN_IF_ERROR(writer_->control("ROLLBACK TO job"));
        return writer_->control("RELEASE job");
    }

    void run_reader(SqliteConnection& connection) {
        ::pthread_setname_np(::pthread_self(), "sqlite-reader");
        while (true) {
            const Jobs jobs = reads_.pop(1);
            if (jobs.empty()) return;
            jobs.front()->finish(read(connection, *jobs.front()));
        }
    }

    static Ok read(SqliteConnection& connection, Job& job) {
        RETURN_IF_ERROR(connection.control("BEGIN"));
        const Result<bool> outcome =
            connection.run_closure([&](Connection& c) { return job.attempt(c); });
        Ok ended = connection.control("COMMIT");
        if (connection.in_transaction()) (void)connection.control("ROLLBACK");
        if (!outcome) return outcome.error();
        return ended;
    }

    Descriptor lock_;
    const std::size_t group_commit_max_;
    std::unique_ptr<SqliteConnection> writer_;
    Connections readers_;
    BoundedQueue<std::shared_ptr<Job>> writes_;
    BoundedQueue<std::shared_ptr<Job>> reads_;
    std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options) {
    std::error_code ec;
    if (options.path.has_parent_path() &&
        !std::filesystem::exists(options.path.parent_path(), ec)) {
        std::filesystem::create_directories(options.path.parent_path(), ec);
        if (ec) return cannot_open(options.path, ec.value());
    }
    ASSIGN_OR_RETURN(Descriptor lock, take_ownership(options.path));
    RETURN_IF_ERROR(open_private_file(options.path));
    using Mode = SqliteConnection::Mode;
    ASSIGN_OR_RETURN(auto writer, SqliteConnection::open(options.path, Mode::read_write));
    SqliteDatabase::Connections readers;
    for (int i = 0; i < options.reader_threads; ++i) {
        ASSIGN_OR_RETURN(auto reader, SqliteConnection::open(options.path, Mode::read_only));
        readers.push_back(std::move(reader));
    }
    return std::make_unique<SqliteDatabase>(options, std::move(lock), std::move(writer),
                                            std::move(readers));
}

}  // namespace tenon
