#include "integrations/integration_routes.h"

#include <gtest/gtest.h>

#include "integrations/integrations_fixture.h"
#include "platform/http/router_internal.h"

namespace tenon {
namespace {

// Lets everybody into the project of the path with the permissions that a test gives.
class TestAuthorizer final : public Authorizer {
 public:
    Task<Result<Caller>> authorize(const http::Request& request, Permission needed) override {
        asked = needed;
        if (needed == Permission::edit_integrations && !may_edit) {
            co_return Error{ErrorKind::forbidden, "auth.forbidden", "Not allowed."};
        }
        Caller caller;
        caller.project_id = *ProjectId::parse(request.parameter("projectId"));
        caller.actor = {"account", "a-1", "ada@example.com", "10.0.0.1"};
        co_return caller;
    }
    bool may_edit = true;
    std::optional<Permission> asked;
};

class IntegrationRoutesTest : public IntegrationsFixture {
 protected:
    void SetUp() override {
        IntegrationsFixture::SetUp();
        reader.emplace(*DefinitionReader::create(integrations_contract()));
        routes.emplace(*service, authorizer, *reader, "https://tenon.example");
        routes->register_on(router);
        ASSERT_EQ(router.problems(), std::vector<std::string>());
    }

    // One request through the router's own checks.
    http::Response send(std::string_view method, const std::string& target, std::string body = {},
                        std::string_view type = "application/json") {
        http::Request request;
        request.method = method;
        request.target = target;
        const std::size_t question = std::min(target.find('?'), target.size());
        request.path = target.substr(0, question);
        request.query = question < target.size() ? target.substr(question + 1) : "";
        request.body = std::move(body);
        if (!request.body.empty()) request.headers.set("Content-Type", type);
        auto match = router.impl().match(request.method, request.path);
        if (match.operation == nullptr) return http::error_response(Error::not_found("Page"));
        request.path_parameters = std::move(match.path_parameters);
        if (const Ok checked = http::Router::Impl::check(*match.operation, request); !checked) {
            return http::error_response(checked.error());
        }
        auto answer = run_task(match.operation->handler(request));
        return answer ? std::move(*answer) : http::error_response(answer.error());
    }
    http::Response call(std::string_view method, const std::string& path, std::string body = {},
                        std::string_view type = "application/json") {
        return send(method, "/api/v1/projects/" + project.str() + "/integrations" + path,
                    std::move(body), type);
    }
    Json created(const Json& json) {
        const auto response = call("POST", "", write_json(json));
        EXPECT_EQ(response.status, 201) << response.body;
        return json_of(response.body);
    }
    static std::string path_of(const Json& integration) {
        return "/" + string_member(integration, "id");
    }
    static std::string code_of(const http::Response& response) {
        return string_member(json_of(response.body), "code");
    }

