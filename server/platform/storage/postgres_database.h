// PostgreSQL 15 and newer, and its distributed kin. A pool of connections, each with its own
// thread; read closures run in REPEATABLE READ READ ONLY, write closures in READ COMMITTED, and are
// repeated up to three times after a serialization failure or a deadlock. A lost connection is
// opened again with backoff; meanwhile callers get `unavailable`.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/secret.h"
#include "platform/storage/database.h"

namespace tenon {

struct PostgresOptions {
    Secret url;  // postgresql://user:password@host:port/database?sslmode=…
    int connections = 8;
    std::size_t queue_max = 10'000;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{15'000};
    std::chrono::milliseconds queue_timeout{5'000};  // waiting longer than this gives `unavailable`
};

Result<std::unique_ptr<Database>> open_postgres(const PostgresOptions& options);

}  // namespace tenon
