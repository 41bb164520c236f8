// `tenon serve`: storage, services, routes and the server, from start to a drained end.
#pragma once

#include "app/config.h"

namespace tenon {

// Runs until SIGTERM or SIGINT; a second signal ends the process at once. Returns the exit code.
int serve(Config config);

}  // namespace tenon
