#include "proxy/proxy_handler.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/text.h"
#include "platform/http/http2_relay.h"
#include "platform/scheduling/event_loop.h"
#include "proxy/forwarded_headers.h"
#include "proxy/provider_answer.h"
#include "proxy/retry_rule.h"
#include "proxy/websocket_fields.h"

namespace tenon {
namespace {

constexpr std::string_view kDefaultUserAgent = "User-Agent: Tenon\r\n";
constexpr std::string_view kIdentityEncoding = "Accept-Encoding: identity\r\n";
constexpr Milliseconds kFirstRetryWait{200};

bool is_idempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
           method == "DELETE" || method == "TRACE";
}

// The client's word "auto" asks the server to tell from the body what it is.
std::string_view inferred_content_type(std::string_view body) {
    const std::string_view text = trim(body);
    if (text.empty()) return {};
    const bool is_json = text.front() == '{' || text.front() == '[' || text.front() == '"';
    return is_json ? "application/json" : "text/plain; charset=utf-8";
}

}  // namespace

// One proxied call from its resolved parts to its answer; lives in the handler's frame.
struct ProxyHandler::Attempt {
    ProxyCall call;
    ProxyTarget target;
    ResponseMode mode = ResponseMode::wrapped;
    std::optional<std::string> body;  // read already, so that the call can be repeated
    bool has_body = false;
    bool refreshed = false;
    bool wants_websocket = false;
    int retries_left = 0;
    Milliseconds next_wait = kFirstRetryWait;
    std::chrono::steady_clock::time_point started = coarse_steady_now();
    std::optional<ProxyUrl> url;
    http::UpstreamLimits limits;
    std::string request_head;
    http::RelayOutcome outcome;

    bool is_repeatable() const { return !has_body || body.has_value(); }
    std::optional<std::string_view> read_body() const {
        return body ? std::optional<std::string_view>(*body) : std::nullopt;
    }
    AnswerChances chances(std::string_view method) const {
        return {.refresh_on_401 = !refreshed && is_repeatable(),
                .retry_on_busy = retries_left > 0 && is_repeatable() && is_idempotent(method),
                .retry_rule = &call.integration->definition.api.retry};
    }
    Ok find_url();
    void write_request_head(const http::RequestHead& head);
    void append_content_type(const http::RequestHead& head);
};

Ok ProxyHandler::Attempt::find_url() {
    const InjectedCall& injected = *call.injected;
    ASSIGN_OR_RETURN(url, ProxyUrl::make(injected.base_url, target, injected.query.reveal()));
    if (!url->leaves_base()) return {};
    return check_host(*call.integration, injected.base_url, url->origin());
}

// Request line and fields for the provider: the caller's own without those that stay here, then
// what the integration adds. Framing is the relay's.
void ProxyHandler::Attempt::write_request_head(const http::RequestHead& head) {
    const InjectedCall& injected = *call.injected;
    std::string& out = request_head;
    out.clear();
    out.reserve(head.head_bytes + injected.header_lines.reveal().size() + 256);
    out += head.method;
    out += ' ';
    url->append_request_target(out);
    out += " HTTP/1.1\r\n";
    if (url->leaves_base()) {
        http::append_field(out, "Host", url->origin().host_header());
    } else {
        out += injected.host_line;
    }
    bool has_user_agent = injected.sets_user_agent;
    for (const http::HeaderField& field : head.headers) {
        if (!is_forwarded_request_header(field.id) || injected.replaces(field) ||
            http::is_hop_by_hop(head.headers, field)) {
            continue;
        }
        if (mode == ResponseMode::wrapped && field.id == http::HeaderId::accept_encoding) continue;
        if (field.id == http::HeaderId::content_type && field.value == "auto") {
            append_content_type(head);
            continue;
        }
        has_user_agent = has_user_agent || field.id == http::HeaderId::user_agent;
        http::append_received_field(out, field);
    }
    if (!has_user_agent) out += kDefaultUserAgent;
    if (mode == ResponseMode::wrapped) out += kIdentityEncoding;
    out += injected.header_lines.reveal();
    if (wants_websocket) append_websocket_fields(out, head.headers);
}

void ProxyHandler::Attempt::append_content_type(const http::RequestHead& head) {
    const std::string_view type =
        body ? inferred_content_type(*body)
             : (head.body == http::BodyKind::none ? "" : "application/json");
    if (!type.empty()) http::append_field(request_head, "Content-Type", type);
}

