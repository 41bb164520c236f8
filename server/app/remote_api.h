// The platform API of a running server, for commands that were given --server.
#pragma once

#include <memory>
#include <string>

#include "app/command_line.h"
#include "base/json.h"
#include "platform/http/client.h"
#include "platform/http/upstream.h"

namespace tenon {

class RemoteApi {
 public:
    // Errors: invalid_input for a URL that is none, or a missing API key.
    static Result<std::unique_ptr<RemoteApi>> connect(const CommandTarget& target,
                                                      const Config& config);
    ~RemoteApi();

    struct Call {
        std::string method;
        std::string path;  // below /api/v1/projects/{projectId}, such as "/integrations/apply"
        std::string body = {};
        std::string content_type = "application/json";
    };
    // The answer's body. An error answer becomes an Error with the server's words.
    Result<std::string> send(const Call& call);
    Result<Json> send_json(const Call& call);

 private:
    RemoteApi(std::string origin, CommandTarget target, std::unique_ptr<http::UpstreamPools> pools);
    Result<std::string> send_to(std::string path, const Call& call);
    Result<std::string> project_path();

    std::string origin_;
    CommandTarget target_;
    std::unique_ptr<http::UpstreamPools> pools_;
    std::unique_ptr<http::HttpClient> client_;
};

}  // namespace tenon
