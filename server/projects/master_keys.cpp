#include "projects/master_keys.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"

namespace tenon {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kFileBytesMax = 64U << 10U;

Error invalid(std::string_view rule) {
    return {ErrorKind::invalid_input, "master_keys.invalid",
            fmt::format("The master keys are not usable: {}", rule)};
}

Error file_error(const std::filesystem::path& path, std::string_view what, int error_number) {
    return {ErrorKind::internal, "master_keys.unreadable",
            fmt::format("The key file {} cannot be {}: {}.", path.string(), what,
                        std::generic_category().message(error_number))};
}

bool is_key_id(std::string_view id) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), is_allowed);
}

Result<MasterKey> parse_key(Json& entry) {
    const std::string id = string_member(entry, "id");
    if (!is_key_id(id)) return invalid("an id has 1 to 64 characters of A-Z, a-z, 0-9, - and _.");
    auto bytes = base64_decode(string_member(entry, "key")).value_or("");
    if (Json* text = entry.get_object().if_contains("key"); text != nullptr && text->is_string()) {
        ::explicit_bzero(text->get_string().data(), text->get_string().size());
    }
    auto key = AeadKey::from_bytes(bytes);
    wipe(bytes);
    if (!key) return invalid("a key is base64 of exactly 32 bytes.");
    return MasterKey{id, *key};
}

class File {
 public:
    File(const std::filesystem::path& path, int flags)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

 private:
    int fd_;
};

Result<Secret> read_whole(const File& file, const std::filesystem::path& path) {
    std::string text(kFileBytesMax + 1, '\0');
    const ssize_t size = ::read(file.fd(), text.data(), text.size());
    if (size < 0) return file_error(path, "read", errno);
    if (static_cast<std::size_t>(size) > kFileBytesMax) return invalid("the file is too long.");
    Secret read(text.substr(0, static_cast<std::size_t>(size)));
    wipe(text);
    return read;
}

// Writes the keys into a new file beside `path` and returns its name.
Result<std::filesystem::path> write_beside(const std::filesystem::path& path,
                                           const MasterKeys& keys) {
    std::filesystem::path beside = path;
    beside += ".new-" + random_token(6);
    const File file(beside, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.is_open()) return file_error(path, "written", errno);
    const Secret text = keys.text();
    const std::string_view bytes = text.reveal();
    const bool written =
        ::write(file.fd(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::fsync(file.fd()) == 0;
    if (written) return beside;
    const int reason = errno;
    ::unlink(beside.c_str());
    return file_error(path, "written", reason);
}

void sync_folder_of(const std::filesystem::path& path) {
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const File file(folder, O_RDONLY | O_DIRECTORY);
    if (file.is_open()) ::fsync(file.fd());
}

}  // namespace

MasterKey MasterKey::random() { return {random_token(9), AeadKey::random()}; }

MasterKeys MasterKeys::random() {
    MasterKeys keys;
    keys.keys_.push_back(MasterKey::random());
    return keys;
}

Result<MasterKeys> MasterKeys::parse(const Secret& text) {
    auto json = parse_json(text.reveal());
    const Json* list = json ? find_member(*json, "keys") : nullptr;
    if (list == nullptr || !list->is_array()) {
        return invalid("expected JSON of the form {\"keys\": [{\"id\": …, \"key\": …}]}.");
    }
    if (list->get_array().empty()) return invalid("the list of keys is empty.");
    if (list->get_array().size() > kKeysMax) return invalid("there are more than 16 keys.");
    MasterKeys keys;
    for (Json& entry : json->at("keys").get_array()) {
        if (!entry.is_object()) return invalid("each key is an object with id and key.");
        ASSIGN_OR_RETURN(MasterKey key, parse_key(entry));
        if (keys.find(key.id) != nullptr) return invalid("two keys have the same id.");
        keys.keys_.push_back(std::move(key));
    }
    return keys;
}

const MasterKey* MasterKeys::find(std::string_view id) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const MasterKey& key) { return key.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

MasterKeys MasterKeys::with_new_key() const {
    MasterKeys keys = *this;
    keys.keys_.push_back(MasterKey::random());
    return keys;
}

MasterKeys MasterKeys::without(std::string_view id) const {
    MasterKeys keys = *this;
    std::erase_if(keys.keys_, [&](const MasterKey& key) { return key.id == id; });
    return keys;
}

Secret MasterKeys::text() const {
    std::string text = "{\n  \"keys\": [";
    text.reserve(text.size() + 8 +
                 keys_.size() * (kIdBytesMax + 128));  // growing would leave copies
    const char* separator = "";
    for (const MasterKey& key : keys_) {
        std::string encoded = base64_encode(key.key.reveal());
        text.append(separator).append("\n    {\"id\": ").append(json_quote(key.id));
        text.append(", \"key\": \"").append(encoded).append("\"}");
        wipe(encoded);
        separator = ",";
    }
    text += "\n  ]\n}\n";
    return Secret(std::move(text));
}

Result<MasterKeys> read_master_keys(const std::filesystem::path& path) {
    const File file(path, O_RDONLY);
    if (!file.is_open()) return file_error(path, "read", errno);
    struct stat facts{};
    if (::fstat(file.fd(), &facts) != 0) return file_error(path, "read", errno);
    if (!S_ISREG(facts.st_mode)) return file_error(path, "read", EINVAL);
    if ((facts.st_mode & 077U) != 0) {
        return Error{ErrorKind::internal, "master_keys.too_open",
                     fmt::format("The key file {} may be read by others. Run: chmod 600 {}",
                                 path.string(), path.string())};
    }
    ASSIGN_OR_RETURN(const Secret text, read_whole(file, path));
    ASSIGN_OR_RETURN(MasterKeys keys, MasterKeys::parse(text));
    keys.path_ = path;
    return keys;
}

Result<MasterKeys> load_or_create_master_keys(const std::filesystem::path& path) {
    std::error_code ec;
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, ec))) {
        if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ec);
        ASSIGN_OR_RETURN(const auto beside, write_beside(path, MasterKeys::random()));
        // A link, not a rename: when another process was faster, its file stays.
        const bool linked = ::link(beside.c_str(), path.c_str()) == 0;
        const int reason = errno;
        ::unlink(beside.c_str());
        if (!linked && reason != EEXIST) return file_error(path, "written", reason);
        sync_folder_of(path);
    }
    return read_master_keys(path);
}

Ok write_master_keys(const std::filesystem::path& path, const MasterKeys& keys) {
    ASSIGN_OR_RETURN(const auto beside, write_beside(path, keys));
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        const int reason = errno;
        ::unlink(beside.c_str());
        return file_error(path, "written", reason);
    }
    sync_folder_of(path);
    return {};
}

}  // namespace tenon
