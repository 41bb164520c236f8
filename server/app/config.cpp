#include "app/config.h"

#include <charconv>
#include <fmt/format.h>

#include "base/text.h"
#include "base/url.h"
#include "platform/http/trusted_proxies.h"

namespace tenon {
namespace {

using Apply = std::function<Ok(Config&, std::string_view)>;

Error wrong(std::string rule) {
    return {ErrorKind::invalid_input, "config.invalid", std::move(rule)};
}

Result<std::int64_t> parse_number(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
        return wrong(fmt::format("must be a whole number from {} to {}", low, high));
    }
    return value;
}

struct NumberRange {
    std::int64_t low;
    std::int64_t high;
};

template <class Number>
Apply number(Number Config::* member, NumberRange range) {
    return [member, range](Config& config, std::string_view text) -> Ok {
        ASSIGN_OR_RETURN(const std::int64_t value, parse_number(text, range.low, range.high));
        config.*member = static_cast<Number>(value);
        return {};
    };
}

// A duration such as 500ms, 10s, 5m or 1h.
Result<Milliseconds> parse_duration(std::string_view text) {
    const std::size_t unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(unit_at);
    const std::int64_t factor = unit == "ms"  ? 1
                                : unit == "s" ? 1'000
                                : unit == "m" ? 60'000
                                : unit == "h" ? 3'600'000
                                              : 0;
    const auto value = parse_number(text.substr(0, unit_at), 1, 1'000'000'000);
    if (factor == 0 || !value) return wrong("must be a duration such as 500ms, 10s, 5m or 1h");
    return Milliseconds(*value * factor);
}

Apply duration(Milliseconds Config::* member) {
    return [member](Config& config, std::string_view text) -> Ok {
        ASSIGN_OR_RETURN(config.*member, parse_duration(text));
        return {};
    };
}

Apply path(std::filesystem::path Config::* member) {
    return [member](Config& config, std::string_view text) -> Ok {
        config.*member = text;
        return {};
    };
}

Ok apply_public_url(Config& config, std::string_view text) {
    const auto url = Url::parse(text);
    if (!url) return wrong("must be an http or https URL");
    if (url->path != "/" || url->has_query) return wrong("must be an origin without a path");
    config.public_url = url->origin();
    return {};
}

Ok apply_log_level(Config& config, std::string_view text) {
    if (text == "debug")
        config.log_level = LogLevel::debug;
    else if (text == "info")
        config.log_level = LogLevel::info;
    else if (text == "warning")
        config.log_level = LogLevel::warning;
    else if (text == "error")
        config.log_level = LogLevel::error;
    else
        return wrong("must be debug, info, warning or error");
    return {};
}

Ok apply_log_format(Config& config, std::string_view text) {
    if (text == "human")
        config.log_format = LogFormat::human;
    else if (text == "json")
        config.log_format = LogFormat::json;
    else
        return wrong("must be human or json");
    return {};
}

Ok apply_listen(Config& config, std::string_view text) {
    ASSIGN_OR_RETURN(config.listen, parse_listen_address(text));
    return {};
}

Ok apply_database_url(Config& config, std::string_view text) {
    if (!text.empty() && !text.starts_with("postgresql://") && !text.starts_with("postgres://")) {
        return wrong("must begin with postgresql://");
    }
    config.database_url = Secret(std::string(text));
    return {};
}

Ok apply_allow_egress(Config& config, std::string_view text) {
    if (text.rfind(':') == std::string_view::npos) return wrong("must be host:port or CIDR:port");
    config.allow_egress.emplace_back(text);
    return {};
}

Ok apply_upstream_http2(Config& config, std::string_view text) {
    if (text != "on" && text != "off") return wrong("must be on or off");
    config.upstream_http2 = text == "on";
    return {};
}

Ok apply_trusted_proxy(Config& config, std::string_view text) {
    const std::string entry(text);
    if (!http::TrustedProxies::of({entry})) {
        return wrong("must be an IP address or a network such as 10.0.0.0/8");
    }
    config.trusted_proxies.push_back(entry);
    return {};
}

Ok apply_dns_server(Config& config, std::string_view text) {
    config.dns_server = text;
    return {};
}

constexpr NumberRange kBytes{1'024, 1LL << 40};

std::vector<Setting> make_settings() {
    return {
        {"listen", "HOST:PORT",
         "Where to listen; port 0 takes a free one. Anything but loopback is reachable from other "
         "machines.",
         "127.0.0.1:7300", false, apply_listen},
        {"public-url", "URL",
         "The address under which browsers reach Tenon; part of every redirect URL.",
         "http://<listen>", false, apply_public_url},
        {"data", "DIR", "Folder of the embedded database and the master key file.", "data", false,
         path(&Config::data)},
        {"database-url", "URL",
         "postgresql://user:password@host/database instead of the embedded database.", "", false,
         apply_database_url},
        {"master-key-file", "FILE", "Master keys, made on the first start (mode 0600).",
         "<data>/master-keys.json", false, path(&Config::master_key_file)},
        {"workers", "N", "Event loops; 0 is one per core.", "0", false,
         number(&Config::workers, {0, 256})},
        {"tls-certificate", "FILE",
         "PEM certificate chain; with --tls-key Tenon speaks HTTPS itself.", "", false,
         path(&Config::tls_certificate)},
        {"tls-key", "FILE", "PEM private key of the certificate.", "", false,
         path(&Config::tls_key)},
        {"allow-egress", "HOST:PORT",
         "Let requests reach an address that is refused otherwise, such as 10.1.2.3:443 or "
         "10.0.0.0/8:443 (repeatable).",
         "", true, apply_allow_egress},
        {"trusted-proxy", "ADDRESS",
         "A reverse proxy in front, such as 127.0.0.1 or 10.0.0.0/8: its X-Forwarded-For tells who "
         "calls, for throttling and the audit log (repeatable).",
         "", true, apply_trusted_proxy},
        {"upstream-ca-file", "FILE", "More certificate authorities to trust for providers, PEM.",
         "", false, path(&Config::upstream_ca_file)},
        {"dns-server", "HOST:PORT", "Ask this server instead of the system's.", "", false,
         apply_dns_server},
        {"log-level", "LEVEL", "debug, info, warning or error.", "info", false, apply_log_level},
        {"log-format", "FORMAT", "human or json.", "human", false, apply_log_format},
        {"request-head-bytes-max", "N", "Largest request line and headers.", "32768", false,
         number(&Config::request_head_bytes_max, {4'096, 1 << 20})},
        {"request-body-bytes-max", "N",
         "Largest body of requests that are read whole; proxied bodies stream without a limit.",
         "4194304", false, number(&Config::request_body_bytes_max, kBytes)},
        {"connections-max", "N", "Connections at once, all workers together.", "20000", false,
         number(&Config::connections_max, {16, 10'000'000})},
        {"request-head-timeout", "TIME", "How long a client may take for a request's head.", "10s",
         false, duration(&Config::request_head_timeout)},
        {"client-idle-timeout", "TIME", "How long a client may neither send nor take a byte.",
         "60s", false, duration(&Config::client_idle_timeout)},
        {"drain-timeout", "TIME", "How long running requests may take to end after SIGTERM.", "30s",
         false, duration(&Config::drain_timeout)},
        {"upstream-connect-timeout", "TIME", "DNS, TCP and TLS towards a provider together.", "10s",
         false, duration(&Config::upstream_connect_timeout)},
        {"upstream-first-byte-timeout", "TIME",
         "From the request sent to the head of the provider's answer.", "60s", false,
         duration(&Config::upstream_first_byte_timeout)},
        {"upstream-idle-timeout", "TIME", "How long a provider may neither send nor take a byte.",
         "60s", false, duration(&Config::upstream_idle_timeout)},
        {"upstream-total-timeout", "TIME", "One proxied call from start to end.", "1h", false,
         duration(&Config::upstream_total_timeout)},
        {"tunnel-idle-timeout", "TIME", "How long a WebSocket may carry nothing either way.", "5m",
         false, duration(&Config::tunnel_idle_timeout)},
        {"tunnel-total-timeout", "TIME", "The whole life of a WebSocket.", "4h", false,
         duration(&Config::tunnel_total_timeout)},
        {"upstream-http2", "on|off", "Speak HTTP/2 to providers that offer it.", "on", false,
         apply_upstream_http2},
        {"upstream-head-bytes-max", "N", "Largest status line and headers of a provider's answer.",
         "65536", false, number(&Config::upstream_head_bytes_max, {4'096, 1 << 20})},
        {"upstream-connections-per-origin-max", "N",
         "Connections to one provider host, per worker.", "1024", false,
         number(&Config::upstream_connections_per_origin_max, {1, 100'000})},
        {"token-request-timeout", "TIME", "One request to a provider's token endpoint.", "60s",
         false, duration(&Config::token_request_timeout)},
        {"connect-starts-per-user", "N", "Connections that a user may begin in a minute.", "60",
         false, number(&Config::connect_starts_per_user, {1, 1'000'000})},
        {"connect-starts-per-address", "N",
         "Connections that may be begun from one address in a minute.", "600", false,
         number(&Config::connect_starts_per_address, {1, 1'000'000})},
        {"database-connections", "N", "Connections to PostgreSQL.", "8", false,
         number(&Config::database_connections, {1, 256})},
    };
}

std::string variable_name(std::string_view name) {
    std::string variable = "TENON_";
    for (const char c : name) {
        variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return variable;
}

// The values that count for a setting, and where they came from for the error text.
struct Source {
    std::vector<std::string> values;
    std::string place;
};

Source find_source(const Setting& setting, const SettingValues& flags,
                   const std::function<const char*(const char*)>& environment,
                   const SettingValues& file) {
    if (const auto flag = flags.find(setting.name); flag != flags.end()) {
        return {flag->second, fmt::format("--{}", setting.name)};
    }
    if (const char* value = environment(setting.variable().c_str()); value != nullptr) {
        Source source{{}, setting.variable()};
        if (!setting.repeatable) {
            source.values.emplace_back(value);
        } else {
            for (const std::string_view part : split(value, ',')) {
                if (!trim(part).empty()) source.values.emplace_back(trim(part));
            }
        }
        return source;
    }
    if (const auto entry = file.find(setting.name); entry != file.end()) {
        return {entry->second, fmt::format("the configuration file's {}", setting.name)};
    }
    return {};
}

std::string listen_origin(const Config& config) {
    const bool ipv6 = config.listen.host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", config.speaks_tls() ? "https" : "http", ipv6 ? "[" : "",
                       config.listen.host, ipv6 ? "]" : "", config.listen.port);
}

}  // namespace

std::string Setting::variable() const { return variable_name(name); }

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = make_settings();
    return all;
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong("must be host:port, such as 127.0.0.1:7300");
    std::string_view host = text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    ASSIGN_OR_RETURN(const std::int64_t port, parse_number(text.substr(colon + 1), 0, 65'535));
    if (host.empty()) return wrong("must name an address in front of the colon, such as 127.0.0.1");
    if (host == "localhost") host = "127.0.0.1";
    return ListenAddress{std::string(host), static_cast<std::uint16_t>(port)};
}

Result<Config> build_config(const SettingValues& flags,
                            const std::function<const char*(const char*)>& environment,
                            const SettingValues& file) {
    Config config;
    for (const Setting& setting : settings()) {
        const Source source = find_source(setting, flags, environment, file);
        for (const std::string& value : source.values) {
            if (const Ok applied = setting.apply(config, value); !applied) {
                return wrong(fmt::format("{} {}.", source.place, applied.error().message));
            }
        }
    }
    if (config.tls_certificate.empty() != config.tls_key.empty()) {
        return wrong("--tls-certificate and --tls-key go together; one of them is missing.");
    }
    if (config.public_url.empty()) config.public_url = listen_origin(config);
    return config;
}

}  // namespace tenon
