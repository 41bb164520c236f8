// For tests only: the service of integrations/ on a fresh database of each engine.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "embedded/integrations_migrations.h"
#include "integrations/integration_service.h"
#include "integrations/testing.h"
#include "projects/projects_fixture.h"

namespace tenon {

class IntegrationsFixture : public ProjectsFixture {
 protected:
    void SetUp() override {
        ProjectsFixture::SetUp();
        migrate_with("integrations", embedded::integrations_migrations());
        project = given_project("Acme");
        service = new_service();
    }

    // Another one is what another node has: the same rows, nothing in memory.
    std::unique_ptr<IntegrationService> new_service(IntegrationOptions options = {}) {
        options.environment_secrets = [this](ProjectId id) {
            return projects->open_environment_secrets(id);
        };
        return std::make_unique<IntegrationService>(database(), *vault, audit, clock,
                                                    std::move(options));
    }

    Integration given_integration(const Json& json) {
        auto made = run_task(service->create_integration(actor, project, draft_of(json)));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return made ? *made : Integration();
    }
    Integration given_active(const Json& json) {
        return given_integration(with(json, "status", "active"));
    }

    Result<Integration> create(const Json& json) {
        return run_task(service->create_integration(actor, project, draft_of(json)));
    }
    Result<Integration> update(const Integration& integration, const Json& json,
                               ExpectedRevision expected = {}) {
        return run_task(
            service->update_integration(actor, project, integration.id, draft_of(json), expected));
    }
    Integration stored(const Integration& integration) {
        auto found = run_task(service->get_integration(project, integration.id));
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found ? *found : Integration();
    }
    std::string secret_of(const Integration& integration) {
        const auto secret = run_task(service->open_client_secret(integration));
        return secret ? std::string(secret->reveal()) : "error: " + secret.error().code;
    }

    ProjectId project;
    std::unique_ptr<IntegrationService> service;
};

}  // namespace tenon
