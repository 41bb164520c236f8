#include "users/user_authenticator.h"

#include <array>
#include <atomic>
#include <cstring>
#include <list>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

constexpr std::string_view kPermissionsClaim = "urn:useparagon:connect:permissions";

// One token as a project sees it.
struct SessionKey {
    ProjectId project;
    KeyedNames::Name token;
    bool operator==(const SessionKey&) const = default;
};

struct SessionKeyHash {
    std::size_t operator()(const SessionKey& key) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, key.token.data(), sizeof value);
        return value ^ std::hash<ProjectId>{}(key.project);
    }
};

// A session ends with its token, by the calendar, and with its time in the cache, whatever is done
// to the calendar.
struct SessionLife {
    Timestamp token_ends_at;
    SteadyTime cached_until;

    bool has_ended(const Clock& clock) const {
        return clock.now() >= token_ends_at || clock.steady_now() >= cached_until;
    }
};

// Verified sessions by project and the keyed name of the token, so that no bearer token stays in
// memory. One for each thread: no locks.
class SessionCache {
 public:
    std::shared_ptr<const UserSession> find(const SessionKey& key, std::uint64_t epoch,
                                            const Clock& clock) {
        if (epoch != epoch_) drop_all(epoch);
        const auto found = index_.find(key);
        if (found == index_.end()) return nullptr;
        if (found->second->life.has_ended(clock)) {
            entries_.erase(found->second);
            index_.erase(found);
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->session;
    }

    void put(const SessionKey& key, std::uint64_t epoch, SessionLife life,
             std::shared_ptr<const UserSession> session, std::size_t sessions_max) {
        if (epoch != epoch_) drop_all(epoch);
        if (const auto found = index_.find(key); found != index_.end()) {
            entries_.erase(found->second);
            index_.erase(found);
        }
        while (!entries_.empty() && entries_.size() >= sessions_max) {
            index_.erase(entries_.back().key);
            entries_.pop_back();
        }
        if (sessions_max == 0) return;
        entries_.push_front({key, life, std::move(session)});
        index_.emplace(key, entries_.begin());
    }

    // Which authenticator fills this thread's cache: the server has one, tests have several.
    void serve(std::uint64_t owner) {
        if (owner == owner_) return;
        owner_ = owner;
        drop_all(0);
    }

 private:
    struct Entry {
        SessionKey key;
        SessionLife life;
        std::shared_ptr<const UserSession> session;
    };

    void drop_all(std::uint64_t epoch) {
        index_.clear();
        entries_.clear();
        epoch_ = epoch;
    }

    std::uint64_t owner_ = 0;
    std::uint64_t epoch_ = 0;
    std::list<Entry> entries_;  // used last comes first
    std::unordered_map<SessionKey, std::list<Entry>::iterator, SessionKeyHash> index_;
};

SessionCache& thread_cache(std::uint64_t owner) {
    thread_local SessionCache cache;
    cache.serve(owner);
    return cache;
}

// The token of "Bearer <token>" (RFC 6750; the scheme's case does not matter), or empty.
std::string_view bearer_token(std::string_view header) {
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() <= kScheme.size() ||
        !equals_ignoring_case(header.substr(0, kScheme.size()), kScheme)) {
        return {};
    }
    return trim(header.substr(kScheme.size()));
}

Error missing_token() {
    return {ErrorKind::unauthenticated, "token.missing",
            "Send the user token as Authorization: Bearer <token>."};
}

Error invalid_token(std::string_view rule) {
    return {ErrorKind::unauthenticated, "token.invalid",
            "The user token is not valid: " + std::string(rule)};
}

class CachingUserAuthenticator final : public UserAuthenticator {
 public:
    CachingUserAuthenticator(ProjectService& projects, UserService& users, const Clock& clock,
                             UserAuthenticatorOptions options)
        : projects_(projects), users_(users), clock_(clock), options_(options) {}

