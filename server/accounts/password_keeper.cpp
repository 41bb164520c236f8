#include "accounts/password_keeper.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/random.h"
#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

// Stands in for the hash of an account that is not there, so that both take the same time. Made by
// the first check, whatever it is about.
Result<std::string> stand_in_hash() {
    static const Result<std::string> hash = hash_password(Secret(random_token(32)));
    return hash;
}

// Account names are counted by hash: the table then tells nobody who tried to sign in.
std::string account_subject(std::string_view email) {
    return "account:" + hex_encode(sha256(email));
}

// An IPv6 network of /64 is one household or one server, so it counts as one address.
std::string address_subject(const std::string& address) {
    in6_addr ipv6{};
    if (inet_pton(AF_INET6, address.c_str(), &ipv6) != 1) return "address:" + address;
    const std::string_view bytes(reinterpret_cast<const char*>(ipv6.s6_addr), sizeof ipv6.s6_addr);
    // An IPv4 address in IPv6 clothes keeps all of its digits.
    const std::string_view network = IN6_IS_ADDR_V4MAPPED(&ipv6) ? bytes : bytes.substr(0, 8);
    return "address:" + hex_encode(network);
}

bool is_email_character(char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
           std::string_view("()<>[]:;,\\\"").find(c) == std::string_view::npos;
}

}  // namespace

Result<std::string> PasswordKeeper::normal_email(std::string_view email) const {
    const std::string normal = ascii_lower(trim(email));
    const std::size_t at = normal.find('@');
    const bool valid = normal.size() <= limits_.email_bytes_max && at != 0 &&
                       at != std::string::npos && at + 1 < normal.size() &&
                       normal.find('@', at + 1) == std::string::npos && is_valid_utf8(normal) &&
                       std::ranges::all_of(normal, is_email_character);
    if (!valid) return Error::invalid_field("email", "must be an e-mail address");
    return normal;
}

Task<Result<std::string>> PasswordKeeper::hash_new(Secret password, std::string field) {
    const std::string_view text = password.reveal();
    if (!is_valid_utf8(text) || text.size() > limits_.bytes_max ||
        count_code_points(text) < limits_.characters_min) {
        co_return Error::invalid_field(std::move(field),
                                       fmt::format("must have at least {} characters and at most "
                                                   "{} bytes",
                                                   limits_.characters_min, limits_.bytes_max));
    }
    co_return co_await pool_.run([&password] { return hash_password(password); });
}

Result<std::optional<std::chrono::seconds>> PasswordKeeper::take_attempt(
    Connection& tx, const Attempt& attempt) const {
    const Timestamp now = clock_.now();
    const Timestamp window_ends_at = now + limits_.attempt_window;
    RETURN_IF_ERROR(accounts_.remove_ended_attempts(tx, now));
    ASSIGN_OR_RETURN(
        const AttemptCount of_account,
        accounts_.count_attempt(tx, account_subject(attempt.email), now, window_ends_at));
    ASSIGN_OR_RETURN(
        const AttemptCount of_address,
        accounts_.count_attempt(tx, address_subject(attempt.address), now, window_ends_at));
    std::optional<Timestamp> blocked_until;
    if (of_account.attempts > limits_.attempts_per_account_max) {
        blocked_until = of_account.window_ends_at;
    }
    if (of_address.attempts > limits_.attempts_per_address_max) {
        blocked_until = std::max(blocked_until.value_or(now), of_address.window_ends_at);
    }
    if (!blocked_until) return std::optional<std::chrono::seconds>();
    return std::optional(std::chrono::ceil<std::chrono::seconds>(*blocked_until - now));
}

Task<Result<std::optional<Account>>> PasswordKeeper::check(Attempt attempt) {
    struct Taken {
        std::optional<std::chrono::seconds> retry_after;
        std::optional<StoredAccount> account;
    };
    ASSIGN_OR_CO_RETURN(
        const Taken taken, co_await database_.write([&](Connection& tx) -> Result<Taken> {
            Taken result;
            ASSIGN_OR_RETURN(result.retry_after, take_attempt(tx, attempt));
            ASSIGN_OR_RETURN(result.account, accounts_.find_by_email(tx, attempt.email));
            return result;
        }));
    if (taken.retry_after) {
        co_return Error{.kind = ErrorKind::rate_limited,
                        .code = "auth.throttled",
                        .message = "Too many attempts to sign in. Try again later.",
                        .retry_after = taken.retry_after};
    }
    // No password is that long, so nothing is told about the account.
    if (attempt.password.reveal().size() > limits_.bytes_max) co_return std::optional<Account>();

    ASSIGN_OR_CO_RETURN(const bool right, co_await pool_.run([&]() -> Result<bool> {
        ASSIGN_OR_RETURN(const std::string stand_in, stand_in_hash());
        const bool matches = verify_password(
            attempt.password, taken.account ? taken.account->password_hash : stand_in);
        return matches && taken.account.has_value();
    }));
    if (!right) co_return std::optional<Account>();
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(accounts_.clear_attempts(tx, account_subject(attempt.email)));
        return accounts_.uncount_attempt(tx, address_subject(attempt.address));
    }));
    co_return std::optional(taken.account->account);
}

}  // namespace tenon
