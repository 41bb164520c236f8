// SQLite as the embedded database: WAL, synchronous=FULL, one process owns the file (an exclusive
// lock beside it). One writer thread runs the write closures; those that wait together share one
// commit (each in its own savepoint, so one failure does not undo its neighbours). Reader threads
// run the read closures.
#pragma once

#include <filesystem>
#include <memory>

#include "platform/storage/database.h"

namespace tenon {

struct SqliteOptions {
    std::filesystem::path path;
    int reader_threads = 2;
    std::size_t queue_max = 10'000;      // waiting closures of each kind
    std::size_t group_commit_max = 256;  // closures that share one commit
};

// Fails with a clear sentence when another process owns the file or the folder cannot be written.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

}  // namespace tenon