    Task<Result<std::shared_ptr<const UserSession>>> authenticate(
        ProjectId project, std::string_view authorization_header) override {
        const std::string_view token = bearer_token(authorization_header);
        if (token.empty()) co_return missing_token();
        co_return co_await authenticate_token(project, token);
    }

    Task<Result<std::shared_ptr<const UserSession>>> authenticate_token(
        ProjectId project, std::string_view token) override {
        if (token.empty()) co_return missing_token();
        if (auto session = find_cached(project, token)) co_return session;
        co_return co_await verify(project, std::string(token));
    }

    std::shared_ptr<const UserSession> cached(ProjectId project,
                                              std::string_view authorization_header) override {
        const std::string_view token = bearer_token(authorization_header);
        return token.empty() ? nullptr : find_cached(project, token);
    }

 private:
    std::shared_ptr<const UserSession> find_cached(ProjectId project, std::string_view token) {
        if (token.size() > options_.token_bytes_max) return nullptr;
        return thread_cache(id_).find(SessionKey{project, names_(token)}, epoch(), clock_);
    }

    Task<Result<std::shared_ptr<const UserSession>>> verify(ProjectId project, std::string token) {
        // Taken first: what changes while this runs must not be hidden by the entry made at its
        // end.
        const std::uint64_t begun_in = epoch();
        // An unknown project has no keys, so its answer is that of a signature that does not match.
        ASSIGN_OR_CO_RETURN(const auto keys, co_await projects_.verification_keys(project));
        ASSIGN_OR_CO_RETURN(const Json claims,
                            verify_jwt_rs256(token, keys, rules_of(project), clock_.now()));
        ASSIGN_OR_CO_RETURN(UserSession session, read_claims(project, claims));
        ASSIGN_OR_CO_RETURN(const ConnectedUser user,
                            co_await users_.ensure(project, session.external_id));
        if (user.disabled) {
            co_return Error{ErrorKind::forbidden, "user.disabled", "This user is disabled."};
        }
        session.user_id = user.id;
        const SessionLife life{session.expires_at + options_.clock_skew,
                               clock_.steady_now() + options_.session_life};
        auto shared = std::make_shared<const UserSession>(std::move(session));
        thread_cache(id_).put(SessionKey{project, names_(token)}, begun_in, life, shared,
                              options_.sessions_max);
        co_return shared;
    }

    // Grows when users or keys change in a way that may end sessions.
    std::uint64_t epoch() const { return users_.session_epoch() + projects_.revocation_count(); }

    JwtRules rules_of(ProjectId project) const {
        const std::string id = project.str();
        return {
            options_.token_bytes_max, options_.clock_skew, {"useparagon.com/" + id, "tenon/" + id}};
    }

    // What verify_jwt_rs256 leaves to us: the user and the permissions.
    Result<UserSession> read_claims(ProjectId project, const Json& claims) const {
        UserSession session;
        session.project_id = project;
        const Json* const subject = find_member(claims, "sub");
        if (subject == nullptr || !subject->is_string() ||
            !users_.check_external_id(subject->get_string())) {
            return invalid_token(
                "its user (sub) must be text of 1 to 512 bytes without control characters.");
        }
        session.external_id = subject->get_string();
        if (const Json* const claim = claims.get_object().if_contains(kPermissionsClaim)) {
            ASSIGN_OR_RETURN(session.permissions, TokenPermissions::parse(*claim));
        }
        const double expires = find_member(claims, "exp")->to_number<double>();
        session.expires_at = from_millis(static_cast<std::int64_t>(expires * 1000));
        return session;
    }

    static std::uint64_t next_id() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    ProjectService& projects_;
    UserService& users_;
    const Clock& clock_;
    const UserAuthenticatorOptions options_;
    const std::uint64_t id_ = next_id();
    const KeyedNames names_;
};

}  // namespace

std::unique_ptr<UserAuthenticator> make_user_authenticator(ProjectService& projects,
                                                           UserService& users, const Clock& clock,
                                                           UserAuthenticatorOptions options) {
    return std::make_unique<CachingUserAuthenticator>(projects, users, clock, options);
}

}  // namespace tenon
