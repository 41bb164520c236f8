// Result<T> is either a T or an Error, and cannot be dropped silently. A function returns its value
// or `Error{...}` directly; callers pass failures up with the macros below.
#pragma once

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace tenon {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;

 public:
    using Base::Base;
    Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT: implicit by design
    Result(const Result&) = default;
    Result(Result&&) noexcept = default;
    Result& operator=(const Result&) = default;
    Result& operator=(Result&&) noexcept = default;
    ~Result() = default;
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
    using Base = tl::expected<void, Error>;

 public:
    using Base::Base;
    Result() = default;
    Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT: implicit by design
};

using Ok = Result<void>;

}  // namespace tenon

#define TENON_CONCAT_INNER(a, b) a##b
#define TENON_CONCAT(a, b) TENON_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(const auto token, refresh(grant)); the CO form is for coroutines and takes a
// co_await.
#define ASSIGN_OR_RETURN(target, ...) \
    TENON_ASSIGN_OR(TENON_CONCAT(tenon_result_, __LINE__), return, target, __VA_ARGS__)
#define ASSIGN_OR_CO_RETURN(target, ...) \
    TENON_ASSIGN_OR(TENON_CONCAT(tenon_result_, __LINE__), co_return, target, __VA_ARGS__)
#define TENON_ASSIGN_OR(result, leave, target, ...) \
    auto result = __VA_ARGS__;                      \
    if (!result) leave std::move(result).error();   \
    target = std::move(result).value()

// For results without a value: RETURN_IF_ERROR(store.remove(id));
#define RETURN_IF_ERROR(...) \
    TENON_IF_ERROR(TENON_CONCAT(tenon_result_, __LINE__), return, __VA_ARGS__)
#define CO_RETURN_IF_ERROR(...) \
    TENON_IF_ERROR(TENON_CONCAT(tenon_result_, __LINE__), co_return, __VA_ARGS__)
#define TENON_IF_ERROR(result, leave, ...) \
    if (auto result = __VA_ARGS__; !result) leave std::move(result).error()
