#include "proxy/websocket_fields.h"

#include "base/text.h"

namespace tenon {
namespace {

constexpr std::string_view kPrefix = "sec-websocket-";

bool is_websocket_field(std::string_view name) {
    return name.size() > kPrefix.size() &&
           equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

}  // namespace

bool asks_for_websocket(const http::RequestHead& head) {
    if (head.method != "GET" || head.minor_version != 1 || head.body != http::BodyKind::none) {
        return false;
    }
    if (!http::is_named_by_connection(head.headers, "upgrade")) return false;
    return equals_ignoring_case(head.headers.get("upgrade"), "websocket");
}

void append_websocket_fields(std::string& out, const http::HeaderList& headers) {
    out += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    for (const http::HeaderField& field : headers) {
        if (is_websocket_field(field.name)) http::append_field(out, field.name, field.value);
    }
}

}  // namespace tenon
