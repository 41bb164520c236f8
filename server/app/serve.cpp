#include "app/serve.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>

#include "accounts/account_routes.h"
#include "accounts/api_key_routes.h"
#include "accounts/member_routes.h"
#include "accounts/project_routes.h"
#include "accounts/session_routes.h"
#include "accounts/user_routes.h"
#include "app/control_socket.h"
#include "app/key_rotator.h"
#include "app/listen_port.h"
#include "app/periodic_work.h"
#include "app/portal_routes.h"
#include "app/services.h"
#include "app/site_routes.h"
#include "app/storage.h"
#include "connect/connect_routes.h"
#include "connect/sdk_oauth_routes.h"
#include "connect/sdk_routes.h"
#include "connect/start_routes.h"
#include "credentials/credential_routes.h"
#include "embedded/contract.h"
#include "embedded/pages.h"
#include "integrations/definition_documents.h"
#include "integrations/integration_routes.h"
#include "platform/http/server.h"
#include "proxy/proxy_handler.h"

namespace tenon {
namespace {

constexpr Seconds kReadinessAge{1};
// How often idle credentials are looked for, and how many are refreshed each time.
constexpr Seconds kIdleSweepInterval{60};
constexpr int kIdleSweepMax = 50;

sigset_t stop_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    return signals;
}

// Secrets must not end in a core file, sockets need descriptors, and a busy server should not give
// memory back to the kernel only to ask for it again.
void set_process_limits() {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    std::signal(SIGPIPE, SIG_IGN);
    ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

PageAssets page_assets() {
    PageAssets assets;
    for (const embedded::File& file : embedded::pages()) assets.emplace(file.path, file.bytes);
    return assets;
}

// A recent answer of the database, so that a busy health checker costs one query a second.
class Readiness {
 public:
    Readiness(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    void drain() { draining_ = true; }

    Task<Ok> check() {
        if (draining_) {
            co_return Error{ErrorKind::unavailable, "draining", "This process is shutting down."};
        }
        const std::int64_t now = to_millis(clock_.now());
        if (now - checked_at_ < Milliseconds(kReadinessAge).count()) co_return Ok();
        const auto answer =
            co_await database_.read([](Connection& tx) { return tx.query("SELECT 1"); });
        if (!answer) {
            co_return Error{ErrorKind::unavailable, "storage.unavailable", "The database is away."};
        }
        checked_at_ = now;
        co_return Ok();
    }

 private:
    Database& database_;
    const Clock& clock_;
    std::atomic<bool> draining_ = false;
    std::atomic<std::int64_t> checked_at_ = 0;
};

// Every route of the program, one line each.
struct Routes {
    Routes(const Config& config, Services& s, const Clock& clock, Readiness& readiness,
           const DefinitionReader& definitions, std::string contract)
        : pages(page_assets()),
          site(page_assets(), std::move(contract), s.metrics,
               [&readiness] { return readiness.check(); }),
          accounts(s.accounts, s.sessions, s.browser, s.api_keys),
          sessions(s.sessions, s.browser),
          members(s.members, s.sessions, s.browser, *s.authorizer),
          api_keys(s.api_keys, *s.authorizer),
          projects(s.projects, *s.authorizer),
          users(s.users, s.try_out, *s.authorizer),
          integrations(s.integrations, *s.authorizer, definitions, config.public_url),
          credentials(s.credentials, *s.authorizer, clock),
          connect(s.connect, s.links, s.credentials, *s.authorizer, pages),
          sdk({s.connect, s.integrations, s.credentials, s.users, *s.authenticator}),
          sdk_oauth(s.connect, *s.authenticator, pages),
          starts(s.connect, *s.authenticator, pages),
          portal(s.connect, s.projects, clock),
          proxy({*s.authenticator, s.integrations, s.credentials, *s.token_care, s.opener, clock},
                *s.upstream, s.metrics, {.limits = upstream_limits(config)}) {}

    void register_on(http::Router& router) {
        site.register_on(router);
        accounts.register_on(router);
        sessions.register_on(router);
        members.register_on(router);
        api_keys.register_on(router);
        projects.register_on(router);
        users.register_on(router);
        integrations.register_on(router);
        credentials.register_on(router);
        connect.register_on(router);
        sdk.register_on(router);
        sdk_oauth.register_on(router);
        starts.register_on(router);
        portal.register_on(router);
        proxy.register_on(router);
    }

    PageRenderer pages;
    SiteRoutes site;
    AccountRoutes accounts;
    SessionRoutes sessions;
    MemberRoutes members;
    ApiKeyRoutes api_keys;
    ProjectRoutes projects;
    UserRoutes users;
    IntegrationRoutes integrations;
    CredentialRoutes credentials;
    ConnectRoutes connect;
    SdkRoutes sdk;
    SdkOauthRoutes sdk_oauth;
    StartRoutes starts;
    PortalRoutes portal;
    ProxyHandler proxy;
};

http::ServerOptions server_options(const Config& config) {
    http::ServerOptions options;
    options.address = config.listen.host;
    options.port = config.listen.port;
    options.workers = config.workers > 0
                          ? config.workers
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.tls_certificate_file = config.tls_certificate.string();
    options.tls_key_file = config.tls_key.string();
    // Each entry was judged when the settings were read.
    options.trusted_proxies = http::TrustedProxies::of(config.trusted_proxies).value();
    options.limits.head_bytes_max = config.request_head_bytes_max;
    options.limits.body_bytes_max = config.request_body_bytes_max;
    options.limits.head_timeout = config.request_head_timeout;
    options.limits.keep_alive_timeout = config.client_idle_timeout;
    options.limits.body_idle_timeout = config.client_idle_timeout;
    options.limits.write_idle_timeout = config.client_idle_timeout;
    options.limits.connections_max = config.connections_max;
    options.limits.drain_timeout = config.drain_timeout;
    return options;
}

// What a person sees who starts Tenon in a terminal.
void print_welcome(const Config& config, const std::optional<Secret>& setup_token) {
    fmt::print("\n  Tenon {} listens on {}\n", TENON_VERSION, config.public_url);
    if (setup_token) {
        fmt::print(
            "\n  Nobody has an account yet. Open this one-time link to make the first "
            "administrator:\n\n"
            "      {}/setup/{}\n\n"
            "  Its page ends with three lines that make a terminal ready for the command line.\n\n",
            config.public_url, setup_token->reveal());
    } else {
        fmt::print(
            "\n  Next, in another terminal:\n\n      build/release/tenon integrations apply "
            "examples/integrations/github.yaml --server {} --api-key <key>\n\n",
            config.public_url);
    }
    std::fflush(stdout);
}

int fail(const Error& error) {
    fmt::print(stderr, "tenon: {}\n", error.message);
    return 1;
}

// Waits for the first signal, drains, and lets a second one end the process at once.
void run_until_signal(http::Server& server, Readiness& readiness) {
    const sigset_t signals = stop_signals();
    int signal = 0;
    ::sigwait(&signals, &signal);
    log_info("server.draining", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
    readiness.drain();
    std::thread([signals] {
        int again = 0;
        ::sigwait(&signals, &again);
        std::_Exit(130);
    }).detach();
    server.drain_and_stop();
    log_info("server.stopped");
}

Task<Ok> refresh_idle(TokenCare& token_care) {
    CO_RETURN_IF_ERROR(co_await token_care.refresh_idle(kIdleSweepMax));
    co_return Ok();
}

Ok start(Config& config) {
    const SystemClock clock;
    ASSIGN_OR_RETURN(const ListenPort port, ListenPort::reserve(config));
    ASSIGN_OR_RETURN(OpenStorage storage, open_storage(config, clock));
    KeyRotator rotator(*storage.database, storage.keys, clock);
    ASSIGN_OR_RETURN(const auto services,
                     Services::build(config, *storage.database, std::move(storage.keys), clock));
    const std::string contract(embedded::contract().front().bytes);
    ASSIGN_OR_RETURN(const Json contract_json, parse_json(contract));
    http::Router router(contract_json);
    Readiness readiness(*storage.database, clock);
    ASSIGN_OR_RETURN(const DefinitionReader definitions, DefinitionReader::create(contract_json));
    Routes routes(config, *services, clock, readiness, definitions, contract);
    routes.register_on(router);
    if (const auto problems = router.problems(); !problems.empty()) {
        return Error::internal("The routes do not fit the contract: " + problems.front());
    }
    std::unique_ptr<ControlSocket> control;
    if (storage.database->engine() == Engine::sqlite) {
        RETURN_IF_ERROR(run_task(services->token_care->end_former_leases()));
        ASSIGN_OR_RETURN(control,
                         ControlSocket::listen(config.data, [&rotator](const std::string& line) {
                             return rotator.answer(line);
                         }));
    }
    ASSIGN_OR_RETURN(const auto setup_token, run_task(services->accounts.ensure_setup_link()));
    http::Server server(server_options(config), router, services->metrics);
    server.on_worker_stop([&services](EventLoop&) { services->upstream->close_idle_here(); });
    RETURN_IF_ERROR(server.start());
    log_info("server.listening", {{"address", config.listen.host},
                                  {"port", server.port()},
                                  {"url", config.public_url},
                                  {"workers", server.worker_count()}});
    print_welcome(config, setup_token);
    const PeriodicWork idle_sweep(kIdleSweepInterval,
                                  [&services] { return refresh_idle(*services->token_care); });
    run_until_signal(server, readiness);
    return {};
}

}  // namespace

int serve(Config config) {
    const sigset_t signals = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    set_process_limits();
    start_log({.level = config.log_level, .format = config.log_format});
    const Ok ended = start(config);
    stop_log();
    return ended ? 0 : fail(ended.error());
}

}  // namespace tenon
