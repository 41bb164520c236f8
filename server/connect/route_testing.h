// For tests only: the routes of connect/ behind a real router with the real contract and pages, and
// stand-ins for who is calling.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>

#include "connect/connect_routes.h"
#include "connect/sdk_oauth_routes.h"
#include "connect/sdk_routes.h"
#include "connect/start_routes.h"
#include "connect/testing.h"
#include "integrations/yaml_document.h"
#include "platform/http/router_internal.h"

namespace tenon {

// Knows the tokens it was told, such as "alice-token".
class KnownTokens final : public UserAuthenticator {
 public:
    using Answer = Result<std::shared_ptr<const UserSession>>;
    Task<Answer> authenticate(ProjectId project, std::string_view header) override {
        constexpr std::string_view kScheme = "Bearer ";
        if (!header.starts_with(kScheme)) co_return refused();
        co_return find(project, header.substr(kScheme.size()));
    }
    Task<Answer> authenticate_token(ProjectId project, std::string_view token) override {
        co_return find(project, token);
    }
    std::shared_ptr<const UserSession> cached(ProjectId, std::string_view) override {
        return nullptr;
    }
    std::map<std::string, UserSession, std::less<>> sessions;

 private:
    static Error refused() {
        return {ErrorKind::unauthenticated, "token.invalid", "The user token is not valid."};
    }
    Answer find(ProjectId project, std::string_view token) const {
        const auto found = sessions.find(token);
        if (found == sessions.end() || found->second.project_id != project) return refused();
        return std::make_shared<const UserSession>(found->second);
    }
};

// Lets every call with an Authorization header act on the project of the path.
class AnyKey final : public Authorizer {
 public:
    Task<Result<Caller>> authorize(const http::Request& request, Permission) override {
        if (!request.headers.has("Authorization")) {
            co_return Error{ErrorKind::unauthenticated, "auth.required", "Sign in."};
        }
        ASSIGN_OR_CO_RETURN(const ProjectId project,
                            ProjectId::parse(request.parameter("projectId")));
        co_return Caller{.project_id = project,
                         .role = Role::member,
                         .actor = {.kind = "api_key", .id = "k", .label = "tests"}};
    }
};

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class RouteFixture : public ConnectFixture {
 protected:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    void SetUp() override {
        ConnectFixture::SetUp();
        load_pages();
        const std::string yaml = read_text(TENON_SOURCE_DIR "/server/connect/api.yaml");
        auto contract = parse_yaml(yaml);
        ASSERT_TRUE(contract) << contract.error().message;
        router = std::make_unique<http::Router>(contract->front().value);
        pages = std::make_unique<PageRenderer>(assets);
        sdk_routes = std::make_unique<SdkRoutes>(
            SdkRoutes::Dependencies{*connect, *integrations, *credentials, *users, authenticator});
        oauth_routes = std::make_unique<SdkOauthRoutes>(*connect, authenticator, *pages);
        connect_routes =
            std::make_unique<ConnectRoutes>(*connect, *links, *credentials, authorizer, *pages);
        start_routes = std::make_unique<StartRoutes>(*connect, authenticator, *pages);
        sdk_routes->register_on(*router);
        start_routes->register_on(*router);
        oauth_routes->register_on(*router);
        connect_routes->register_on(*router);
        ASSERT_EQ(router->problems(), std::vector<std::string>());
    }

    // A user whose token is "<external id>-token", with the permissions claim if one is given.
    void given_token_of(const std::string& external_id, const std::string& claim = {}) {
        UserSession session;
        session.project_id = project;
        session.user_id = run_task(users->ensure(project, external_id))->id;
        session.external_id = external_id;
        if (!claim.empty()) session.permissions = *TokenPermissions::parse(*parse_json(claim));
        authenticator.sessions[external_id + "-token"] = session;
    }
    static Fields bearer(const std::string& external_id) {
        return {{"Authorization", "Bearer " + external_id + "-token"}};
    }

    http::Response send(const std::string& method, const std::string& target,
                        const Fields& headers = {}, std::string body = {}) {
        http::Request request;
        request.method = method;
        request.target = target;
        request.path = target.substr(0, target.find('?'));
        if (request.path.size() < target.size()) {
            request.query = target.substr(request.path.size() + 1);
        }
        for (const auto& [name, value] : headers) request.headers.add(name, value);
        if (!body.empty() && !request.headers.has("Content-Type")) {
            request.headers.add("Content-Type", "application/json");
        }
        request.body = std::move(body);
        return run_task(dispatch(request));
    }
    std::string sdk(const std::string& path) const {
        return "/projects/" + project.str() + "/sdk" + path;
    }
    static Json json_of(const http::Response& response) {
        auto json = parse_json(response.body);
        EXPECT_TRUE(json) << response.body;
        return json ? *json : Json();
    }
    // "name=value" of the Set-Cookie field; empty when there is none.
    static std::string cookie_of(const http::Response& response) {
        const std::string_view field = response.headers.get("Set-Cookie");
        return std::string(field.substr(0, field.find(';')));
    }

    AnyKey authorizer;
    KnownTokens authenticator;
    std::unique_ptr<http::Router> router;
    std::unique_ptr<PageRenderer> pages;
    std::unique_ptr<SdkRoutes> sdk_routes;
    std::unique_ptr<SdkOauthRoutes> oauth_routes;
    std::unique_ptr<StartRoutes> start_routes;
    std::unique_ptr<ConnectRoutes> connect_routes;

 private:
    void load_pages() {
        const std::filesystem::path folder = TENON_SOURCE_DIR "/server/app/pages";
        for (const auto& entry : std::filesystem::directory_iterator(folder / "connect")) {
            const std::string name = "connect/" + entry.path().filename().string();
            page_texts[name] = read_text(entry.path());
        }
        for (const auto& [name, text] : page_texts) assets[name] = text;
    }

    // What the server does with a request.
    Task<http::Response> dispatch(http::Request& request) {
        const http::RouteMatch match = router->impl().match(request.method, request.path);
        if (match.operation == nullptr) co_return http::error_response(Error::not_found("Route"));
        request.path_parameters = match.path_parameters;
        const Ok checked = http::Router::Impl::check(*match.operation, request);
        if (!checked) co_return http::error_response(checked.error());
        auto response = co_await match.operation->handler(request);
        co_return response ? std::move(*response) : http::error_response(response.error());
    }

    std::map<std::string, std::string> page_texts;
    PageAssets assets;
};

}  // namespace tenon
