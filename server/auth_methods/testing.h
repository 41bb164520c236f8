// For tests only: a provider that answers by a script and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "auth_methods/auth_method.h"
#include "base/text.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {

class FakeProvider final : public http::HttpClient {
 public:
    Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
        requests.push_back(std::move(request));
        if (answers.empty()) {
            co_return Error{ErrorKind::provider_failed, "upstream.connect_failed",
                            "No answer left."};
        }
        auto answer = std::move(answers.front());
        answers.pop_front();
        co_return answer;
    }

    void will_answer(int status, std::string body,
                     std::vector<std::pair<std::string, std::string>> headers = {}) {
        http::ClientResponse response;
        response.status = status;
        response.body = std::move(body);
        response.headers.set("Content-Type", "application/json");
        for (const auto& [name, value] : headers) response.headers.set(name, value);
        answers.emplace_back(std::move(response));
    }
    void will_fail(Error error) { answers.emplace_back(std::move(error)); }

    // A parameter of the last form body, decoded; empty when it is not there.
    std::string form_value(std::string_view name) const {
        return value_in(requests.back().body, name);
    }
    // The same of any query or form text.
    static std::string value_in(std::string_view text, std::string_view name) {
        for (const auto pair : split(text, '&')) {
            const auto equals = pair.find('=');
            if (form_decode(pair.substr(0, equals)) == name) {
                return form_decode(pair.substr(equals + 1)).value_or("");
            }
        }
        return {};
    }

    std::deque<Result<http::ClientResponse>> answers;
    std::vector<http::ClientRequest> requests;
};

// A provider, its definition with a client secret and an environment secret, and the catalogue that
// asks it.
class MethodFixture : public ::testing::Test {
 public:
    MethodFixture() {
        definition.authentication.client_id = "app id";
        definition.authentication.access_token_url = "https://provider.example/token";
    }

    OpenIntegration open() {
        auto integration = std::make_shared<Integration>();
        integration->id = integration_id;
        integration->project_id = ProjectId::random();
        integration->definition = definition;
        return {std::move(integration), Secret("app:secret"), {{"ENV", Secret("from-env")}}};
    }
    const AuthMethod& method() const { return catalog.get(definition.authentication.method); }

    Result<RefreshedTokens> complete(CredentialSecrets inputs,
                                     std::optional<AuthorizationAnswer> answer = {},
                                     AuthorizationContext context = {}) {
        const auto integration = open();
        return run_task(method().complete(integration, std::move(inputs), std::move(answer),
                                          std::move(context)));
    }
    tl::expected<RefreshedTokens, RefreshFailure> refresh(CredentialSecrets secrets) {
        const auto integration = open();
        auto outcome = run_task(method().refresh(integration, std::move(secrets)));
        if (outcome) return *outcome;
        return tl::unexpected(RefreshFailure{.code = "own: " + outcome.error().code});
    }
    Ok revoke(CredentialSecrets secrets) {
        const auto integration = open();
        return run_task(method().revoke(integration, std::move(secrets)));
    }

    FakeClock clock;
    FakeProvider provider;
    AuthMethodCatalog catalog{{provider, clock}};
    IntegrationDefinition definition;
    const IntegrationId integration_id = IntegrationId::random();
};

}  // namespace tenon
