// The opening handshake of a WebSocket (RFC 6455 §4) on its way through the proxy: of the caller's
// request only what the provider needs to agree.
#pragma once

#include <string>

#include "platform/http/codec.h"

namespace tenon {

// GET over HTTP/1.1 without a body, with Connection: Upgrade and Upgrade: websocket. Every other
// wish for an upgrade is ignored, as RFC 9110 §7.8 allows.
bool asks_for_websocket(const http::RequestHead& head);

// Adds Connection, Upgrade and the caller's Sec-WebSocket-* fields as lines.
void append_websocket_fields(std::string& out, const http::HeaderList& headers);

}  // namespace tenon
