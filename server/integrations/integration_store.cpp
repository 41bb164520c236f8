#include "integrations/integration_store.h"

#include "base/json.h"
#include "base/text.h"
#include "integrations/client_secret.h"
#include "integrations/definition_json.h"
#include "integrations/definition_rules.h"

namespace tenon {
namespace {

// The icon has a column of its own, since it is read alone.
std::string definition_text(const IntegrationDefinition& definition) {
    JsonObject json = to_json(definition, JsonDetail::full);
    json.erase("icon");
    return write_json(json);
}

Result<Integration> read_integration(const Row& row) {
    Integration integration;
    ASSIGN_OR_RETURN(integration.project_id, ProjectId::parse(row.text(0)));
    ASSIGN_OR_RETURN(integration.id, IntegrationId::parse(row.text(1)));
    const auto status = parse_integration_status(row.text(2));
    if (!status) return Error::internal("An integration is stored with an unknown status.");
    integration.status = *status;
    integration.revision = row.integer(3);
    ASSIGN_OR_RETURN(const Json definition, parse_json(row.text(4)));
    integration.definition = parse_definition(definition);
    integration.definition.icon_svg = row.text(5);
    integration.sealed_client_secret = row.bytes(6);
    integration.sealed_client_private_key = row.bytes(7);
    integration.sealed_client_certificate = row.bytes(8);
    for (const DefinitionSecret& secret : kDefinitionSecrets) {
        if (!(integration.*secret.sealed).empty()) {
            integration.definition.authentication.*secret.is_set = true;
        }
    }
    integration.created_at = from_millis(row.integer(9));
    integration.updated_at = from_millis(row.integer(10));
    return integration;
}

Result<std::optional<Integration>> read_optional(const std::optional<Row>& row) {
    if (!row) return std::optional<Integration>{};
    ASSIGN_OR_RETURN(Integration integration, read_integration(*row));
    return std::optional(std::move(integration));
}

// A LIKE pattern for texts that hold `part`; '!' escapes.
std::string like_pattern(std::string_view part) {
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern + "%";
}

// Whether `text` holds the name of the variable as a whole, not as the beginning of a longer one.
bool uses_variable(std::string_view text, std::string_view variable) {
    constexpr std::string_view kNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    for (std::size_t at = text.find(variable); at != std::string_view::npos;
         at = text.find(variable, at + 1)) {
        const std::size_t end = at + variable.size();
        if (end == text.size() || kNameCharacters.find(text[end]) == std::string_view::npos)
            return true;
    }
    return false;
}

// Slugs are unique and sort as they are written.
Result<std::string> slug_after(const std::optional<std::string>& cursor) {
    if (!cursor) return std::string();
    auto slug = base64url_decode(*cursor);
    if (!slug || !is_valid_slug(*slug)) {
        return Error::invalid_field("cursor", "must be the nextCursor of an answer");
    }
    return std::move(*slug);
}

}  // namespace

constexpr std::string_view kInsert = R"(
    INSERT INTO integrations (project_id, id, slug, name, status, revision, definition, icon,
                              sealed_client_secret, sealed_client_private_key,
                              sealed_client_certificate, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (project_id, slug) DO NOTHING)";
Ok IntegrationStore::insert(Connection& tx, const Integration& i) const {
    const std::string& slug = i.definition.slug;
    ASSIGN_OR_RETURN(
        const auto inserted,
        tx.execute(kInsert, {i.project_id.str(), i.id.str(), slug, i.definition.name,
                             name_of(i.status), i.revision, definition_text(i.definition),
                             i.definition.icon_svg, Bytes{i.sealed_client_secret},
                             Bytes{i.sealed_client_private_key}, Bytes{i.sealed_client_certificate},
                             to_millis(i.created_at), to_millis(i.updated_at)}));
    if (inserted == 1) return {};
    return Error{ErrorKind::conflict, "integration.slug_taken",
                 "The project has an integration with the slug " + slug + " already."};
}

constexpr std::string_view kUpdate = R"(
    UPDATE integrations
    SET name = $3, status = $4, revision = $5, definition = $6, icon = $7,
        sealed_client_secret = $8, sealed_client_private_key = $9, sealed_client_certificate = $10,
        updated_at = $11
    WHERE project_id = $1 AND id = $2 AND revision = $12)";
Result<bool> IntegrationStore::update(Connection& tx, const Integration& i) const {
    ASSIGN_OR_RETURN(
        const auto updated,
        tx.execute(kUpdate,
                   {i.project_id.str(), i.id.str(), i.definition.name, name_of(i.status),
                    i.revision, definition_text(i.definition), i.definition.icon_svg,
                    Bytes{i.sealed_client_secret}, Bytes{i.sealed_client_private_key},
                    Bytes{i.sealed_client_certificate}, to_millis(i.updated_at), i.revision - 1}));
    return updated == 1;
}

