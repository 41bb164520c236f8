// Rows of integrations. Plain functions on an open transaction; the rules are in
// integration_service.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/integration.h"
#include "platform/storage/database.h"

namespace tenon {

struct IntegrationQuery {
    std::string search;  // part of the name or the slug, without regard to case
    std::optional<IntegrationStatus> status;
    std::optional<std::string> cursor;  // from the page before
    int limit = 50;
};

struct IntegrationPage {
    std::vector<Integration> integrations;
    std::optional<std::string> next_cursor;
};

class IntegrationStore {
 public:
    // Errors: conflict "integration.slug_taken".
    Ok insert(Connection& tx, const Integration& integration) const;
    // Writes over the revision before the integration's own; false when the stored revision is
    // another one.
    Result<bool> update(Connection& tx, const Integration& integration) const;
    Result<bool> remove(Connection& tx, ProjectId project, IntegrationId id) const;

    Result<std::optional<Integration>> find(Connection& tx, ProjectId project,
                                            IntegrationId id) const;
    Result<std::optional<Integration>> find_by_slug(Connection& tx, ProjectId project,
                                                    std::string_view slug) const;
    Result<std::optional<std::int64_t>> find_revision(Connection& tx, ProjectId project,
                                                      IntegrationId id) const;
    Result<std::optional<std::string>> find_icon(Connection& tx, IntegrationId id) const;
    Result<std::int64_t> count(Connection& tx, ProjectId project) const;
    // By slug, at most query.limit rows.
    Result<IntegrationPage> list(Connection& tx, ProjectId project,
                                 const IntegrationQuery& query) const;
    // Names of the integrations whose definition uses a variable such as "secrets.ACME_KEY".
    Result<std::vector<std::string>> names_using(Connection& tx, ProjectId project,
                                                 std::string_view variable) const;
};

}  // namespace tenon
