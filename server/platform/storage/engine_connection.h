// What the connections of both engines share: parameters are checked before the engine sees them,
// and the first failed statement dooms the transaction, on SQLite as PostgreSQL has it.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/storage/database.h"

namespace tenon {

class EngineConnection : public Connection {
 public:
    Result<Rows> query(std::string_view sql, const std::vector<SqlValue>& parameters) final;
    Result<std::int64_t> execute(std::string_view sql,
                                 const std::vector<SqlValue>& parameters) final;

    // Runs the closure of a job and tells whether to commit. An error is not the closure's own: a
    // statement failed though the closure returned a value, or the closure threw.
    Result<bool> run_closure(const std::function<bool(Connection&)>& closure);

    // Why the last closure's transaction is doomed, if it is.
    const std::optional<Error>& failure() const { return failure_; }

 protected:
    virtual Result<Rows> run_query(std::string_view sql,
                                   const std::vector<SqlValue>& parameters) = 0;
    virtual Result<std::int64_t> run_execute(std::string_view sql,
                                             const std::vector<SqlValue>& parameters) = 0;

 private:
    Ok check(const std::vector<SqlValue>& parameters);

    std::optional<Error> failure_;
};

// Error values of the codes that database.h documents.
Error storage_unique(std::string_view columns);
Error storage_foreign_key();
Error storage_unavailable(std::string_view why);
Error storage_failed(std::string_view why);

}  // namespace tenon
