// The JSON forms of projects/ in the platform API. Nothing secret has a form here.
#pragma once

#include "base/json.h"
#include "projects/audit_log.h"
#include "projects/project.h"

namespace tenon {

JsonObject to_json(const Project& project);
JsonObject to_json(const SigningKey& key);
JsonObject to_json(const EnvironmentSecret& secret);
JsonObject to_json(const AuditEntry& entry);

}  // namespace tenon
