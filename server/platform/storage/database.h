// The database as the capabilities see it: closures that run on a database thread, inside one
// transaction, never on an event loop. The same SQL runs on SQLite and PostgreSQL; parameters are
// written $1, $2, … and always bound.
//
//     co_return co_await database.write([&](Connection& tx) -> Result<Project> {
//         RETURN_IF_ERROR(projects_.insert(tx, project));
//         return audit_.append(tx, event).transform(...);
//     });
//
// A closure may run more than once (PostgreSQL asks for a repeat after a serialization failure), so
// it must not consume what it captures. It captures by reference only what outlives the co_await.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/result.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {

// Bytes that are not text. A separate type, since PostgreSQL tells bytea from text.
struct Bytes {
    std::string data;
    bool operator==(const Bytes&) const = default;
};

// NULL, a 64-bit integer, text (UTF-8), or bytes. Booleans are the integers 0 and 1, times are
// milliseconds.
class SqlValue {
 public:
    SqlValue() = default;
    SqlValue(std::nullptr_t) {}
    SqlValue(bool flag) : value_(std::int64_t{flag}) {}
    template <class Integer>
        requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
    SqlValue(Integer number) : value_(static_cast<std::int64_t>(number)) {}
    SqlValue(std::string text) : value_(std::move(text)) {}
    SqlValue(std::string_view text) : value_(std::string(text)) {}
    SqlValue(const char* text) : value_(std::string(text)) {}
    SqlValue(Bytes bytes) : value_(std::move(bytes)) {}
    template <class T>
    SqlValue(const std::optional<T>& maybe) {
        if (maybe) *this = SqlValue(*maybe);
    }

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    const std::variant<std::monostate, std::int64_t, std::string, Bytes>& variant() const {
        return value_;
    }

 private:
    std::variant<std::monostate, std::int64_t, std::string, Bytes> value_;
};

// One row of an answer. Columns are read by position in the order of the SELECT; reading a NULL
// with a plain getter gives 0 or an empty text.
class Row {
 public:
    explicit Row(std::vector<SqlValue> values) : values_(std::move(values)) {}
    bool is_null(std::size_t column) const { return values_.at(column).is_null(); }
    std::int64_t integer(std::size_t column) const;
    bool boolean(std::size_t column) const { return integer(column) != 0; }
    const std::string& text(std::size_t column) const;
    const std::string& bytes(std::size_t column) const;
    std::optional<std::string> optional_text(std::size_t column) const;
    std::optional<std::int64_t> optional_integer(std::size_t column) const;

 private:
    std::vector<SqlValue> values_;
};

using Rows = std::vector<Row>;

// An open transaction, valid inside its closure only. The first failed statement dooms it, as
// PostgreSQL has it: later statements fail the same way and nothing is committed, so write ON
// CONFLICT … DO NOTHING where a conflict is expected. A parameter that may be NULL and stands where
// no column gives it a type is written CAST($1 AS TEXT).
//
// Errors: conflict "storage.unique" (message names the constraint's columns), conflict
// "storage.foreign_key", invalid_input "storage.invalid_text" (a NUL or invalid UTF-8), unavailable
// "storage.unavailable" (busy, disk full, connection lost), internal "storage.failed".
class Connection {
 public:
    virtual ~Connection() = default;
    virtual Result<Rows> query(std::string_view sql, const std::vector<SqlValue>& parameters) = 0;
    // Returns how many rows changed.
    virtual Result<std::int64_t> execute(std::string_view sql,
                                         const std::vector<SqlValue>& parameters) = 0;

    Result<Rows> query(std::string_view sql) { return query(sql, {}); }
    Result<std::int64_t> execute(std::string_view sql) { return execute(sql, {}); }
    // The first row, if there is one.
    Result<std::optional<Row>> find_row(std::string_view sql,
                                        const std::vector<SqlValue>& parameters);
};

enum class Engine { sqlite, postgresql };

class Database {
 public:
    virtual ~Database() = default;
    virtual Engine engine() const = 0;

    // Runs `fn` (Result<T>(Connection&)) in a read-only snapshot.
    template <class Fn>
    Task<std::invoke_result_t<Fn, Connection&>> read(Fn fn) {
        return run(Access::read, std::move(fn));
    }
    // Runs `fn` in a write transaction: committed and durable when the result is a value, rolled
    // back when it is an error. SQLite groups the writes that wait together into one commit.
    template <class Fn>
    Task<std::invoke_result_t<Fn, Connection&>> write(Fn fn) {
        return run(Access::write, std::move(fn));
    }

 protected:
    enum class Access { read, write };

    // A job as the engine sees it: attempt() runs the closure and tells whether to commit; finish()
    // is called once, with the commit's own outcome, from any thread.
    class Job {
     public:
        virtual ~Job() = default;
        virtual bool attempt(Connection& connection) = 0;
        virtual void finish(Ok committed) = 0;
    };
    // Queues the job, or finishes it at once with `unavailable` when the bounded queue is full.
    virtual void submit(Access access, std::shared_ptr<Job> job) = 0;

 private:
    template <class Fn>
    class ClosureJob;
    template <class Fn>
    Task<std::invoke_result_t<Fn, Connection&>> run(Access access, Fn fn);
};

// ---- implementation of the templates above ----

template <class Fn>
class Database::ClosureJob final : public Database::Job {
 public:
    using Answer = std::invoke_result_t<Fn, Connection&>;
    explicit ClosureJob(Fn f) : fn(std::move(f)) {}

    bool attempt(Connection& connection) override {
        answer.emplace(fn(connection));
        return answer->has_value();
    }
    void finish(Ok committed) override {
        // A failed closure keeps its own error; a failed commit replaces the value.
        if (!committed && (!answer || answer->has_value()))
            answer.emplace(std::move(committed).error());
        done.set();
    }

    Fn fn;
    std::optional<Answer> answer;
    OneShot done;
};

template <class Fn>
Task<std::invoke_result_t<Fn, Connection&>> Database::run(Access access, Fn fn) {
    const auto job = std::make_shared<ClosureJob<Fn>>(std::move(fn));
    submit(access, job);
    co_await job->done;
    co_return std::move(*job->answer);
}

}  // namespace tenon
