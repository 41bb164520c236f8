#include "accounts/session_service.h"

#include "accounts/access_token.h"
#include "platform/logging/log.h"

namespace tenon {
namespace {

// What browsers say about themselves, safe to store and to show.
std::string plain_text(std::string_view text, std::size_t bytes_max) {
    std::string plain(text.substr(0, bytes_max));
    for (char& c : plain) {
        if (c < 0x20 || c > 0x7e) c = '?';
    }
    return plain;
}

}  // namespace

SessionEnds SessionService::ends() const {
    const Timestamp now = clock_.now();
    return {now - limits_.idle_max, now - limits_.age_max};
}

Task<Result<NewSession>> SessionService::sign_in(std::string email, Secret password,
                                                 Visitor visitor) {
    // An impossible address takes the same way as an unknown one.
    const auto normal = passwords_.normal_email(email);
    ASSIGN_OR_CO_RETURN(const auto account,
                        co_await passwords_.check({normal ? *normal : std::string(),
                                                   std::move(password), visitor.address}));
    if (!account) {
        log_info("sign_in.refused", {{"address", visitor.address}});
        co_return Error{ErrorKind::unauthenticated, "auth.wrong_credentials",
                        "The e-mail address or the password is wrong."};
    }
    co_return co_await open(*account, std::move(visitor));
}

Task<Result<NewSession>> SessionService::open(Account account, Visitor visitor) {
    const Timestamp now = clock_.now();
    const Session session{SessionId::random(),
                          account.id,
                          visitor.address,
                          plain_text(visitor.user_agent, limits_.user_agent_bytes_max),
                          now,
                          now};
    const Secret token = make_access_token();
    CO_RETURN_IF_ERROR(co_await database_.write([&](Connection& tx) -> Ok {
        RETURN_IF_ERROR(store_.remove_ended(tx, ends()));
        RETURN_IF_ERROR(store_.insert(tx, session, hash_access_token(token)));
        return store_.trim(tx, account.id, limits_.sessions_per_account_max);
    }));
    log_info("sign_in.accepted", {{"account", account.id.str()}, {"address", visitor.address}});
    co_return NewSession{{session, std::move(account)}, token};
}

Task<Result<SignedIn>> SessionService::find(Secret token) {
    ASSIGN_OR_CO_RETURN(auto found, co_await database_.read([&](Connection& tx) {
        return store_.find(tx, hash_access_token(token), ends());
    }));
    if (!found) {
        co_return Error{ErrorKind::unauthenticated, "auth.required", "Sign in first."};
    }
    const Timestamp now = clock_.now();
    if (now - found->session.last_seen_at >= limits_.touch_interval) {
        const SessionId id = found->session.id;
        const Ok touched =
            co_await database_.write([&](Connection& tx) { return store_.touch(tx, id, now); });
        // A database that cannot write now must not sign anybody out.
        if (!touched) log_warning("session.touch_failed", {{"code", touched.error().code}});
    }
    co_return std::move(*found);
}

Task<Result<std::vector<Session>>> SessionService::list(AccountId account) {
    co_return co_await database_.read(
        [&](Connection& tx) { return store_.list(tx, account, ends()); });
}

Task<Ok> SessionService::revoke(AccountId account, SessionId session) {
    co_return co_await database_.write([&](Connection& tx) -> Ok {
        ASSIGN_OR_RETURN(const bool removed, store_.remove(tx, account, session));
        if (!removed) return Error::not_found("Session");
        return {};
    });
}

}  // namespace tenon
