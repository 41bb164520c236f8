// Master keys wrap the data keys of every project. They come from a file that a fresh install makes
// (mode 0600) or from an environment variable, and never enter the database. The last key of the
// list is the current one; older ones stay until every data key has been rewrapped.
//
// The text form, in the file and in the variable, is JSON: {"keys": [{"id": "…", "key": "<base64 of
// 32 bytes>"}]}
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "platform/crypto/aead.h"

namespace tenon {

struct MasterKey {
    std::string id;  // 1 to 64 characters of a-z, A-Z, 0-9, '-' and '_'
    AeadKey key;

    static MasterKey random();
};

class MasterKeys {
 public:
    static constexpr std::size_t kKeysMax = 16;

    // Errors: invalid_input "master_keys.invalid", which names the rule and never the text.
    static Result<MasterKeys> parse(const Secret& text);
    // One new key and no file; for tests and for `doctor`.
    static MasterKeys random();

    const MasterKey& current() const { return keys_.back(); }
    const MasterKey* find(std::string_view id) const;
    const std::vector<MasterKey>& all() const { return keys_; }
    // Where the keys were read from; empty when they did not come from a file.
    const std::filesystem::path& path() const { return path_; }

    // The list with a new current key, or without an old one.
    MasterKeys with_new_key() const;
    MasterKeys without(std::string_view id) const;
    Secret text() const;

 private:
    friend Result<MasterKeys> read_master_keys(const std::filesystem::path& path);
    std::vector<MasterKey> keys_;
    std::filesystem::path path_;
};

// Errors: internal "master_keys.unreadable", and "master_keys.too_open" when group or others may
// read the file.
Result<MasterKeys> read_master_keys(const std::filesystem::path& path);
// The same, but a missing file is made with one random key.
Result<MasterKeys> load_or_create_master_keys(const std::filesystem::path& path);
// Replaces the file at once and durably (written beside it, then renamed).
Ok write_master_keys(const std::filesystem::path& path, const MasterKeys& keys);

}  // namespace tenon
