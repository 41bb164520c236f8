// `tenon doctor`: looks at everything a start depends on and says, line by line, what is well and
// what to mend. It changes nothing.
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/listen_port.h"
#include "app/storage.h"
#include "base/url.h"
#include "platform/http/egress_policy.h"
#include "projects/vault.h"

namespace tenon {
namespace {

// Prints each finding at once and counts what has to be mended.
class Findings {
 public:
    void good(std::string_view what) { fmt::print("  ok    {}\n", what); }
    void warn(std::string_view what) { fmt::print("  note  {}\n", what); }
    void bad(std::string_view what) {
        fmt::print("  MEND  {}\n", what);
        ++bad_;
    }
    void judge(const Ok& result, std::string_view what) {
        if (result)
            good(what);
        else
            bad(result.error().message);
    }
    int bad_count() const { return bad_; }

 private:
    int bad_ = 0;
};

bool is_loopback(const Config& config) {
    return config.listen.host.starts_with("127.") || config.listen.host == "::1";
}

void check_address(const Config& config, Findings& findings) {
    findings.good(fmt::format("listens on {}:{}", config.listen.host, config.listen.port));
    if (!is_loopback(config))
        findings.warn("reachable from other machines, since it listens on more than loopback");
    const auto url = Url::parse(config.public_url);
    if (!url) {
        findings.bad(
            fmt::format("the public URL {} is no URL: {}", config.public_url, url.error().message));
    } else if (url->scheme == "http" && !is_loopback(config)) {
        findings.bad(
            "the public URL is plain http: providers and browsers want https (set --public-url)");
    } else {
        findings.good(fmt::format("public URL {}", config.public_url));
    }
}

void check_data_folder(const Config& config, Findings& findings) {
    struct stat facts{};
    if (::stat(config.data.c_str(), &facts) != 0) {
        findings.warn(
            fmt::format("{} is not there yet; the first start makes it", config.data.string()));
        return;
    }
    if (::access(config.data.c_str(), W_OK | X_OK) != 0) {
        findings.bad(fmt::format("{} cannot be written by this user", config.data.string()));
    } else if ((facts.st_mode & 077) != 0) {
        findings.warn(fmt::format("{} is open to other users of this machine (chmod 700)",
                                  config.data.string()));
    } else {
        findings.good(fmt::format("data folder {}", config.data.string()));
    }
}

// `database` is null when it is not there yet or cannot be opened.
void check_keys(const Config& config, Database* database, Findings& findings) {
    if (!has_master_keys_variable() && !std::filesystem::exists(config.key_file())) {
        const Ok may_be_made =
            database == nullptr ? Ok() : check_key_file_is_there(config, *database);
        const auto what = fmt::format("no key file at {} yet; the first start makes it",
                                      config.key_file().string());
        may_be_made ? findings.warn(what) : findings.bad(may_be_made.error().message);
        return;
    }
    const auto keys = read_configured_keys(config);
    findings.judge(keys ? Ok() : Ok(keys.error()),
                   has_master_keys_variable()
                       ? "master keys from TENON_MASTER_KEYS"
                       : "master key file; keep a copy away from the database's backups");
    if (!keys || database == nullptr) return;
    findings.judge(run_task(judge_master_keys(*database, *keys)), "the keys open the database");
}

Task<Ok> ask_once(Database& database) {
    const auto answer = co_await database.read([](Connection& tx) { return tx.query("SELECT 1"); });
    co_return answer ? Ok() : Ok(answer.error());
}

std::unique_ptr<Database> check_database(const Config& config, Findings& findings) {
    const bool embedded = config.database_url.empty();
    if (embedded && !std::filesystem::exists(config.database_file())) {
        findings.warn("no database yet; the first start makes it");
        return nullptr;
    }
    auto database = open_database(config);
    if (!database && database.error().code == "storage.owned") {
        findings.good("embedded database, in use by a running process");
        return nullptr;
    }
    if (!database) {
        findings.bad(database.error().message);
        return nullptr;
    }
    const Ok answers = run_task(ask_once(**database));
    findings.judge(answers, embedded ? "embedded database opens" : "PostgreSQL answers");
    return answers ? std::move(*database) : nullptr;
}

void check_tls(const Config& config, Findings& findings) {
    if (!config.speaks_tls()) return;
    for (const auto& file : {config.tls_certificate, config.tls_key}) {
        if (std::ifstream(file))
            findings.good(file.string() + " can be read");
        else
            findings.bad(file.string() + " cannot be read");
    }
}

void check_egress(const Config& config, Findings& findings) {
    const auto policy = http::EgressPolicy::allowing(config.allow_egress);
    if (!policy) {
        findings.bad(policy.error().message);
        return;
    }
    findings.good("outgoing requests reach public addresses only");
    for (const std::string& entry : config.allow_egress) {
        findings.warn(fmt::format("and, because of --allow-egress, {}", entry));
    }
}

}  // namespace

int run_doctor(const Config& config) {
    Findings findings;
    fmt::print("tenon {}\n", TENON_VERSION);
    check_address(config, findings);
    check_tls(config, findings);
    check_data_folder(config, findings);
    const auto database = check_database(config, findings);
    check_keys(config, database.get(), findings);
    check_egress(config, findings);
    if (findings.bad_count() == 0)
        fmt::print("All is well.\n");
    else
        fmt::print("{} to mend.\n", findings.bad_count());
    return findings.bad_count() == 0 ? 0 : 1;
}

}  // namespace tenon