    http::Router router{integrations_contract()};
    TestAuthorizer authorizer;
    std::optional<DefinitionReader> reader;
    std::optional<IntegrationRoutes> routes;
};

TEST_P(IntegrationRoutesTest, creates_and_shows_an_integration) {
    const Json made = created(with(oauth_json(), "authentication.clientSecret", "planted-secret"));
    EXPECT_EQ(string_member(made, "type"), "custom.acmecrm");
    EXPECT_EQ(string_member(made, "status"), "draft");
    EXPECT_EQ(string_member(made, "redirectUrl"),
              "https://tenon.example/oauth/" + string_member(made, "id"));
    EXPECT_TRUE(bool_member(made, "hasClientSecret"));
    EXPECT_EQ(write_json(made).find("planted"), std::string::npos);
    const auto shown = call("GET", path_of(made));
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body, write_json(made));
    EXPECT_EQ(authorizer.asked, Permission::view_integrations);
}

TEST_P(IntegrationRoutesTest, takes_back_the_definition_it_shows) {
    const Json made = created(with(oauth_json(), "authentication.clientSecret", "planted-secret"));
    const auto same = call("PUT", path_of(made), write_json(made.at("definition")));
    EXPECT_EQ(same.status, 200) << same.body;
    EXPECT_EQ(same.body, write_json(made));
    const Json changed = with(made.at("definition"), "description", "New");
    EXPECT_EQ(
        int_member(json_of(call("PUT", path_of(made) + "?revision=1", write_json(changed)).body),
                   "revision"),
        2);
    const auto stale =
        call("PUT", path_of(made) + "?revision=1", write_json(made.at("definition")));
    EXPECT_EQ(stale.status, 409);
    EXPECT_EQ(code_of(stale), "integration.revision_conflict");
}

TEST_P(IntegrationRoutesTest, names_every_wrong_field) {
    const auto by_schema = call("POST", "", R"({"name":"A","accentColor":"red","projectId":"x"})");
    EXPECT_EQ(by_schema.status, 400);
    EXPECT_NE(by_schema.body.find("accentColor"), std::string::npos);
    EXPECT_NE(by_schema.body.find("projectId"), std::string::npos);
    const auto by_rule = call("POST", "", write_json(with(oauth_json(), "api.headers.Host", "x")));
    EXPECT_EQ(by_rule.status, 400);
    EXPECT_EQ(write_json(*find_path(json_of(by_rule.body), "meta.problems")),
              R"([{"field":"api.headers.Host","rule":"is a header that cannot be set"}])");
}

TEST_P(IntegrationRoutesTest, lists_without_definitions) {
    created(oauth_json());
    created(basic_json());
    const Json first = json_of(call("GET", "?limit=1").body);
    EXPECT_EQ(first.at("items").as_array().size(), 1U);
    EXPECT_EQ(find_member(first.at("items").at(0), "definition"), nullptr);
    const Json second =
        json_of(call("GET", "?limit=1&cursor=" + string_member(first, "nextCursor")).body);
    EXPECT_EQ(string_member(second.at("items").at(0), "slug"), "keys");
    EXPECT_TRUE(second.at("nextCursor").is_null());
    EXPECT_EQ(json_of(call("GET", "?search=crm&status=draft").body).at("items").as_array().size(),
              1U);
    EXPECT_EQ(call("GET", "?limit=0").status, 400);
    EXPECT_EQ(call("GET", "?cursor=%21").status, 400);
}

TEST_P(IntegrationRoutesTest, activates_and_deletes) {
    const Json draft = created(json_of(R"({"name":"Half"})"));
    EXPECT_FALSE(draft.at("missing").as_array().empty());
    EXPECT_EQ(call("PUT", path_of(draft) + "/status", R"({"status":"active"})").status, 400);
    const Json made = created(oauth_json());
    EXPECT_TRUE(made.at("missing").as_array().empty());
    const auto active = call("PUT", path_of(made) + "/status", R"({"status":"active"})");
    EXPECT_EQ(string_member(json_of(active.body), "status"), "active");
    service->set_credential_count(
        [](Connection&, ProjectId, IntegrationId) -> Result<std::int64_t> { return 1; });
    EXPECT_EQ(code_of(call("DELETE", path_of(made))), "integration.in_use");
    EXPECT_EQ(call("DELETE", path_of(made) + "?force=true").status, 204);
    EXPECT_EQ(call("DELETE", path_of(made)).status, 404);
}

TEST_P(IntegrationRoutesTest, applies_and_exports_yaml) {
    const auto applied = call("POST", "/apply", "name: A\n---\nname: B\n", "application/yaml");
    EXPECT_EQ(applied.status, 200) << applied.body;
    EXPECT_EQ(string_member(json_of(applied.body).at("integrations").at(1), "change"), "created");
    const auto exported = call("GET", "/export");
    EXPECT_EQ(exported.headers.get("Content-Type"), "application/yaml; charset=utf-8");
    const auto again = call("POST", "/apply?dryRun=true", exported.body, "application/yaml");
    EXPECT_NE(again.body.find(R"("dryRun":true)"), std::string::npos);
    EXPECT_NE(again.body.find(R"("change":"unchanged")"), std::string::npos);
    const auto as_json = call("POST", "/apply", R"({"documents":[{"name":"C"}]})");
    EXPECT_EQ(as_json.status, 200) << as_json.body;
    const std::string id = string_member(json_of(as_json.body).at("integrations").at(0), "id");
    EXPECT_EQ(call("GET", "/" + id + "/export").body.substr(0, 16), "name: C\nslug: c\n");
    EXPECT_EQ(call("POST", "/apply", "name: [", "application/yaml").status, 400);
    EXPECT_EQ(call("POST", "/apply", "name: A", "text/plain").status, 400);
}

TEST_P(IntegrationRoutesTest, lets_only_editors_change_things) {
    const Json made = created(oauth_json());
    authorizer.may_edit = false;
    const std::string body = write_json(oauth_json());
    EXPECT_EQ(call("POST", "", body).status, 403);
    EXPECT_EQ(call("PUT", path_of(made), body).status, 403);
    EXPECT_EQ(call("PUT", path_of(made) + "/status", R"({"status":"active"})").status, 403);
    EXPECT_EQ(call("DELETE", path_of(made) + "?force=true").status, 403);
    EXPECT_EQ(call("POST", "/apply", "name: A\n", "application/yaml").status, 403);
    EXPECT_EQ(call("GET", path_of(made)).body, write_json(made));
}

TEST_P(IntegrationRoutesTest, answers_for_a_foreign_id_as_for_a_missing_one) {
    const Json made = created(oauth_json());
    project = given_project("Other");
    for (const char* tail : {"", "/export"}) {
        const auto foreign = call("GET", path_of(made) + tail);
        const auto missing = call("GET", "/" + IntegrationId::random().str() + tail);
        EXPECT_EQ(foreign.status, 404);
        EXPECT_EQ(foreign.body, missing.body);
    }
}

TEST_P(IntegrationRoutesTest, serves_icons_inert) {
    const Json plain = created(oauth_json());
    const Json drawn = created(with(
        basic_json(), "icon", "<svg xmlns='http://www.w3.org/2000/svg'><path d='M1 1'/></svg>"));
    for (const Json& integration : {plain, drawn}) {
        const std::string url = string_member(integration, "iconUrl")
                                    .substr(std::string("https://tenon.example").size());
        const auto icon = send("GET", url);
        EXPECT_EQ(icon.status, 200);
        EXPECT_EQ(icon.headers.get("Content-Type"), "image/svg+xml");
        EXPECT_EQ(icon.headers.get("Content-Security-Policy"),
                  "sandbox; default-src 'none'; style-src 'unsafe-inline'");
        EXPECT_EQ(icon.headers.get("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(icon.body.find("d=\"M1 1\"") != std::string::npos,
                  string_member(integration, "slug") == "keys");
    }
    EXPECT_EQ(send("GET", "/integrations/" + IntegrationId::random().str() + "/icon.svg").status,
              404);
}

INSTANTIATE_ON_BOTH_ENGINES(IntegrationRoutesTest);

}  // namespace
}  // namespace tenon
