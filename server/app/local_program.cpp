#include "app/local_program.h"

#include "app/remote_api.h"
#include "base/text.h"
#include "embedded/contract.h"
#include "integrations/definition_documents.h"
#include "integrations/integration_json.h"

namespace tenon {
namespace {

Actor command_line_actor() { return {"command_line", "", "command line", ""}; }

Result<Json> contract_json() { return parse_json(embedded::contract().front().bytes); }

Task<Result<Json>> apply_locally(LocalProgram& program, const ApplyCommand& command,
                                 const DefinitionDocuments& documents) {
    ASSIGN_OR_CO_RETURN(const ProjectId project, co_await program.find_project(command.target));
    const ApplyMode mode = command.dry_run ? ApplyMode::dry_run : ApplyMode::write;
    const auto outcomes = co_await program.services->integrations.apply(
        command_line_actor(), project, documents.drafts, mode);
    if (!outcomes) co_return documents.with_lines(outcomes.error());
    co_return Json(apply_result_json(*outcomes, mode));
}

Task<Result<std::string>> export_locally(LocalProgram& program, const ExportCommand& command) {
    IntegrationService& integrations = program.services->integrations;
    ASSIGN_OR_CO_RETURN(const ProjectId project, co_await program.find_project(command.target));
    if (command.slug.empty()) {
        ASSIGN_OR_CO_RETURN(const auto all,
                            co_await integrations.list_with_status(project, std::nullopt));
        co_return write_yaml(all);
    }
    ASSIGN_OR_CO_RETURN(const auto found,
                        co_await integrations.find_by_slug(project, command.slug));
    if (!found) co_return Error::not_found("Integration");
    co_return write_yaml(*found);
}

Result<std::string> export_remotely(const ExportCommand& command, const Config& config) {
    ASSIGN_OR_RETURN(const auto api, RemoteApi::connect(command.target, config));
    if (command.slug.empty()) return api->send({.method = "GET", .path = "/integrations/export"});
    ASSIGN_OR_RETURN(const Json list, api->send_json({.method = "GET",
                                                      .path = "/integrations?search=" +
                                                              percent_encode(command.slug)}));
    const Json* items = find_member(list, "items");
    if (items != nullptr && items->is_array()) {
        for (const Json& item : items->get_array()) {
            if (string_member(item, "slug") != command.slug) continue;
            return api->send({.method = "GET",
                              .path = "/integrations/" + string_member(item, "id") + "/export"});
        }
    }
    return Error::not_found("Integration");
}

}  // namespace

Result<std::unique_ptr<LocalProgram>> LocalProgram::open(const Config& config) {
    auto program = std::unique_ptr<LocalProgram>(new LocalProgram(config));
    ASSIGN_OR_RETURN(program->storage, open_storage(program->config, program->clock));
    ASSIGN_OR_RETURN(program->services,
                     Services::build(program->config, *program->storage->database,
                                     std::move(program->storage->keys), program->clock));
    return program;
}

Task<Result<ProjectId>> LocalProgram::find_project(const CommandTarget& target) {
    if (!target.project_id.empty()) {
        ASSIGN_OR_CO_RETURN(const ProjectId named, ProjectId::parse(target.project_id));
        ASSIGN_OR_CO_RETURN(const Project project, co_await services->projects.get_project(named));
        co_return project.id;
    }
    ASSIGN_OR_CO_RETURN(const auto all, co_await services->projects.list_projects());
    if (all.size() == 1) co_return all.front().id;
    co_return Error{ErrorKind::not_found, "project",
                    all.empty() ? "There is no project yet: make one with `tenon admin create`."
                                : "There are several projects: name one with --project."};
}

Result<Json> apply_yaml(const ApplyCommand& command, const Config& config,
                        const std::string& yaml) {
    if (!command.target.server_url.empty()) {
        ASSIGN_OR_RETURN(const auto api, RemoteApi::connect(command.target, config));
        return api->send_json(
            {.method = "POST",
             .path = command.dry_run ? "/integrations/apply?dryRun=true" : "/integrations/apply",
             .body = yaml,
             .content_type = "application/yaml"});
    }
    ASSIGN_OR_RETURN(const Json contract, contract_json());
    ASSIGN_OR_RETURN(const DefinitionReader reader, DefinitionReader::create(contract));
    ASSIGN_OR_RETURN(const DefinitionDocuments documents, reader.read_yaml(yaml));
    ASSIGN_OR_RETURN(const auto program, LocalProgram::open(config));
    return run_task(apply_locally(*program, command, documents));
}

Result<std::string> export_yaml(const ExportCommand& command, const Config& config) {
    if (!command.target.server_url.empty()) return export_remotely(command, config);
    ASSIGN_OR_RETURN(const auto program, LocalProgram::open(config));
    return run_task(export_locally(*program, command));
}

}  // namespace tenon