constexpr std::string_view kRemove = "DELETE FROM integrations WHERE project_id = $1 AND id = $2";
Result<bool> IntegrationStore::remove(Connection& tx, ProjectId project, IntegrationId id) const {
    ASSIGN_OR_RETURN(const auto removed, tx.execute(kRemove, {project.str(), id.str()}));
    return removed == 1;
}

constexpr std::string_view kFind = R"(
    SELECT project_id, id, status, revision, definition, icon, sealed_client_secret,
           sealed_client_private_key, sealed_client_certificate, created_at, updated_at
    FROM integrations WHERE project_id = $1 AND id = $2)";
Result<std::optional<Integration>> IntegrationStore::find(Connection& tx, ProjectId project,
                                                          IntegrationId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFind, {project.str(), id.str()}));
    return read_optional(row);
}

constexpr std::string_view kFindBySlug = R"(
    SELECT project_id, id, status, revision, definition, icon, sealed_client_secret,
           sealed_client_private_key, sealed_client_certificate, created_at, updated_at
    FROM integrations WHERE project_id = $1 AND slug = $2)";
Result<std::optional<Integration>> IntegrationStore::find_by_slug(Connection& tx, ProjectId project,
                                                                  std::string_view slug) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindBySlug, {project.str(), slug}));
    return read_optional(row);
}

constexpr std::string_view kFindRevision =
    "SELECT revision FROM integrations WHERE project_id = $1 AND id = $2";
Result<std::optional<std::int64_t>> IntegrationStore::find_revision(Connection& tx,
                                                                    ProjectId project,
                                                                    IntegrationId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindRevision, {project.str(), id.str()}));
    return row ? row->optional_integer(0) : std::nullopt;
}

constexpr std::string_view kFindIcon = "SELECT icon FROM integrations WHERE id = $1";
Result<std::optional<std::string>> IntegrationStore::find_icon(Connection& tx,
                                                               IntegrationId id) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kFindIcon, {id.str()}));
    return row ? row->optional_text(0) : std::nullopt;
}

constexpr std::string_view kCount = "SELECT count(*) FROM integrations WHERE project_id = $1";
Result<std::int64_t> IntegrationStore::count(Connection& tx, ProjectId project) const {
    ASSIGN_OR_RETURN(const auto row, tx.find_row(kCount, {project.str()}));
    return row ? row->integer(0) : 0;
}

constexpr std::string_view kList = R"(
    SELECT project_id, id, status, revision, definition, icon, sealed_client_secret,
           sealed_client_private_key, sealed_client_certificate, created_at, updated_at
    FROM integrations
    WHERE project_id = $1 AND slug > $2 AND ($3 = '' OR status = $3)
      AND (lower(name) LIKE $4 ESCAPE '!' OR slug LIKE $4 ESCAPE '!')
    ORDER BY slug LIMIT $5)";
Result<IntegrationPage> IntegrationStore::list(Connection& tx, ProjectId project,
                                               const IntegrationQuery& query) const {
    ASSIGN_OR_RETURN(const std::string after, slug_after(query.cursor));
    const std::string_view status = query.status ? name_of(*query.status) : "";
    // One more than asked for tells whether there is a next page.
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.query(kList, {project.str(), after, status,
                                      like_pattern(ascii_lower(query.search)), query.limit + 1}));
    IntegrationPage page;
    for (const Row& row : rows) {
        if (page.integrations.size() == static_cast<std::size_t>(query.limit)) {
            page.next_cursor = base64url_encode(page.integrations.back().definition.slug);
            break;
        }
        ASSIGN_OR_RETURN(Integration integration, read_integration(row));
        page.integrations.push_back(std::move(integration));
    }
    return page;
}

// LIKE disregards case on SQLite and knows nothing of where a name ends, so the text decides.
constexpr std::string_view kMentioning = R"(
    SELECT name, definition FROM integrations
    WHERE project_id = $1 AND definition LIKE $2 ESCAPE '!' ORDER BY slug)";
Result<std::vector<std::string>> IntegrationStore::names_using(Connection& tx, ProjectId project,
                                                               std::string_view variable) const {
    ASSIGN_OR_RETURN(const Rows rows,
                     tx.query(kMentioning, {project.str(), like_pattern(variable)}));
    std::vector<std::string> names;
    for (const Row& row : rows) {
        if (uses_variable(row.text(1), variable)) names.push_back(row.text(0));
    }
    return names;
}

}  // namespace tenon
