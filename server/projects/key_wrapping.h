// What a master key does: it wraps data keys, and it seals the check value by which a wrong master
// key is noticed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "projects/master_keys.h"
#include "projects/project.h"

namespace tenon {

// Names a data key; part of what its wrapping is bound to.
struct DataKeyName {
    ProjectId project_id;
    Uuid key_id;
};

std::string wrap_data_key(const MasterKey& master, const DataKeyName& name, const AeadKey& key);
// Errors: internal "vault.tampered", which names the data key.
Result<AeadKey> unwrap_data_key(const MasterKey& master, const DataKeyName& name,
                                std::string_view wrapped);

std::string make_check_value(const MasterKey& master);
bool opens_check_value(const MasterKey& master, std::string_view check_value);

// "The master key … does not open this database. …"
Error wrong_master_key(std::string_view id);

}  // namespace tenon
