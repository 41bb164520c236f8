// Which header fields cross the proxy. Hop-by-hop fields are the relay's concern (RFC 9110 §7.6.1);
// here are those that belong to the hop between caller and Tenon, or that would let a provider's
// answer act as Tenon's own origin.
#pragma once

#include "platform/http/header_list.h"

namespace tenon {

// True for request fields that go on to the provider. The caller's own credential, cookies, Tenon's
// control headers and what describes the caller's browser or network stay here.
bool is_forwarded_request_header(http::HeaderId id);

enum class ResponseMode { raw, wrapped };

// True for the provider's fields that go back to the caller. Cookies pass in raw mode alone; fields
// that would set policies for Tenon's origin (HSTS, CSP, CORS, Alt-Svc, Clear-Site-Data, …) never
// pass. What is true of the exact bytes only (ETag, Digest, Accept-Ranges) passes in raw mode
// alone.
bool is_forwarded_response_header(http::HeaderId id, ResponseMode mode);

}  // namespace tenon
