// What each command of the command line does, beside `serve`. All return the process's exit code
// and write for people to standard output; errors go to standard error.
#pragma once

#include "app/command_line.h"

namespace tenon {

int run_migrate(const Config& config);
int run_doctor(const Config& config);
int run_rotate_keys(const RotateKeysCommand& command, const Config& config);
int run_admin(const AdminCommand& command, const Config& config);
int run_apply(const ApplyCommand& command, const Config& config);
int run_export(const ExportCommand& command, const Config& config);
int run_token(const TokenCommand& command, const Config& config);
int run_connect_link(const ConnectLinkCommand& command, const Config& config);

}  // namespace tenon
