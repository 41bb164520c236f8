#include "platform/http/http_client.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "platform/http/answer_reader.h"

namespace tenon::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// RFC 9110 §9.2.2: sent twice, these do no more than once.
bool is_idempotent(std::string_view method) {
    constexpr std::array<std::string_view, 6> kMethods = {"GET",    "HEAD",    "PUT",
                                                          "DELETE", "OPTIONS", "TRACE"};
    return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// Fields that the client writes itself, whatever the caller set.
bool is_own_field(std::string_view name) {
    constexpr std::array<std::string_view, 7> kNames = {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding",
        "TE",   "Expect"};
    return std::any_of(kNames.begin(), kNames.end(),
                       [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

Error invalid_header(std::string_view name) {
    return {ErrorKind::invalid_input, "egress.header_invalid",
            fmt::format("The header field {} cannot be sent: names are tokens, values hold no line "
                        "ends and no control characters.",
                        is_token(name) ? name : "(unnamed)")};
}

Result<std::string> request_head(const ClientRequest& request, const Url& url,
                                 std::string_view user_agent) {
    if (!is_token(request.method)) {
        return Error{ErrorKind::invalid_input, "egress.header_invalid",
                     "The method must be a token such as GET."};
    }
    std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, url.request_target());
    append_field(head, "Host", url.host_header());
    if (!request.headers.has("User-Agent")) append_field(head, "User-Agent", user_agent);
    append_field(head, "Accept-Encoding", "identity");
    for (const Headers::Field& field : request.headers.fields()) {
        if (is_own_field(field.name)) continue;
        const std::string_view value = trim(field.value);
        if (!is_token(field.name) || !is_field_value(value)) return invalid_header(field.name);
        append_field(head, field.name, value);
    }
    const bool may_have_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (may_have_body || !request.body.empty()) {
        append_field(head, "Content-Length", std::to_string(request.body.size()));
    }
    head += "\r\n";
    return head;
}

class PooledHttpClient final : public HttpClient {
 public:
    PooledHttpClient(UpstreamPools& pools, std::string user_agent)
        : pools_(pools), user_agent_(std::move(user_agent)) {}

    Task<Result<ClientResponse>> send(ClientRequest request) override;

 private:
    struct Outcome {
        Result<ClientResponse> answer;
        bool may_repeat = false;  // the connection was closed before any byte of an answer
    };
    static Task<Outcome> exchange(UpstreamConnection& upstream, const ClientRequest& request,
                                  std::string_view head, Clock::time_point deadline);

    UpstreamPools& pools_;
    std::string user_agent_;
};

Error total_timed_out(const UpstreamLimits& limits) {
    return {
        ErrorKind::provider_timed_out, "upstream.timeout",
        fmt::format("The limit total_timeout of {} ms has passed.", limits.total_timeout.count())};
}

Task<Result<ClientResponse>> PooledHttpClient::send(ClientRequest request) {
    const auto deadline = Clock::now() + request.limits.total_timeout;
    const auto url = Url::parse(request.url);
    if (!url) {
        co_return Error{ErrorKind::invalid_input, "egress.url_invalid", url.error().message};
    }
    ASSIGN_OR_CO_RETURN(const std::string head, request_head(request, *url, user_agent_));
    const bool repeatable = is_idempotent(request.method);
    // What cannot be repeated goes out on a connection that is hardly stale, or on a new one.
    Freshness freshness = repeatable ? Freshness::any : Freshness::recently_used;
    while (true) {
        if (Clock::now() >= deadline) co_return total_timed_out(request.limits);
        UpstreamLimits limits = request.limits;
        limits.connect_timeout = std::min(limits.connect_timeout,
                                          std::chrono::ceil<milliseconds>(deadline - Clock::now()));
        ASSIGN_OR_CO_RETURN(
            UpstreamConnection upstream,
            co_await pools_.here(request.identity).acquire(*url, limits, freshness));
        Outcome outcome = co_await exchange(upstream, request, head, deadline);
        if (outcome.answer || !outcome.may_repeat || !repeatable || !upstream.was_pooled()) {
            co_return std::move(outcome.answer);
        }
        freshness = Freshness::new_connection;
    }
}

Task<PooledHttpClient::Outcome> PooledHttpClient::exchange(UpstreamConnection& upstream,
                                                           const ClientRequest& request,
                                                           std::string_view head,
                                                           Clock::time_point deadline) {
    Stream& stream = upstream.stream();
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) co_return Outcome{total_timed_out(request.limits)};
    stream.set_total_deadline("total_timeout", left);
    stream.set_deadline("idle_timeout", request.limits.idle_timeout, Stream::Renewal::on_progress);
    std::array<iovec, 2> parts = {
        iovec{const_cast<char*>(head.data()), head.size()},
        iovec{const_cast<char*>(request.body.data()), request.body.size()}};
    auto written = co_await stream.write_all(parts);
    if (!written && written.error().code == "stream.timeout") {
        co_return Outcome{as_upstream_error(std::move(written).error())};
    }
    // A provider may answer and close before it has read everything; its answer counts then.
    AnswerReader reader(stream, request.limits, request.method);
    Result<ClientResponse> answer = co_await reader.read();
    if (answer) upstream.release(reader.is_reusable() && written ? Reuse::yes : Reuse::no);
    const bool was_closed = !answer && answer.error().code == "upstream.connection_closed";
    co_return Outcome{std::move(answer), was_closed && !reader.has_begun()};
}

}  // namespace

std::string default_user_agent() { return "Tenon/" TENON_VERSION; }

std::unique_ptr<HttpClient> make_http_client(UpstreamPools& pools, std::string user_agent) {
    return std::make_unique<PooledHttpClient>(pools, std::move(user_agent));
}

}  // namespace tenon::http
