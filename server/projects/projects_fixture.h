// For tests only: the services of projects/ on a fresh database of each engine.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "embedded/projects_migrations.h"
#include "platform/storage/testing.h"
#include "projects/project_service.h"

namespace tenon {

class ProjectsFixture : public StoreFixture {
 protected:
    void SetUp() override {
        migrate_with("projects", embedded::projects_migrations());
        open_services(master_keys);
    }

    // What a restarted server, or another node, has: nothing in memory.
    void open_services(const MasterKeys& keys) {
        vault = make_vault(database(), keys, clock);
        projects = std::make_unique<ProjectService>(database(), *vault, audit, clock, limits);
    }

    ProjectId given_project(const std::string& name = "Acme") {
        auto project = run_task(projects->create_project(actor, name));
        EXPECT_TRUE(project) << (project ? "" : project.error().message);
        return project->id;
    }

    std::shared_ptr<const ProjectKeys> keys_of(ProjectId project) {
        auto keys = run_task(vault->keys(project));
        EXPECT_TRUE(keys) << (keys ? "" : keys.error().message);
        return keys ? *keys : nullptr;
    }

    // The actions of the audit log, oldest first.
    std::vector<std::string> audited(ProjectId project) {
        const auto page = run_task(projects->list_audit_events(project, std::nullopt, 200));
        std::vector<std::string> actions;
        for (const AuditEntry& entry : page->entries) {
            actions.insert(actions.begin(), entry.event.action);
        }
        return actions;
    }

    AuditLog audit{clock};
    Actor actor{"account", "a-1", "ada@example.com", "10.0.0.1"};
    MasterKeys master_keys = MasterKeys::random();
    ProjectLimits limits;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<ProjectService> projects;
};

}  // namespace tenon
