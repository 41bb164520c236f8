#include "platform/storage/database.h"

#include <stdexcept>

namespace tenon {
namespace {

// The value as a T, a default for NULL. Asking for another type than the column has is a bug.
template <class T>
const T& value_as(const SqlValue& value) {
    static const T kNone{};
    if (value.is_null()) return kNone;
    if (const T* typed = std::get_if<T>(&value.variant())) return *typed;
    throw std::logic_error("a column was read as a type that it does not have");
}

}  // namespace

std::int64_t Row::integer(std::size_t column) const {
    return value_as<std::int64_t>(values_.at(column));
}

const std::string& Row::text(std::size_t column) const {
    return value_as<std::string>(values_.at(column));
}

const std::string& Row::bytes(std::size_t column) const {
    return value_as<Bytes>(values_.at(column)).data;
}

std::optional<std::string> Row::optional_text(std::size_t column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

Result<std::optional<Row>> Connection::find_row(std::string_view sql,
                                                const std::vector<SqlValue>& parameters) {
    ASSIGN_OR_RETURN(Rows rows, query(sql, parameters));
    if (rows.empty()) return std::optional<Row>{};
    return std::optional<Row>(std::move(rows.front()));
}

}  // namespace tenon
