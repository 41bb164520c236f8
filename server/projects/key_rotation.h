// Rotation of keys while the server runs, as `tenon keys rotate` does it. A master-key rotation
// adds a key to the key file, rewraps every data key under it in batches, and then lets the old key
// go; killed at any point it is taken up again by the next call. Running servers read the key file
// again when they meet a key they do not know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "platform/scheduling/task.h"
#include "platform/storage/database.h"
#include "projects/master_keys.h"
#include "projects/project.h"

namespace tenon {

struct RotationReport {
    std::string master_key_id;        // the current key after the rotation
    std::int64_t rewrapped_keys = 0;  // data keys rewrapped by this call
    std::vector<std::string>
        retired;  // master keys that nothing needs any more, removed from the file
};

struct RotationOptions {
    int batch_rows = 200;        // data keys per transaction
    bool keep_old_keys = false;  // leave old keys in the file, for backups made before the rotation
};

// Keys in a file: adds a key (or goes on with a rotation that was cut short), rewraps, retires.
// Errors: those of check_master_keys and of the file.
Task<Result<RotationReport>> rotate_master_key(Database& database, std::filesystem::path key_file,
                                               const Clock& clock, RotationOptions options = {});

// Keys from elsewhere (an environment variable): rewraps everything under the current key of
// `keys`.
Task<Result<RotationReport>> rewrap_data_keys(Database& database, MasterKeys keys,
                                              const Clock& clock, RotationOptions options = {});

// Gives the project a new data key, which seals new values a minute later (when every node knows
// it). Values sealed before stay readable with their own key.
Task<Ok> rotate_data_key(Database& database, MasterKeys keys, ProjectId project,
                         const Clock& clock);

}  // namespace tenon
