// A project is the unit of isolation: it has its own keys, users, integrations and secrets. Plain
// values, no I/O.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace tenon {

using ProjectId = Id<struct ProjectIdTag>;
using SigningKeyId = Id<struct SigningKeyIdTag>;
using EnvironmentSecretId = Id<struct EnvironmentSecretIdTag>;

struct Project {
    ProjectId id;
    std::string name;
    // Origins that may frame the portal and receive its messages, such as
    // "https://app.example.com".
    std::vector<std::string> allowed_origins;
    Timestamp created_at;
    Timestamp updated_at;
};

// The public half of a key that the product signs user tokens with. Several may be active, so
// rotation has no gap.
struct SigningKey {
    SigningKeyId id;
    ProjectId project_id;
    std::string public_pem;
    bool revoked = false;
    Timestamp created_at;
};

// A named secret of a project, usable in templates as {{ secrets.NAME }}. The value is sealed and
// never read back.
struct EnvironmentSecret {
    EnvironmentSecretId id;
    ProjectId project_id;
    std::string name;         // [A-Z][A-Z0-9_]{0,63}
    std::string fingerprint;  // keyed hash of the value: tells a change, nothing else
    Timestamp created_at;
    Timestamp updated_at;
    std::vector<std::string> used_by = {};  // "integration Acme"; found anew at each reading
};

}  // namespace tenon
