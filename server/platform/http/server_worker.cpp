#include "platform/http/server_worker.h"

#include <ctime>
#include <fmt/format.h>

#include "base/random.h"
#include "platform/http/server_connection.h"

namespace tenon::http {
namespace {

// More than this many request states stay with the heap: 64 of 6 KB.
constexpr std::size_t kFreeStatesMax = 64;

}  // namespace

ServerMetrics::ServerMetrics(Metrics& metrics)
    : connections(std::make_shared<std::atomic<std::int64_t>>(0)),
      in_flight(std::make_shared<std::atomic<std::int64_t>>(0)),
      connections_total(
          metrics.counter("tenon_http_connections_total", "Client connections accepted.")),
      refused(metrics.counter("tenon_http_requests_refused_total",
                              "Malformed requests, answered with an error and closed.")),
      seconds(metrics.histogram("tenon_http_request_seconds",
                                "From the head of a request to the end of its answer.")) {
    metrics.gauge("tenon_http_connections", "Client connections open now.",
                  [open = connections] { return static_cast<double>(open->load()); });
    metrics.gauge("tenon_http_requests_in_flight", "Requests being answered now.",
                  [running = in_flight] { return static_cast<double>(running->load()); });
    for (std::size_t i = 0; i < by_class.size(); ++i) {
        const std::string label = i == 0 ? R"(status="cut")" : fmt::format("status=\"{}xx\"", i);
        by_class[i] = &metrics.counter("tenon_http_requests_total",
                                       "Requests by the class of their answer.", label);
    }
}

ServerWorker::ServerWorker(const ServerOptions& o, Router& r, ServerMetrics& m, TimerWheel& wheel)
    : options(o), limits(o.limits), router(r.impl()), metrics(m), access_log(wheel) {
    std::array<std::uint8_t, 8> random;
    fill_random(random);
    for (const std::uint8_t byte : random) id_prefix_ += fmt::format("{:02x}", byte);
    id_prefix_ += '-';
}

ServerWorker::~ServerWorker() = default;

std::string_view ServerWorker::date_line() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != date_second_) {
        date_second_ = now.tv_sec;
        std::tm utc{};
        ::gmtime_r(&now.tv_sec, &utc);
        constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        date_line_ = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                                 kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon],
                                 utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    }
    return date_line_;
}

void ServerWorker::next_request_id(std::string& out) {
    constexpr char kDigits[] = "0123456789abcdef";
    constexpr std::size_t kCounterDigits = 8;
    out.assign(id_prefix_);
    std::array<char, kCounterDigits> counter;
    std::uint64_t number = next_id_++;
    for (std::size_t i = kCounterDigits; i > 0; --i, number >>= 4)
        counter[i - 1] = kDigits[number & 15];
    out.append(counter.data(), counter.size());
}

std::string_view ServerWorker::cors_lines(const Operation& operation) {
    if (!operation.cors) return {};
    if (cors_lines_.empty()) {
        Headers headers;
        Router::Impl::add_cors(operation, headers);
        for (const auto& [name, value] : headers.fields()) append_field(cors_lines_, name, value);
    }
    return cors_lines_;
}

std::unique_ptr<RequestState> ServerWorker::take_state() {
    if (free_states_.empty()) return std::make_unique<RequestState>();
    std::unique_ptr<RequestState> state = std::move(free_states_.back());
    free_states_.pop_back();
    return state;
}

void ServerWorker::give_back(std::unique_ptr<RequestState> state) {
    if (free_states_.size() >= kFreeStatesMax) return;
    state->reset();
    free_states_.push_back(std::move(state));
}

}  // namespace tenon::http
