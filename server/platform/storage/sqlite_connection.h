// One SQLite handle with its prepared statements. Used by one thread at a time.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <vector>

#include "platform/storage/engine_connection.h"

namespace tenon {

class SqliteConnection final : public EngineConnection {
 public:
    enum class Mode { read_write, read_only };

    // The file exists already (with its final permissions). Errors: internal "storage.failed",
    // unavailable.
    static Result<std::unique_ptr<SqliteConnection>> open(const std::filesystem::path& path,
                                                          Mode mode);

    // BEGIN, COMMIT, SAVEPOINT and such: no parameters, no answer, and a failure dooms nothing.
    Ok control(std::string_view sql);
    // False after SQLite has rolled the whole transaction back by itself (disk full, I/O error).
    bool in_transaction() const { return ::sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
    // Statements beyond this many are made anew; the program's SQL is constant, so this is only a
    // guard.
    static constexpr std::size_t kStatementsMax = 512;

    struct CloseHandle {
        void operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
    };
    struct Statement {
        std::unique_ptr<sqlite3_stmt, Finalize> handle;
        std::vector<std::size_t> positions;  // SQLite's parameter i+1 is our $positions[i]
        std::size_t parameter_count = 0;     // the highest $n
    };
    class Use;

    explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}

    Result<Rows> run_query(std::string_view sql, const std::vector<SqlValue>& parameters) override;
    Result<std::int64_t> run_execute(std::string_view sql,
                                     const std::vector<SqlValue>& parameters) override;
    Result<Statement*> prepare(std::string_view sql);
    Ok bind(const Statement& statement, const std::vector<SqlValue>& parameters);
    Error error() const;

    std::unique_ptr<sqlite3, CloseHandle> handle_;
    std::map<std::string, Statement, std::less<>> statements_;
};

}  // namespace tenon
