// TLS towards providers: the chain and the host name are verified, TLS 1.2 and up, HTTP/1.1 or
// HTTP/2 by ALPN, sessions resumed. One context for all loops; the sessions of an origin belong to
// its pool on one loop.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "platform/http/tls.h"

struct ssl_session_st;  // OpenSSL's SSL_SESSION

namespace tenon::http {

// The newest sessions that an origin gave. TLS 1.3 tickets are used once while there are several;
// the last one is kept, since a server that refuses it just makes a full handshake.
class TlsSessions {
 public:
    explicit TlsSessions(std::size_t max) : max_(max) {}
    void add(ssl_session_st* session);  // takes it over
    // Its caller owns a reference; null when there is none.
    ssl_session_st* take();
    std::size_t size() const { return sessions_.size(); }

 private:
    struct Deleter {
        void operator()(ssl_session_st* session) const;
    };
    std::size_t max_;
    std::vector<std::unique_ptr<ssl_session_st, Deleter>> sessions_;  // newest last
};

// The protocols offered by ALPN.
enum class TlsOffer : std::uint8_t {
    http1,
    http2  // and HTTP/1.1 for those who do not know it
};

class TlsClient {
 public:
    // Trusts the system's authorities and those in `extra_ca_file` (PEM), if one is named.
    // The system's are read by a thread of their own, since that takes 60 ms; the first connection
    // waits for it. Errors: invalid_input "upstream.ca_file"; internal "upstream.tls".
    static Result<std::unique_ptr<TlsClient>> create(const std::string& extra_ca_file);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    // An SSL object for one connection to the URL's host, for Stream::start_tls(). `sessions`
    // outlives it. Null when out of memory.
    ssl_st* new_ssl(const Url& url, TlsSessions& sessions, TlsOffer offer) const;

 private:
    explicit TlsClient(SslContext context);
    void finish_loading() const;

    SslContext context_;
    mutable std::thread loader_;
    mutable std::once_flag loaded_;
};

bool was_resumed(const ssl_st* ssl);

}  // namespace tenon::http
