#include "platform/storage/postgres_connection.h"

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>

#include "base/text.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

// Types by their fixed numbers in pg_type.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;

constexpr int kServerVersionMin = 150'000;
// The server ends a statement first; this much later the connection counts as lost.
constexpr std::chrono::milliseconds kAnswerMargin{2'000};

// The big-endian form of a 64-bit integer.
std::string int8_bytes(std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value);
    std::string bytes(8, '\0');
    for (std::size_t i = 8; i-- > 0; bits >>= 8) bytes[i] = static_cast<char>(bits & 0xff);
    return bytes;
}

Result<SqlValue> integer_value(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end != text.data() + text.size()) {
        return storage_failed("a column does not hold a 64-bit integer.");
    }
    return SqlValue(number);
}

Result<SqlValue> column_value(const PGresult* result, int row, int column) {
    if (::PQgetisnull(result, row, column) != 0) return SqlValue();
    const std::string_view text(::PQgetvalue(result, row, column),
                                static_cast<std::size_t>(::PQgetlength(result, row, column)));
    switch (::PQftype(result, column)) {
        case kInt2:
        case kInt4:
        case kInt8:
        case kNumeric:
            return integer_value(text);  // sum() of integers is numeric
        case kBool:
            return SqlValue(text == "t");
        case kFloat4:
        case kFloat8:
            return storage_failed("a column holds a floating-point number.");
        case kBytea: {
            // The output format "\x…" is the default since 9.0 and set at connection.
            auto bytes = hex_decode(text.substr(std::min<std::size_t>(2, text.size())));
            if (!bytes) return storage_failed("a column's bytes are not in the hex format.");
            return SqlValue(Bytes{std::move(*bytes)});
        }
        default:
            return SqlValue(text);
    }
}

Result<Rows> rows_of(const PGresult* result) {
    Rows rows;
    const int row_count = ::PQntuples(result);
    const int column_count = ::PQnfields(result);
    rows.reserve(static_cast<std::size_t>(row_count));
    for (int row = 0; row < row_count; ++row) {
        std::vector<SqlValue> values;
        values.reserve(static_cast<std::size_t>(column_count));
        for (int column = 0; column < column_count; ++column) {
            ASSIGN_OR_RETURN(SqlValue value, column_value(result, row, column));
            values.push_back(std::move(value));
        }
        rows.emplace_back(std::move(values));
    }
    return rows;
}

std::string_view field_of(const PGresult* result, int field) {
    const char* text = ::PQresultErrorField(result, field);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

// "t.a, t.b" of a unique violation, as SQLite names it. The detail is "Key (a, b)=(values) already
// exists."; the values must not travel on.
std::string unique_columns(const PGresult* result) {
    const std::string_view table = field_of(result, PG_DIAG_TABLE_NAME);
    std::string_view detail = field_of(result, PG_DIAG_MESSAGE_DETAIL);
    const std::size_t end = detail.find(")=(");
    if (!detail.starts_with("Key (") || end == std::string_view::npos) {
        return std::string(field_of(result, PG_DIAG_CONSTRAINT_NAME));
    }
    std::string columns;
    for (const std::string_view column : split(detail.substr(5, end - 5), ',')) {
        columns += fmt::format("{}{}.{}", columns.empty() ? "" : ", ", table, trim(column));
    }
    return columns;
}

// Serialization failure, deadlock, a prepared statement that the server has forgotten (a pooler
// switched servers), a cached plan that no longer fits after a migration.
bool is_repeat_state(std::string_view state) {
    return state == "40001" || state == "40P01" || state == "26000" || state == "0A000";
}

// Connection trouble, out of resources, operator intervention and cancelled statements, a lock not
// had in time.
bool is_unavailable_state(std::string_view state) {
    return state.starts_with("08") || state.starts_with("53") || state.starts_with("57") ||
           state.starts_with("58") || state == "55P03" || is_repeat_state(state);
}

struct Free {
    void operator()(PQconninfoOption* options) const { ::PQconninfoFree(options); }
};

// libpq's own message would repeat parts of the URL, and with them perhaps the password.
Ok check_url(const std::string& url) {
    const bool is_url = url.starts_with("postgresql://") || url.starts_with("postgres://");
    const std::unique_ptr<PQconninfoOption, Free> parsed(::PQconninfoParse(url.c_str(), nullptr));
    if (is_url && parsed) return {};
    return Error{ErrorKind::invalid_input, "storage.invalid_url",
                 "The database URL is not a PostgreSQL URL "
                 "(postgresql://user:password@host:port/database?sslmode=…)."};
}

}  // namespace

