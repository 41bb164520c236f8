#include "projects/vault.h"

#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "base/text.h"
#include "platform/crypto/hash.h"
#include "platform/logging/log.h"
#include "projects/data_key_store.h"

namespace tenon {
namespace {

constexpr char kSealedVersion = 1;
constexpr std::size_t kKeyIdBytes = 16;
constexpr std::size_t kHeaderBytes = 1 + kKeyIdBytes;

// A data key that another node made is known here after this long at most; a rotation waits for
// twice as much before the new key seals anything.
constexpr std::chrono::seconds kCacheAgeMax{30};
constexpr std::size_t kCachedProjectsMax = 10'000;

// Every part with its length in front, so that no two places have the same text.
std::string place_of(ProjectId project, const SealContext& context) {
    const std::string project_id = project.str();
    const std::string_view parts[] = {project_id, context.table, context.row_id, context.column};
    std::string place = "tenon sealed 1";
    for (const std::string_view part : parts) place += fmt::format(" {}:{}", part.size(), part);
    return place;
}

std::string id_bytes(const Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

class DataKeys final : public ProjectKeys {
 public:
    struct Named {
        std::string id;  // 16 bytes
        AeadKey key;
    };

    // `keys` is not empty, oldest first; `sealing` is one of them.
    DataKeys(ProjectId project, std::vector<Named> keys, std::size_t sealing)
        : project_(project),
          keys_(std::move(keys)),
          sealing_(sealing),
          fingerprint_key_(hmac_sha256(keys_.front().key.reveal(), "tenon fingerprint")) {}

    ProjectId project_id() const override { return project_; }

    std::string seal(const SealContext& context, const Secret& value) const override {
        const Named& named = keys_[sealing_];
        std::string sealed(1, kSealedVersion);
        sealed += named.id;
        sealed += aead_seal(named.key, value.reveal(), place_of(project_, context) + named.id);
        return sealed;
    }

    Result<Secret> open(const SealContext& context, std::string_view sealed) const override {
        if (sealed.size() < kHeaderBytes || sealed.front() != kSealedVersion) {
            return refuse(context, "vault.tampered", "is damaged");
        }
        const std::string_view id = sealed.substr(1, kKeyIdBytes);
        const Named* named = find(id);
        if (named == nullptr) {
            return refuse(context, "vault.key_unknown", "is sealed with a key that is not there");
        }
        auto value = aead_open(named->key, sealed.substr(kHeaderBytes),
                               place_of(project_, context) + std::string(id));
        if (!value) return refuse(context, "vault.tampered", "is damaged or was moved");
        return value;
    }

    std::string fingerprint(const SealContext& context, const Secret& value) const override {
        std::string input = fmt::format("{}.{} ", context.table, context.column);
        input += value.reveal();
        const std::string digest = hmac_sha256(fingerprint_key_.reveal(), input);
        wipe(input);
        return hex_encode(digest.substr(0, 16));
    }

 private:
    const Named* find(std::string_view id) const {
        for (const Named& named : keys_) {
            if (named.id == id) return &named;
        }
        return nullptr;
    }

    Error refuse(const SealContext& context, const char* code, std::string_view what) const {
        log_error("vault.refused", {{"code", code},
                                    {"project", project_.str()},
                                    {"table", context.table},
                                    {"row", context.row_id},
                                    {"column", context.column}});
        return {ErrorKind::internal, code,
                fmt::format("The sealed value {}.{} of row {} {}.", context.table, context.column,
                            context.row_id, what)};
    }

    const ProjectId project_;
    const std::vector<Named> keys_;
    const std::size_t sealing_;
    const Secret fingerprint_key_;
};

class StoredVault final : public Vault {
 public:
    StoredVault(Database& database, MasterKeys keys, const Clock& clock)
        : database_(database), clock_(clock), master_keys_(std::move(keys)) {}

    Task<Result<std::shared_ptr<const ProjectKeys>>> keys(ProjectId project) override {
        if (auto known = cached_keys(project)) co_return known;
        auto loaded = co_await load(project);
        if (loaded) {
            remember(project, *loaded);
            co_return std::move(*loaded);
        }
        // Keys only ever come in addition, so an older copy is still right while the database is
        // away.
        if (loaded.error().kind == ErrorKind::unavailable) {
            if (auto older = remembered(project, Age::any)) co_return older;
        }
        co_return std::move(loaded).error();
    }

    std::shared_ptr<const ProjectKeys> cached_keys(ProjectId project) const override {
        return remembered(project, Age::fresh);
    }

 private:
    using Keys = std::shared_ptr<const ProjectKeys>;
    struct Remembered {
        Keys keys;
        SteadyTime since;
    };
    enum class Age { fresh, any };

    Keys remembered(ProjectId project, Age age) const {
        const std::shared_lock lock(mutex_);
        const auto found = cache_.find(project);
        if (found == cache_.end()) return nullptr;
        const bool fresh = clock_.steady_now() - found->second.since < kCacheAgeMax;
        return fresh || age == Age::any ? found->second.keys : nullptr;
    }

    void remember(ProjectId project, Keys keys) {
        const std::unique_lock lock(mutex_);
        if (cache_.size() >= kCachedProjectsMax && !cache_.contains(project)) cache_.clear();
        cache_[project] = {std::move(keys), clock_.steady_now()};
    }

    Task<Result<Keys>> load(ProjectId project) {
        ASSIGN_OR_CO_RETURN(auto rows, co_await database_.read([&](Connection& tx) {
            return store_.list(tx, project);
        }));
        if (rows.empty()) {
            auto made = co_await make_first_key(project);
            // Another process may have rotated the master key meanwhile; its file then has the new
            // one.
            if (!made && made.error().code == kRetired && reload_master_keys()) {
                made = co_await make_first_key(project);
            }
            if (!made) co_return std::move(made).error();
            rows = std::move(*made);
        }
        co_return unwrap(project, rows);
    }

    static constexpr const char* kRetired = "vault.master_key_retired";

    Task<Result<std::vector<WrappedDataKey>>> make_first_key(ProjectId project) {
        const MasterKey master = current_master_key();
        WrappedDataKey row;
        row.name = {project, Uuid::random()};
        row.wrapped_key = wrap_data_key(master, row.name, AeadKey::random());
        row.master_key_id = master.id;
        row.created_at = clock_.now();
        auto rows =
            co_await database_.write([&](Connection& tx) -> Result<std::vector<WrappedDataKey>> {
                RETURN_IF_ERROR(
                    store_.insert_check(tx, {master.id, make_check_value(master)}, row.created_at));
                ASSIGN_OR_RETURN(const bool usable,
                                 store_.use_master_key(tx, master.id, row.created_at));
                if (!usable) {
                    return Error{ErrorKind::internal, kRetired,
                                 fmt::format("The master key \"{}\" is retired.", master.id)};
                }
                RETURN_IF_ERROR(store_.insert(tx, row));
                return store_.list(tx, project);
            });
        if (!rows && rows.error().code == "storage.foreign_key") {
            co_return Error::not_found("Project");
        }
        co_return rows;
    }

    Result<Keys> unwrap(ProjectId project, const std::vector<WrappedDataKey>& rows) {
        std::vector<DataKeys::Named> keys;
        std::size_t sealing = 0;
        const Timestamp now = clock_.now();
        for (const WrappedDataKey& row : rows) {
            ASSIGN_OR_RETURN(const MasterKey master, master_key_of(row));
            ASSIGN_OR_RETURN(AeadKey key, unwrap_data_key(master, row.name, row.wrapped_key));
            if (row.seals_from <= now) sealing = keys.size();
            keys.push_back({id_bytes(row.name.key_id), key});
        }
        return Keys(std::make_shared<DataKeys>(project, std::move(keys), sealing));
    }

    Result<MasterKey> master_key_of(const WrappedDataKey& row) {
        if (const auto known = find_master_key(row.master_key_id)) return *known;
        // Rewrapped by a rotation that runs beside us: the file has the new key already.
        if (reload_master_keys()) {
            if (const auto known = find_master_key(row.master_key_id)) return *known;
        }
        return Error{
            ErrorKind::internal, "vault.master_key_missing",
            fmt::format("The master key \"{}\" is not in the key file.", row.master_key_id)};
    }

    MasterKey current_master_key() const {
        const std::shared_lock lock(mutex_);
        return master_keys_.current();
    }

    std::optional<MasterKey> find_master_key(std::string_view id) const {
        const std::shared_lock lock(mutex_);
        const MasterKey* key = master_keys_.find(id);
        return key == nullptr ? std::nullopt : std::optional(*key);
    }

    // A small file, read at most once for each key that is not known.
    bool reload_master_keys() {
        const std::unique_lock lock(mutex_);
        if (master_keys_.path().empty()) return false;
        auto keys = read_master_keys(master_keys_.path());
        if (!keys) {
            log_error("vault.key_file", {{"why", keys.error().message}});
            return false;
        }
        master_keys_ = std::move(*keys);
        return true;
    }

    Database& database_;
    const Clock& clock_;
    const DataKeyStore store_;
    mutable std::shared_mutex mutex_;
    MasterKeys master_keys_;
    std::unordered_map<ProjectId, Remembered> cache_;
};

// Every master key that still wraps something, and every one in use, must be here and open its
// check value.
Ok check_known_keys(const MasterKeys& keys, const std::vector<MasterKeyCheck>& checks,
                    const std::vector<std::string>& wrapping) {
    for (const MasterKeyCheck& check : checks) {
        const MasterKey* key = keys.find(check.master_key_id);
        if (key == nullptr && check.retired) continue;
        if (key == nullptr) return wrong_master_key(keys.current().id);
        if (!opens_check_value(*key, check.check_value)) return wrong_master_key(key->id);
    }
    for (const std::string& id : wrapping) {
        if (keys.find(id) == nullptr) return wrong_master_key(keys.current().id);
    }
    return {};
}

struct KnownMasterKeys {
    std::vector<MasterKeyCheck> checks;
    std::vector<std::string> wrapping;  // ids of master keys that wrap a data key
};

Task<Result<KnownMasterKeys>> list_known(Database& database) {
    co_return co_await database.read(
        [engine = database.engine()](Connection& tx) -> Result<KnownMasterKeys> {
            const DataKeyStore store;
            KnownMasterKeys known;
            ASSIGN_OR_RETURN(const bool has_tables, store.has_tables(tx, engine));
            if (!has_tables) return known;
            ASSIGN_OR_RETURN(known.checks, store.list_checks(tx));
            ASSIGN_OR_RETURN(known.wrapping, store.list_wrapping_master_keys(tx));
            return known;
        });
}

}  // namespace

Task<Result<bool>> has_master_key(Database& database) {
    ASSIGN_OR_CO_RETURN(const KnownMasterKeys known, co_await list_known(database));
    co_return !known.checks.empty() || !known.wrapping.empty();
}

Task<Ok> judge_master_keys(Database& database, const MasterKeys& keys) {
    ASSIGN_OR_CO_RETURN(const KnownMasterKeys known, co_await list_known(database));
    co_return check_known_keys(keys, known.checks, known.wrapping);
}

std::unique_ptr<Vault> make_vault(Database& database, MasterKeys keys, const Clock& clock) {
    return std::make_unique<StoredVault>(database, std::move(keys), clock);
}

Task<Ok> check_master_keys(Database& database, const MasterKeys& keys, const Clock& clock) {
    const MasterKeyCheck current{keys.current().id, make_check_value(keys.current())};
    co_return co_await database.write([&](Connection& tx) -> Ok {
        const DataKeyStore store;
        ASSIGN_OR_RETURN(const auto checks, store.list_checks(tx));
        ASSIGN_OR_RETURN(const auto wrapping, store.list_wrapping_master_keys(tx));
        RETURN_IF_ERROR(check_known_keys(keys, checks, wrapping));
        return store.insert_check(tx, current, clock.now());
    });
}

}  // namespace tenon
