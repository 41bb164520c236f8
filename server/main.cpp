// Starts and stops the program: reads the command line and hands over to the command.
#include <fmt/format.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/serve.h"

namespace {

using namespace tenon;

struct RunCommand {
    const Config& config;
    int operator()(const ServeCommand&) const { return serve(config); }
    int operator()(const MigrateCommand&) const { return run_migrate(config); }
    int operator()(const DoctorCommand&) const { return run_doctor(config); }
    int operator()(const RotateKeysCommand& command) const {
        return run_rotate_keys(command, config);
    }
    int operator()(const AdminCommand& command) const { return run_admin(command, config); }
    int operator()(const ApplyCommand& command) const { return run_apply(command, config); }
    int operator()(const ExportCommand& command) const { return run_export(command, config); }
    int operator()(const TokenCommand& command) const { return run_token(command, config); }
    int operator()(const ConnectLinkCommand& command) const {
        return run_connect_link(command, config);
    }
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto parsed = parse_command_line(argc, argv);
        if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
        const auto& line = std::get<ParsedCommandLine>(parsed);
        return std::visit(RunCommand{line.config}, line.command);
    } catch (const std::exception& e) {
        fmt::print(stderr, "tenon: a bug ended the program: {}\n", e.what());
        return 70;
    }
}
