// The HttpClient of client.h on the connection pools of upstream.h.
#pragma once

#include <memory>
#include <string>

#include "platform/http/client.h"
#include "platform/http/upstream.h"

namespace tenon::http {

// "Tenon/" and the version of this build.
std::string default_user_agent();

// `pools` outlives the client. The client may be used from every loop.
std::unique_ptr<HttpClient> make_http_client(UpstreamPools& pools,
                                             std::string user_agent = default_user_agent());

}  // namespace tenon::http