// The parameters as libpq takes them, all in binary form and each with its type.
struct PostgresConnection::Parameters {
    explicit Parameters(const std::vector<SqlValue>& values) {
        storage.reserve(values.size());
        for (const SqlValue& value : values) add(value);
    }

    void add(const SqlValue& value) {
        formats.push_back(1);
        if (const auto* number = std::get_if<std::int64_t>(&value.variant())) {
            storage.push_back(int8_bytes(*number));
            add_bytes('i', kInt8, storage.back());
        } else if (const auto* text = std::get_if<std::string>(&value.variant())) {
            add_bytes('t', kText, *text);
        } else if (const auto* bytes = std::get_if<Bytes>(&value.variant())) {
            add_bytes('b', kBytea, bytes->data);
        } else {
            // NULL takes the type of its place.
            signature += 'n';
            types.push_back(0);
            data.push_back(nullptr);
            sizes.push_back(0);
        }
    }

    void add_bytes(char letter, Oid type, const std::string& bytes) {
        signature += letter;
        types.push_back(type);
        data.push_back(bytes.data());
        sizes.push_back(static_cast<int>(bytes.size()));
    }

    int count() const { return static_cast<int>(types.size()); }

    std::string signature;  // one letter a parameter
    std::vector<Oid> types;
    std::vector<const char*> data;
    std::vector<int> sizes;
    std::vector<int> formats;
    std::vector<std::string> storage;
};

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(
    const PostgresOptions& options) {
    const std::string url(options.url.reveal());
    RETURN_IF_ERROR(check_url(url));
    // Later entries win over the URL; `options` of the URL (a search path, say) is left alone.
    const char* const keywords[] = {"dbname",           "client_encoding", "application_name",
                                    "tcp_user_timeout", "keepalives_idle", nullptr};
    const char* const values[] = {url.c_str(), "UTF8", "tenon", "10000", "30", nullptr};
    PGconn* handle = ::PQconnectStartParams(keywords, values, 1);
    if (handle == nullptr) return storage_unavailable("out of memory.");
    std::unique_ptr<PostgresConnection> connection(
        new PostgresConnection(handle, options.statement_timeout + kAnswerMargin));
    RETURN_IF_ERROR(
        connection->connect(std::chrono::steady_clock::now() + options.connect_timeout));
    if (::PQserverVersion(handle) < kServerVersionMin) {
        log_warning("storage.postgres_old",
                    {{"version", ::PQserverVersion(handle)}, {"wanted", kServerVersionMin}});
    }
    ::PQsetNoticeProcessor(handle, [](void*, const char*) {}, nullptr);
    const std::string set_up = fmt::format(
        "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {};"
        " SET bytea_output = 'hex'",
        options.statement_timeout.count(), 2 * options.statement_timeout.count());
    RETURN_IF_ERROR(connection->control(set_up.c_str(), "SET"));
    return connection;
}

Ok PostgresConnection::connect(Deadline deadline) {
    const bool started = ::PQstatus(handle_.get()) != CONNECTION_BAD;
    PostgresPollingStatusType wanted = started ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED;
    while (wanted != PGRES_POLLING_OK) {
        if (wanted == PGRES_POLLING_FAILED) return lost(trim(::PQerrorMessage(handle_.get())));
        const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        pollfd entry{.fd = ::PQsocket(handle_.get()), .events = events, .revents = 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return lost("connecting took too long.");
        if (::poll(&entry, 1, static_cast<int>(left.count())) > 0) {
            wanted = ::PQconnectPoll(handle_.get());
        }
    }
    return {};
}

Error PostgresConnection::lost(std::string_view why) {
    alive_ = false;
    return storage_unavailable(why);
}

Error PostgresConnection::error_of(const PGresult* result) {
    const std::string_view state = field_of(result, PG_DIAG_SQLSTATE);
    const std::string_view message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!is_alive() || state.empty()) return lost("the connection was lost.");
    if (state == "23505") return storage_unique(unique_columns(result));
    if (state == "23503") return storage_foreign_key();
    wants_repeat_ = is_repeat_state(state);
    if (state == "26000" || state == "0A000") statements_.clear();
    const std::string why = fmt::format("{} ({}).", message, state);
    return is_unavailable_state(state) ? storage_unavailable(why) : storage_failed(why);
}

