// TLS on a stream: OpenSSL bound to the descriptor, the same for servers and clients.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // OpenSSL's SSL

namespace tenon::http {

struct SslContextDeleter {
    void operator()(ssl_ctx_st* context) const;
};
using SslContext = std::unique_ptr<ssl_ctx_st, SslContextDeleter>;

// Modes and options that every context of ours has, for both sides: TLS 1.2 and up, no
// renegotiation, no compression, buffers released when idle, partial writes, reading ahead.
void configure_ssl_context(ssl_ctx_st& context);

// A server context from PEM files. Errors: invalid_input "server.tls", naming the file.
Result<SslContext> make_server_ssl_context(const std::string& certificate_file,
                                           const std::string& key_file);
// A server-side SSL object for one connection; null when out of memory. Stream::start_tls() takes
// it over.
ssl_st* new_server_ssl(ssl_ctx_st& context);

// What OpenSSL's error queue says, for people ("certificate verify failed"); empties the queue.
std::string take_ssl_error();

}  // namespace tenon::http
