#include "projects/key_wrapping.h"

#include <fmt/format.h>

namespace tenon {
namespace {

constexpr std::string_view kCheckText = "tenon master key check";

std::string wrapping_context(const DataKeyName& name) {
    return fmt::format("tenon project_data_keys {} {}", name.project_id.str(), name.key_id.str());
}

std::string check_context(const MasterKey& master) {
    return fmt::format("tenon master_key_checks {}", master.id);
}

}  // namespace

std::string wrap_data_key(const MasterKey& master, const DataKeyName& name, const AeadKey& key) {
    return aead_seal(master.key, key.reveal(), wrapping_context(name));
}

Result<AeadKey> unwrap_data_key(const MasterKey& master, const DataKeyName& name,
                                std::string_view wrapped) {
    const auto bytes = aead_open(master.key, wrapped, wrapping_context(name));
    if (!bytes) {
        return Error{
            ErrorKind::internal, "vault.tampered",
            fmt::format("The data key {} of project {} does not match its master key \"{}\".",
                        name.key_id.str(), name.project_id.str(), master.id)};
    }
    return AeadKey::from_bytes(bytes->reveal());
}

std::string make_check_value(const MasterKey& master) {
    return aead_seal(master.key, kCheckText, check_context(master));
}

bool opens_check_value(const MasterKey& master, std::string_view check_value) {
    const auto text = aead_open(master.key, check_value, check_context(master));
    return text && text->reveal() == kCheckText;
}

Error wrong_master_key(std::string_view id) {
    return {
        ErrorKind::internal, "vault.wrong_master_key",
        fmt::format("The master key \"{}\" does not open this database. Start Tenon with the key "
                    "file that belongs to it; nothing was changed.",
                    id)};
}

}  // namespace tenon
