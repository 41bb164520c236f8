#include "platform/storage/migrations.h"

#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " module TEXT NOT NULL,"
    " number @bigint@ NOT NULL,"
    " name TEXT NOT NULL,"
    " checksum TEXT NOT NULL,"
    " PRIMARY KEY (module, number)"
    ") @strict@";
constexpr std::string_view kListApplied = "SELECT module, number, checksum FROM schema_migrations";
// Two nodes that start at once meet on this row: the second waits for the first one's commit and
// changes nothing.
constexpr std::string_view kClaim =
    "INSERT INTO schema_migrations (module, number, name, checksum) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (module, number) DO NOTHING";

// PostgreSQL can fail CREATE TABLE IF NOT EXISTS when two nodes run it at the same moment.
constexpr int kCreateTriesMax = 5;

using Applied = std::map<std::pair<std::string, std::int64_t>, std::string>;

// FNV-1a, 64 bits: tells an edited file, which is all that is asked of it.
std::string checksum_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return fmt::format("{:016x}", hash);
}

Error migration_error(const Migration& migration, std::string_view why) {
    return {ErrorKind::internal, "storage.migration",
            fmt::format("Migration {}/{}: {}", migration.module, migration.name, why)};
}

Result<std::string_view> engine_word(Engine engine, std::string_view word) {
    const bool is_sqlite = engine == Engine::sqlite;
    if (word == "bigint") return is_sqlite ? "INTEGER" : "BIGINT";
    if (word == "bytes") return is_sqlite ? "BLOB" : "BYTEA";
    if (word == "id") return "TEXT";
    if (word == "strict") return is_sqlite ? "STRICT" : "";
    return Error::internal(fmt::format("@{}@ is not a word of migrations.", word));
}

// The SQL of one engine: each @word@ becomes that engine's word.
Result<std::string> translate(Engine engine, std::string_view sql) {
    std::string out;
    while (true) {
        const std::size_t begin = sql.find('@');
        out += sql.substr(0, begin);
        if (begin == std::string_view::npos) return out;
        const std::size_t end = sql.find('@', begin + 1);
        if (end == std::string_view::npos) return Error::internal("an @ has no partner.");
        ASSIGN_OR_RETURN(const std::string_view word,
                         engine_word(engine, sql.substr(begin + 1, end - begin - 1)));
        out += word;
        sql.remove_prefix(end + 1);
    }
}

// A statement ends with a semicolon at a line's end; lines that begin with -- are comments.
Result<std::vector<std::string>> statements_of(std::string_view sql) {
    std::vector<std::string> statements;
    std::string open;
    for (const std::string_view line : split(sql, '\n')) {
        const std::string_view text = trim(line);
        if (text.empty() || text.starts_with("--")) continue;
        open += text;
        open += '\n';
        if (!text.ends_with(';')) continue;
        statements.push_back(std::exchange(open, {}));
    }
    if (!open.empty()) return Error::internal("the last statement does not end with a semicolon.");
    return statements;
}

Ok run_statements(Connection& tx, Engine engine, const Migration& migration) {
    auto sql = translate(engine, migration.sql);
    if (!sql) return migration_error(migration, sql.error().message);
    const auto statements = statements_of(*sql);
    if (!statements) return migration_error(migration, statements.error().message);
    for (const std::string& statement : *statements) {
        if (const auto done = tx.execute(statement); !done) {
            return migration_error(migration, done.error().message);
        }
    }
    return {};
}

// 1 when the migration was applied here, 0 when another node has done so.
Result<int> apply(Connection& tx, Engine engine, const Migration& migration) {
    // A large table may take longer than any request should.
    if (engine == Engine::postgresql)
        RETURN_IF_ERROR(tx.execute("SET LOCAL statement_timeout = 0"));
    ASSIGN_OR_RETURN(const auto claimed,
                     tx.execute(kClaim, {migration.module, migration.number, migration.name,
                                         checksum_of(migration.sql)}));
    if (claimed == 0) return 0;
    RETURN_IF_ERROR(run_statements(tx, engine, migration));
    return 1;
}

Result<Applied> list_applied(Connection& tx) {
    ASSIGN_OR_RETURN(const Rows rows, tx.query(kListApplied));
    Applied applied;
    for (const Row& row : rows) applied[{row.text(0), row.integer(1)}] = row.text(2);
    return applied;
}

Ok check_order(const std::vector<Migration>& migrations) {
    std::map<std::string, int> last;
    for (const Migration& migration : migrations) {
        int& before = last[migration.module];
        if (migration.number != ++before) {
            return migration_error(migration, fmt::format("number {:04} was expected.", before));
        }
    }
    return {};
}

// What the database has must be what this program knows.
Ok check_applied(const std::vector<Migration>& migrations, Applied applied) {
    for (const Migration& migration : migrations) {
        const auto row = applied.find({migration.module, migration.number});
        if (row == applied.end()) continue;
        if (row->second != checksum_of(migration.sql)) {
            return migration_error(migration,
                                   "it was changed after it ran on this database. Migrations only "
                                   "go forward: undo the "
                                   "change and add a new one.");
        }
        applied.erase(row);
    }
    if (applied.empty()) return {};
    const auto& [module, number] = applied.begin()->first;
    return Error{
        ErrorKind::internal, "storage.migration",
        fmt::format("The database has migration {}/{:04}, which this program does not know. "
                    "It was written by a newer version; start that one.",
                    module, number)};
}

Task<Ok> create_table(Database& database) {
    ASSIGN_OR_CO_RETURN(const std::string sql, translate(database.engine(), kCreateTable));
    Ok created;
    for (int tries = 0; tries < kCreateTriesMax; ++tries) {
        created = co_await database.write([&sql](Connection& tx) -> Ok {
            RETURN_IF_ERROR(tx.execute(sql));
            return {};
        });
        if (created || created.error().kind == ErrorKind::unavailable) break;
    }
    co_return created;
}

}  // namespace

Task<Result<int>> migrate(Database& database, std::vector<Migration> migrations) {
    CO_RETURN_IF_ERROR(check_order(migrations));
    CO_RETURN_IF_ERROR(co_await create_table(database));
    ASSIGN_OR_CO_RETURN(const Applied applied, co_await database.read(list_applied));
    CO_RETURN_IF_ERROR(check_applied(migrations, applied));
    int count = 0;
    for (const Migration& migration : migrations) {
        if (applied.contains({migration.module, migration.number})) continue;
        ASSIGN_OR_CO_RETURN(const int done, co_await database.write([&](Connection& tx) {
            return apply(tx, database.engine(), migration);
        }));
        if (done > 0)
            log_info("storage.migrated", {{"module", migration.module}, {"name", migration.name}});
        count += done;
    }
    co_return count;
}

}  // namespace tenon
