#include "platform/storage/sqlite_connection.h"

#include <charconv>
#include <fmt/format.h>

namespace tenon {
namespace {

// Other processes do not write to the file, but a backup tool or a curious person may hold a lock
// for a moment.
constexpr int kBusyTimeoutMs = 5'000;

// synchronous=FULL in WAL mode makes each commit durable. secure_delete overwrites what is deleted,
// so that a disconnected credential does not stay in free pages.
constexpr const char* kSetUp =
    "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
    "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;";

// "UNIQUE constraint failed: t.a, t.b" names the columns after the colon.
std::string_view columns_of(std::string_view message) {
    const std::size_t colon = message.find(": ");
    return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

Error error_from(int extended_code, std::string_view message) {
    switch (extended_code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return storage_unique(columns_of(message));
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return storage_foreign_key();
        default:
            break;
    }
    switch (extended_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
            return storage_unavailable(fmt::format("{}.", message));
        default:
            return storage_failed(fmt::format("{}.", message));
    }
}

Result<SqlValue> column_value(sqlite3_stmt* statement, int column) {
    const auto size = [&] {
        return static_cast<std::size_t>(::sqlite3_column_bytes(statement, column));
    };
    switch (::sqlite3_column_type(statement, column)) {
        case SQLITE_NULL:
            return SqlValue();
        case SQLITE_INTEGER:
            return SqlValue(std::int64_t{::sqlite3_column_int64(statement, column)});
        case SQLITE_TEXT: {
            const auto* text =
                reinterpret_cast<const char*>(::sqlite3_column_text(statement, column));
            return SqlValue(std::string(text, size()));
        }
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement, column));
            return SqlValue(Bytes{bytes == nullptr ? std::string() : std::string(bytes, size())});
        }
        default:
            return storage_failed("a column holds a floating-point number.");
    }
}

Result<Row> row_of(sqlite3_stmt* statement) {
    const int count = ::sqlite3_column_count(statement);
    std::vector<SqlValue> values;
    values.reserve(static_cast<std::size_t>(count));
    for (int column = 0; column < count; ++column) {
        ASSIGN_OR_RETURN(SqlValue value, column_value(statement, column));
        values.push_back(std::move(value));
    }
    return Row(std::move(values));
}

// The parameters outlive the statement's run, so SQLite need not copy them.
int bind_value(sqlite3_stmt* statement, int index, const SqlValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value.variant())) {
        return ::sqlite3_bind_int64(statement, index, *number);
    }
    if (const auto* text = std::get_if<std::string>(&value.variant())) {
        return ::sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                                     SQLITE_UTF8);
    }
    if (const auto* bytes = std::get_if<Bytes>(&value.variant())) {
        return ::sqlite3_bind_blob64(statement, index, bytes->data.data(), bytes->data.size(),
                                     SQLITE_STATIC);
    }
    return ::sqlite3_bind_null(statement, index);
}

// "$12" gives 12; 0 for anything else.
std::size_t position_of(const char* name) {
    const std::string_view text = name == nullptr ? "" : name;
    std::size_t position = 0;
    if (text.size() < 2 || text.front() != '$') return 0;
    const auto [end, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), position);
    return ec == std::errc{} && end == text.data() + text.size() ? position : 0;
}

}  // namespace

// A statement in use: reset and without bindings again at the end of the scope.
class SqliteConnection::Use {
 public:
    explicit Use(const Statement& statement) : handle_(statement.handle.get()) {}
    ~Use() {
        ::sqlite3_reset(handle_);
        ::sqlite3_clear_bindings(handle_);
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    sqlite3_stmt* handle() const { return handle_; }

 private:
    sqlite3_stmt* handle_;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& path,
                                                                 Mode mode) {
    sqlite3* handle = nullptr;
    const int flags = (mode == Mode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
    if (code != SQLITE_OK) {
        return error_from(code, fmt::format("{}: {}", path.string(), ::sqlite3_errstr(code)));
    }
    ::sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    ::sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (mode == Mode::read_write) RETURN_IF_ERROR(connection->control("PRAGMA journal_mode=WAL"));
    RETURN_IF_ERROR(connection->control(kSetUp));
    return connection;
}

Error SqliteConnection::error() const {
    return error_from(::sqlite3_extended_errcode(handle_.get()), ::sqlite3_errmsg(handle_.get()));
}

Ok SqliteConnection::control(std::string_view sql) {
    const std::string text(sql);
    if (::sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return error();
    }
    return {};
}

Result<SqliteConnection::Statement*> SqliteConnection::prepare(std::string_view sql) {
    if (const auto known = statements_.find(sql); known != statements_.end()) return &known->second;
    if (statements_.size() >= kStatementsMax) statements_.clear();
    Statement statement;
    sqlite3_stmt* handle = nullptr;
    const char* rest = nullptr;
    if (::sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                             SQLITE_PREPARE_PERSISTENT, &handle, &rest) != SQLITE_OK) {
        return error();
    }
    statement.handle.reset(handle);
    if (handle == nullptr) return storage_failed("an empty statement.");
    // SQLite numbers $-parameters in the order of their first appearance; the name says which one
    // is meant.
    const int count = ::sqlite3_bind_parameter_count(handle);
    for (int index = 1; index <= count; ++index) {
        const std::size_t position = position_of(::sqlite3_bind_parameter_name(handle, index));
        if (position == 0) return storage_failed("parameters are written $1, $2, ….");
        statement.positions.push_back(position);
        statement.parameter_count = std::max(statement.parameter_count, position);
    }
    return &statements_.emplace(std::string(sql), std::move(statement)).first->second;
}

Ok SqliteConnection::bind(const Statement& statement, const std::vector<SqlValue>& parameters) {
    if (parameters.size() != statement.parameter_count) {
        return storage_failed(fmt::format("a statement takes {} parameters and was given {}.",
                                          statement.parameter_count, parameters.size()));
    }
    int index = 0;
    for (const std::size_t position : statement.positions) {
        if (bind_value(statement.handle.get(), ++index, parameters[position - 1]) != SQLITE_OK) {
            return error();
        }
    }
    return {};
}

Result<Rows> SqliteConnection::run_query(std::string_view sql,
                                         const std::vector<SqlValue>& parameters) {
    ASSIGN_OR_RETURN(const Statement* statement, prepare(sql));
    const Use use(*statement);
    RETURN_IF_ERROR(bind(*statement, parameters));
    Rows rows;
    while (true) {
        const int code = ::sqlite3_step(use.handle());
        if (code == SQLITE_DONE) return rows;
        if (code != SQLITE_ROW) return error();
        ASSIGN_OR_RETURN(Row row, row_of(use.handle()));
        rows.push_back(std::move(row));
    }
}

Result<std::int64_t> SqliteConnection::run_execute(std::string_view sql,
                                                   const std::vector<SqlValue>& parameters) {
    // sqlite3_changes() keeps the count of an earlier statement when this one is not an INSERT,
    // UPDATE or DELETE.
    const auto before = ::sqlite3_total_changes64(handle_.get());
    RETURN_IF_ERROR(run_query(sql, parameters));
    if (::sqlite3_total_changes64(handle_.get()) == before) return 0;
    return ::sqlite3_changes64(handle_.get());
}

}  // namespace tenon
