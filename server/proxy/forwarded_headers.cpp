#include "proxy/forwarded_headers.h"

namespace tenon {

using http::HeaderId;

bool is_forwarded_request_header(HeaderId id) {
    switch (id) {
        case HeaderId::authorization:  // the user token; the provider's credential goes instead
        case HeaderId::host:
        case HeaderId::cookie:
        case HeaderId::content_length:
        case HeaderId::expect:
        case HeaderId::forwarded:
        case HeaderId::origin:   // of the embedding page: some providers refuse what looks like a
        case HeaderId::referer:  // browser's call
        case HeaderId::fetch_metadata:
        case HeaderId::access_control:
        case HeaderId::request_id:
        case HeaderId::instruction:
        case HeaderId::proxy_prefixed:
            return false;
        default:
            return true;
    }
}

bool is_forwarded_response_header(HeaderId id, ResponseMode mode) {
    switch (id) {
        case HeaderId::origin_policy:
        case HeaderId::access_control:
            return false;
        case HeaderId::set_cookie:
        case HeaderId::of_exact_bytes:
            return mode == ResponseMode::raw;
        default:
            return true;
    }
}

}  // namespace tenon
