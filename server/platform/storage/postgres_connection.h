// One libpq connection with its prepared statements. Used by one thread at a time; every wait has a
// deadline, so a network that swallows packets cannot hold a thread.
#pragma once

#include <chrono>
#include <libpq-fe.h>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/storage/engine_connection.h"
#include "platform/storage/postgres_database.h"

namespace tenon {

class PostgresConnection final : public EngineConnection {
 public:
    // Errors: unavailable "storage.unavailable"; internal "storage.failed" for a URL or a server
    // that cannot work.
    static Result<std::unique_ptr<PostgresConnection>> open(const PostgresOptions& options);

    // BEGIN, COMMIT and ROLLBACK. The answer's tag is checked: COMMIT of a failed transaction is an
    // error.
    Ok control(const char* sql, std::string_view tag);
    // False once the connection is lost; it is never used again then.
    bool is_alive() const { return alive_ && ::PQstatus(handle_.get()) == CONNECTION_OK; }
    // Whether the last failed statement asks for a repeat of the whole transaction.
    bool wants_repeat() const { return wants_repeat_; }

 private:
    // Statements beyond this many are prepared anew; the program's SQL is constant, so this is only
    // a guard.
    static constexpr std::size_t kStatementsMax = 512;

    struct Finish {
        void operator()(PGconn* handle) const { ::PQfinish(handle); }
    };
    struct Clear {
        void operator()(PGresult* result) const { ::PQclear(result); }
    };
    using Answer = std::unique_ptr<PGresult, Clear>;
    using Deadline = std::chrono::steady_clock::time_point;
    struct Parameters;

    PostgresConnection(PGconn* handle, std::chrono::milliseconds answer_timeout)
        : handle_(handle), answer_timeout_(answer_timeout) {}

    Result<Rows> run_query(std::string_view sql, const std::vector<SqlValue>& parameters) override;
    Result<std::int64_t> run_execute(std::string_view sql,
                                     const std::vector<SqlValue>& parameters) override;
    Ok connect(Deadline deadline);
    Result<Answer> execute_prepared(std::string_view sql, const std::vector<SqlValue>& parameters);
    Result<std::string> prepare(std::string_view sql, const Parameters& parameters);
    // Waits for the answer of what was sent. `sent` is libpq's return value.
    Result<Answer> await_answer(int sent);
    Ok wait_readable(Deadline deadline);
    Error lost(std::string_view why);
    Error error_of(const PGresult* result);

    std::unique_ptr<PGconn, Finish> handle_;
    std::chrono::milliseconds answer_timeout_;
    std::map<std::string, std::string, std::less<>> statements_;  // types and SQL to name
    std::size_t prepared_count_ = 0;
    bool alive_ = true;
    bool wants_repeat_ = false;
};

}  // namespace tenon