ProxyHandler::ProxyHandler(const ProxyServices& services, http::UpstreamPools& pools,
                           Metrics& metrics, const ProxyOptions& options)
    : services_(services),
      pools_(pools),
      options_(options),
      rate_limit_(services.clock),
      calls_(metrics.counter("tenon_proxy_calls_total", "Proxied calls that reached a provider.")),
      refused_(metrics.counter("tenon_proxy_refused_total",
                               "Proxied calls that Tenon answered itself.")),
      upstream_failures_(metrics.counter("tenon_proxy_upstream_failures_total",
                                         "Proxied calls that failed on the way to the provider.")),
      repeats_(metrics.counter("tenon_proxy_repeats_total",
                               "Proxied calls sent again after a 401, a busy answer or a dead "
                               "connection.")) {}

void ProxyHandler::register_on(http::Router& router) {
    const auto handler = [this](http::Exchange& exchange) { return handle(exchange); };
    for (const char* operation : {"proxyGet", "proxyPost", "proxyPut", "proxyPatch", "proxyDelete",
                                  "proxyHead", "proxyOptions"}) {
        router.stream(operation, handler);
    }
    router.set_proxy_fast_path(handler);
}

Task<void> ProxyHandler::handle(http::Exchange& exchange) {
    Attempt attempt;
    const Result<void> done = co_await run(exchange, attempt);
    if (done) co_return;
    refused_.add();
    if (exchange.response_started()) {
        exchange.abort();
        co_return;
    }
    // A caller that is gone cannot be told anything; the server notices by itself.
    (void)co_await exchange.send(http::error_response(done.error()));
}

Task<Result<void>> ProxyHandler::run(http::Exchange& exchange, Attempt& attempt) {
    const http::RequestHead& head = exchange.head();
    const CallFields fields = CallFields::read(head.headers);
    ASSIGN_OR_CO_RETURN(attempt.target, parse_proxy_target(head.target));
    if (fields.proxy_url) {
        CO_RETURN_IF_ERROR(apply_proxy_url_header(attempt.target, *fields.proxy_url));
    }
    if (!resolve_from_memory(services_, attempt.target, fields, attempt.call)) {
        ASSIGN_OR_CO_RETURN(attempt.call, co_await resolve_call(services_, attempt.target, fields));
    }
    CO_RETURN_IF_ERROR(check_rate(attempt.call));
    const ApiSetup& api = attempt.call.integration->definition.api;
    attempt.mode = fields.wants_raw ? ResponseMode::raw : ResponseMode::wrapped;
    // What may have been done already is not done again.
    if (is_idempotent(head.method)) attempt.retries_left = api.retries_max;
    attempt.limits = limits_for(api);
    attempt.has_body = head.body != http::BodyKind::none;
    if (head.wants_upgrade) attempt.wants_websocket = asks_for_websocket(head);
    if (attempt.has_body) CO_RETURN_IF_ERROR(co_await read_repeatable_body(exchange, attempt));
    calls_.add();
    while (true) {
        CO_RETURN_IF_ERROR(co_await send_once(exchange, attempt));
        if (attempt.outcome.end != http::RelayOutcome::End::taken_over) {
            co_return end_of_failed(attempt);
        }
        const http::TakenAnswer& taken = *attempt.outcome.taken;
        ASSIGN_OR_CO_RETURN(const bool repeats, co_await prepare_repeat(attempt, taken));
        if (!repeats) {
            co_return co_await exchange.send(taken_answer_response(
                taken, attempt.mode, attempt.call.integration->definition.name));
        }
        repeats_.add();
    }
}

Result<void> ProxyHandler::end_of_failed(Attempt& attempt) {
    http::RelayOutcome& outcome = attempt.outcome;
    if (outcome.end != http::RelayOutcome::End::upstream_failed) return {};
    upstream_failures_.add();
    // The caller's connection was cut in the middle of the answer; that says it.
    if (outcome.answered) return {};
    return std::move(*outcome.error);
}

Ok ProxyHandler::check_rate(const ProxyCall& call) {
    const auto& limit = call.integration->definition.api.rate_limit_per_minute;
    if (!limit) return {};
    const auto wait = rate_limit_.take(call.session->user_id, call.integration->id, *limit);
    if (!wait) return {};
    Error error{ErrorKind::rate_limited, "proxy.rate_limited",
                fmt::format("This integration allows {} calls a minute for each user.", *limit)};
    error.retry_after = std::chrono::ceil<Seconds>(*wait);
    return error;
}

Task<Result<void>> ProxyHandler::read_repeatable_body(http::Exchange& exchange, Attempt& attempt) {
    const http::RequestHead& head = exchange.head();
    if (const auto arrived = exchange.take_arrived_body()) {
        attempt.body = std::string(*arrived);
    } else if (head.body == http::BodyKind::length &&
               head.content_length <= options_.repeatable_body_bytes_max) {
        ASSIGN_OR_CO_RETURN(attempt.body,
                            co_await exchange.read_whole_body(options_.repeatable_body_bytes_max));
    }
    co_return Result<void>();
}