Ok PostgresConnection::wait_readable(Deadline deadline) {
    pollfd entry{.fd = ::PQsocket(handle_.get()), .events = POLLIN, .revents = 0};
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return lost("it did not answer in time.");
        const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return lost("waiting for it failed.");
    }
}

Result<PostgresConnection::Answer> PostgresConnection::await_answer(int sent) {
    if (sent != 1) return lost("the connection was lost.");
    const Deadline deadline = std::chrono::steady_clock::now() + answer_timeout_;
    Answer last;
    while (true) {
        while (::PQisBusy(handle_.get()) != 0) {
            RETURN_IF_ERROR(wait_readable(deadline));
            if (::PQconsumeInput(handle_.get()) != 1) return lost("the connection was lost.");
        }
        // A query string of several statements has several answers; the last one, or the failed
        // one, counts.
        Answer next(::PQgetResult(handle_.get()));
        if (!next) break;
        last = std::move(next);
    }
    if (!last) return lost("the connection was lost.");
    const ExecStatusType status = ::PQresultStatus(last.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return last;
    return error_of(last.get());
}

Ok PostgresConnection::control(const char* sql, std::string_view tag) {
    wants_repeat_ = false;
    ASSIGN_OR_RETURN(const Answer answer, await_answer(::PQsendQuery(handle_.get(), sql)));
    if (tag == ::PQcmdStatus(answer.get())) return {};
    return storage_failed("the transaction had failed before its end.");
}

Result<std::string> PostgresConnection::prepare(std::string_view sql,
                                                const Parameters& parameters) {
    // One SQL text may be called with NULL here and a number there; each combination is a statement
    // of its own.
    std::string key = parameters.signature + ' ';
    key += sql;
    if (const auto known = statements_.find(key); known != statements_.end()) return known->second;
    if (statements_.size() >= kStatementsMax) {
        RETURN_IF_ERROR(control("DEALLOCATE ALL", "DEALLOCATE ALL"));
        statements_.clear();
    }
    std::string name = fmt::format("t{}", ++prepared_count_);
    RETURN_IF_ERROR(
        await_answer(::PQsendPrepare(handle_.get(), name.c_str(), std::string(sql).c_str(),
                                     parameters.count(), parameters.types.data())));
    statements_.emplace(std::move(key), name);
    return name;
}

Result<PostgresConnection::Answer> PostgresConnection::execute_prepared(
    std::string_view sql, const std::vector<SqlValue>& values) {
    const Parameters parameters(values);
    ASSIGN_OR_RETURN(const std::string name, prepare(sql, parameters));
    return await_answer(::PQsendQueryPrepared(handle_.get(), name.c_str(), parameters.count(),
                                              parameters.data.data(), parameters.sizes.data(),
                                              parameters.formats.data(), 0));
}

Result<Rows> PostgresConnection::run_query(std::string_view sql,
                                           const std::vector<SqlValue>& parameters) {
    ASSIGN_OR_RETURN(const Answer answer, execute_prepared(sql, parameters));
    return rows_of(answer.get());
}

Result<std::int64_t> PostgresConnection::run_execute(std::string_view sql,
                                                     const std::vector<SqlValue>& parameters) {
    ASSIGN_OR_RETURN(const Answer answer, execute_prepared(sql, parameters));
    const std::string_view count = ::PQcmdTuples(answer.get());  // empty for CREATE and such
    std::int64_t changed = 0;
    std::from_chars(count.data(), count.data() + count.size(), changed);
    return changed;
}

}  // namespace tenon
