#include "app/remote_api.h"

#include <fmt/format.h>

#include "platform/http/http_client.h"
#include "platform/scheduling/event_loop.h"

namespace tenon {
namespace {

Error error_of(const http::ClientResponse& answer) {
    std::string message = fmt::format("The server answered {}.", answer.status);
    if (const auto body = parse_json(answer.body)) {
        message = string_member(*body, "message", message);
    }
    return {ErrorKind::unprocessable, "remote.refused", std::move(message)};
}

Task<Result<http::ClientResponse>> send_and_close(http::HttpClient& client,
                                                  http::UpstreamPools& pools,
                                                  http::ClientRequest request) {
    auto answer = co_await client.send(std::move(request));
    pools.close_idle_here();
    co_return answer;
}

}  // namespace

Result<std::unique_ptr<RemoteApi>> RemoteApi::connect(const CommandTarget& target,
                                                      const Config& config) {
    auto url = Url::parse(target.server_url);
    if (!url) {
        return Error{ErrorKind::invalid_input, "remote.url", "--server: " + url.error().message};
    }
    if (target.api_key.empty()) {
        return Error{ErrorKind::invalid_input, "remote.api_key",
                     "--server needs a project API key: give it as TENON_API_KEY or --api-key."};
    }
    http::UpstreamOptions options;
    // The server that was named on purpose may be anywhere, this machine included.
    const std::string host = url->host_is_ipv6 ? "[" + url->host + "]" : url->host;
    ASSIGN_OR_RETURN(options.egress,
                     http::EgressPolicy::allowing({fmt::format("{}:{}", host, url->port)}));
    options.extra_ca_file = config.upstream_ca_file.string();
    ASSIGN_OR_RETURN(auto pools, http::UpstreamPools::create(std::move(options)));
    return std::unique_ptr<RemoteApi>(new RemoteApi(url->origin(), target, std::move(pools)));
}

RemoteApi::RemoteApi(std::string origin, CommandTarget target,
                     std::unique_ptr<http::UpstreamPools> pools)
    : origin_(std::move(origin)),
      target_(std::move(target)),
      pools_(std::move(pools)),
      client_(http::make_http_client(*pools_)) {}

RemoteApi::~RemoteApi() = default;

Result<std::string> RemoteApi::send(const Call& call) {
    ASSIGN_OR_RETURN(const std::string project, project_path());
    return send_to(project + call.path, call);
}

Result<Json> RemoteApi::send_json(const Call& call) {
    ASSIGN_OR_RETURN(const std::string body, send(call));
    return parse_json(body);
}

Result<std::string> RemoteApi::send_to(std::string path, const Call& call) {
    http::ClientRequest request;
    request.method = call.method;
    request.url = origin_ + path;
    request.headers.add("Authorization", fmt::format("Bearer {}", target_.api_key.reveal()));
    if (!call.body.empty()) {
        request.headers.add("Content-Type", call.content_type);
        request.body = call.body;
    }
    ASSIGN_OR_RETURN(http::ClientResponse answer,
                     run_task(send_and_close(*client_, *pools_, std::move(request))));
    if (answer.status >= 300) return error_of(answer);
    return std::move(answer.body);
}

// A key belongs to one project, so it need not be named.
Result<std::string> RemoteApi::project_path() {
    if (target_.project_id.empty()) {
        ASSIGN_OR_RETURN(const std::string body, send_to("/api/v1/projects", {.method = "GET"}));
        ASSIGN_OR_RETURN(const Json list, parse_json(body));
        const Json* only = find_path(list, "items[0].id");
        if (only == nullptr || !only->is_string()) {
            return Error{ErrorKind::not_found, "remote.project",
                         "Name the project with --project."};
        }
        target_.project_id = std::string(only->get_string());
    }
    return "/api/v1/projects/" + target_.project_id;
}

}  // namespace tenon