Task<Result<void>> ProxyHandler::send_once(http::Exchange& exchange, Attempt& attempt) {
    const http::RequestHead& head = exchange.head();
    CO_RETURN_IF_ERROR(attempt.find_url());
    attempt.write_request_head(head);
    const http::RelayPlan plan{.request_head = attempt.request_head,
                               .request_method = head.method,
                               .request_body = attempt.read_body(),
                               .limits = attempt.limits,
                               .tunnels_websocket = attempt.wants_websocket,
                               .take_over_bytes_max = options_.held_answer_bytes_max,
                               .started = attempt.started};
    ProviderAnswer observer(attempt.mode, attempt.chances(head.method));
    http::Freshness freshness = http::Freshness::any;
    auto pooled = pools_.here(attempt.call.injected->identity).try_acquire(attempt.url->origin());
    while (true) {
        std::unique_ptr<http::Http2Lease> http2;
        if (!pooled) {
            ASSIGN_OR_CO_RETURN(http::UpstreamChannel channel,
                                co_await find_channel(attempt, freshness));
            pooled = std::move(channel.connection);
            http2 = std::move(channel.http2);
        }
        http::RelayOutcome& outcome = attempt.outcome;
        outcome = {};
        if (pooled) {
            co_await http::relay(exchange, pooled->stream(), plan, observer, outcome);
            pooled->release(outcome.upstream_reusable ? http::Reuse::yes : http::Reuse::no);
        } else {
            co_await http::relay_http2(exchange, *http2, plan, observer, outcome);
        }
        // A connection used before may have died unnoticed: the provider never saw the request, or
        // it is harmless twice.
        const bool was_used = pooled ? pooled->was_pooled() : http2->was_used();
        const bool died_in_pool =
            outcome.may_retry_on_new_connection() && freshness == http::Freshness::any &&
            (outcome.refused ||
             (was_used && (is_idempotent(head.method) || !outcome.request_sent)));
        if (!died_in_pool) co_return Result<void>();
        repeats_.add();
        freshness = http::Freshness::new_connection;
        pooled.reset();
    }
}

// A WebSocket is an HTTP/1.1 connection of its own.
Task<Result<http::UpstreamChannel>> ProxyHandler::find_channel(const Attempt& attempt,
                                                               http::Freshness freshness) {
    http::UpstreamPool& pool = pools_.here(attempt.call.injected->identity);
    const Url& url = attempt.url->origin();
    if (!attempt.wants_websocket) {
        co_return co_await pool.acquire_channel(url, attempt.limits, freshness);
    }
    http::UpstreamChannel channel;
    ASSIGN_OR_CO_RETURN(channel.connection, co_await pool.acquire(url, attempt.limits, freshness));
    co_return channel;
}

Task<Result<bool>> ProxyHandler::prepare_repeat(Attempt& attempt, const http::TakenAnswer& taken) {
    if (taken.status == 401 && !attempt.refreshed && attempt.is_repeatable()) {
        attempt.refreshed = true;
        const auto& record = attempt.call.credential->record;
        auto renewed = co_await services_.token_care.refresh_after_401(record.project_id, record.id,
                                                                       record.version);
        if (!renewed) {
            // The 401 of a key that nothing can refresh is the caller's to see; a grant that turned
            // out to be dead is not the caller's fault, and the user has to connect again.
            const auto now = co_await services_.token_care.fresh(record.project_id, record.id);
            if (!now && now.error().code == "credential.invalid") co_return now.error();
            co_return false;
        }
        auto call = co_await with_credential(services_, attempt.call, std::move(*renewed));
        if (!call) co_return false;
        attempt.call = std::move(*call);
        co_return true;
    }
    const RetryRule& rule = attempt.call.integration->definition.api.retry;
    const bool may_repeat = attempt.retries_left > 0 && attempt.is_repeatable();
    if (!may_repeat || !may_be_retried(taken.status, rule)) co_return false;
    --attempt.retries_left;
    const Milliseconds asked =
        wait_asked_by(taken.headers, rule, services_.clock.now()).value_or(Seconds(0));
    const Milliseconds wait = std::max(asked, attempt.next_wait);
    if (wait > options_.retry_wait_max) co_return false;
    attempt.next_wait *= 2;
    co_await sleep_for(wait);
    co_return true;
}

http::UpstreamLimits ProxyHandler::limits_for(const ApiSetup& api) const {
    http::UpstreamLimits limits = options_.limits;
    limits.connect_timeout = api.connect_timeout.value_or(limits.connect_timeout);
    limits.first_byte_timeout = api.first_byte_timeout.value_or(limits.first_byte_timeout);
    limits.idle_timeout = api.idle_timeout.value_or(limits.idle_timeout);
    limits.total_timeout = api.total_timeout.value_or(limits.total_timeout);
    return limits;
}

}  // namespace tenon
