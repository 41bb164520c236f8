// Settings of the program. Each comes from a flag (--listen), a variable (TENON_LISTEN) or the TOML
// file named by
// --config, in this order of precedence, else its default. `tenon serve --help` prints the same
// table that is read here, so the two cannot differ.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "platform/logging/log.h"

namespace tenon {

struct ListenAddress {
    std::string host = "127.0.0.1";
    std::uint16_t port = 7300;
};

struct Config {
    ListenAddress listen;
    std::string public_url;  // without a trailing slash; empty: http(s)://<listen>
    std::filesystem::path data = "data";
    Secret database_url;                    // empty: SQLite at <data>/tenon.db
    std::filesystem::path master_key_file;  // empty: <data>/master-keys.json
    int workers = 0;                        // 0: one per core
    std::filesystem::path tls_certificate;  // PEM; with tls_key the server speaks HTTPS
    std::filesystem::path tls_key;

    std::vector<std::string>
        allow_egress;  // host:port or CIDR:port that would be refused otherwise
    std::filesystem::path upstream_ca_file;  // PEM, in addition to the system's authorities
    std::string dns_server;                  // host:port; empty: the system's resolvers

    // Addresses and networks of reverse proxies whose X-Forwarded-For names the client.
    std::vector<std::string> trusted_proxies;

    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::human;

    std::size_t request_head_bytes_max = 32U << 10U;
    std::size_t request_body_bytes_max =
        4U << 20U;  // of requests that are read whole; the proxy streams
    std::size_t connections_max = 20'000;
    std::chrono::milliseconds request_head_timeout{10'000};
    std::chrono::milliseconds client_idle_timeout{60'000};
    std::chrono::milliseconds drain_timeout{30'000};

    std::chrono::milliseconds upstream_connect_timeout{10'000};
    std::chrono::milliseconds upstream_first_byte_timeout{60'000};
    std::chrono::milliseconds upstream_idle_timeout{60'000};
    std::chrono::milliseconds upstream_total_timeout{3'600'000};
    std::chrono::milliseconds tunnel_idle_timeout{300'000};
    std::chrono::milliseconds tunnel_total_timeout{14'400'000};
    bool upstream_http2 = true;
    std::size_t upstream_head_bytes_max = 64U << 10U;
    std::size_t upstream_connections_per_origin_max = 1'024;

    std::chrono::milliseconds token_request_timeout{60'000};
    int database_connections = 8;

    int connect_starts_per_user = 60;  // connections begun in a minute
    int connect_starts_per_address = 600;

    std::filesystem::path database_file() const { return data / "tenon.db"; }
    std::filesystem::path key_file() const {
        return master_key_file.empty() ? data / "master-keys.json" : master_key_file;
    }
    bool speaks_tls() const { return !tls_certificate.empty(); }
};

// One setting: its flag's name without dashes, what it means, and how a text sets it.
struct Setting {
    std::string_view name;
    std::string_view value_form;  // shown in help: "HOST:PORT"
    std::string_view help;
    std::string_view default_text;
    bool repeatable = false;
    std::function<Ok(Config&, std::string_view)> apply;

    std::string variable() const;  // TENON_LISTEN
};
const std::vector<Setting>& settings();

// Values given per setting name; several for repeatable ones.
using SettingValues = std::map<std::string, std::vector<std::string>, std::less<>>;

// Flags win over variables, variables over the file. `environment` looks a variable up, null when
// it is not set.
Result<Config> build_config(const SettingValues& flags,
                            const std::function<const char*(const char*)>& environment,
                            const SettingValues& file);
// Reads a TOML file; unknown keys are refused by name. Only config_file.cpp knows the TOML library.
Result<SettingValues> read_config_file(const std::filesystem::path& path);

Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace tenon
