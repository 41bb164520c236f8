#include "platform/http/tls_client.h"

#include <csignal>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "platform/http/ip_address.h"

namespace tenon::http {
namespace {

// Where an SSL object keeps the address of its origin's sessions.
int sessions_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

// OpenSSL calls this for each ticket of a server; 1 means that the session has been taken over.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
    auto* sessions = static_cast<TlsSessions*>(SSL_get_ex_data(ssl, sessions_index()));
    if (sessions == nullptr || SSL_SESSION_is_resumable(session) != 1) return 0;
    sessions->add(session);
    return 1;
}

}  // namespace

void TlsSessions::Deleter::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

void TlsSessions::add(ssl_session_st* session) {
    sessions_.emplace_back(session);
    if (sessions_.size() > max_) sessions_.erase(sessions_.begin());
}

ssl_session_st* TlsSessions::take() {
    if (sessions_.empty()) return nullptr;
    const bool may_be_used_again =
        sessions_.size() == 1 ||
        SSL_SESSION_get_protocol_version(sessions_.back().get()) < TLS1_3_VERSION;
    if (may_be_used_again) {
        SSL_SESSION_up_ref(sessions_.back().get());
        return sessions_.back().get();
    }
    ssl_session_st* session = sessions_.back().release();
    sessions_.pop_back();
    return session;
}

Result<std::unique_ptr<TlsClient>> TlsClient::create(const std::string& extra_ca_file) {
    // OpenSSL writes without MSG_NOSIGNAL: a provider that is gone must be an error, not our end.
    std::signal(SIGPIPE, SIG_IGN);
    ERR_clear_error();
    SslContext context(SSL_CTX_new(TLS_client_method()));
    if (context == nullptr) {
        return Error{ErrorKind::internal, "upstream.tls", "No TLS context: " + take_ssl_error()};
    }
    configure_ssl_context(*context);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (!extra_ca_file.empty() &&
        SSL_CTX_load_verify_file(context.get(), extra_ca_file.c_str()) != 1) {
        return Error{
            ErrorKind::invalid_input, "upstream.ca_file",
            "The certificates in " + extra_ca_file + " cannot be used: " + take_ssl_error()};
    }
    constexpr unsigned char kProtocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof kProtocols - 1);
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context.get(), &on_new_session);
    return std::unique_ptr<TlsClient>(new TlsClient(std::move(context)));
}

TlsClient::TlsClient(SslContext context)
    : context_(std::move(context)), loader_([store = context_.get()] {
          if (SSL_CTX_set_default_verify_paths(store) != 1) ERR_clear_error();
      }) {}

TlsClient::~TlsClient() { finish_loading(); }

void TlsClient::finish_loading() const {
    std::call_once(loaded_, [this] { loader_.join(); });
}

ssl_st* TlsClient::new_ssl(const Url& url, TlsSessions& sessions, TlsOffer offer) const {
    finish_loading();
    SSL* ssl = SSL_new(context_.get());
    if (ssl == nullptr) return nullptr;
    SSL_set_connect_state(ssl);
    SSL_set_ex_data(ssl, sessions_index(), &sessions);
    if (offer == TlsOffer::http2) {
        constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
        SSL_set_alpn_protos(ssl, kBoth, sizeof kBoth - 1);
    }
    // Verification of the name and SNI are separate steps; addresses are verified but never sent as
    // SNI.
    bool is_named = false;
    if (IpAddress::parse(url.host)) {
        is_named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url.host.c_str()) == 1;
    } else {
        SSL_set_hostflags(
            ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        is_named = SSL_set1_host(ssl, url.host.c_str()) == 1 &&
                   SSL_set_tlsext_host_name(ssl, url.host.c_str()) == 1;
    }
    if (!is_named) {
        SSL_free(ssl);
        return nullptr;
    }
    if (SSL_SESSION* session = sessions.take()) {
        SSL_set_session(ssl, session);
        SSL_SESSION_free(session);
    }
    return ssl;
}

bool was_resumed(const ssl_st* ssl) { return SSL_session_reused(ssl) == 1; }

}  // namespace tenon::http
