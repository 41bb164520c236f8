#include "accounts/request_authorizer.h"

#include "accounts/roles.h"
#include "base/text.h"

namespace tenon {
namespace {

class RequestAuthorizer final : public Authorizer {
 public:
    RequestAuthorizer(Database& database, BrowserSession& browser, ApiKeyService& api_keys)
        : database_(database), browser_(browser), api_keys_(api_keys) {}

    Task<Result<Caller>> authorize(const http::Request& request, Permission needed) override {
        const auto key = bearer_key(request);
        auto caller =
            key ? co_await identify_key(request, *key) : co_await identify_person(request);
        if (caller && !role_allows(caller->role, needed)) {
            co_return Error{ErrorKind::forbidden, "auth.forbidden",
                            "The role " + std::string(role_name(caller->role)) +
                                " does not have the permission " +
                                std::string(permission_name(needed)) + "."};
        }
        co_return caller;
    }

 private:
    Task<Result<Caller>> identify_key(const http::Request& request, std::string_view key) {
        ASSIGN_OR_CO_RETURN(const ApiKey found, co_await api_keys_.find(Secret(std::string(key))));
        const auto project = ProjectId::parse(request.parameter("projectId"));
        if (!project || found.project_id != *project) co_return Error::not_found("Project");
        co_return Caller{
            *project, Role::member, {"api_key", found.id.str(), found.name, request.peer_address}};
    }

    Task<Result<Caller>> identify_person(const http::Request& request) {
        ASSIGN_OR_CO_RETURN(const SignedIn signed_in, co_await browser_.require(request));
        const auto project = ProjectId::parse(request.parameter("projectId"));
        if (!project) co_return Error::not_found("Project");
        ASSIGN_OR_CO_RETURN(const auto member, co_await database_.read([&](Connection& tx) {
            return members_.find(tx, *project, signed_in.account.id);
        }));
        if (!member) co_return Error::not_found("Project");
        co_return Caller{*project, member->role, actor_of(signed_in, request)};
    }

    Database& database_;
    BrowserSession& browser_;
    ApiKeyService& api_keys_;
    MemberStore members_;
};

}  // namespace

std::optional<std::string_view> bearer_key(const http::Request& request) {
    constexpr std::string_view kScheme = "bearer ";
    const std::string* const header = request.headers.find("Authorization");
    if (header == nullptr) return std::nullopt;
    const std::string_view text = *header;
    if (!equals_ignoring_case(text.substr(0, kScheme.size()), kScheme)) return std::string_view();
    return trim(text.substr(kScheme.size()));
}

std::unique_ptr<Authorizer> make_authorizer(Database& database, BrowserSession& browser,
                                            ApiKeyService& api_keys) {
    return std::make_unique<RequestAuthorizer>(database, browser, api_keys);
}

}  // namespace tenon
