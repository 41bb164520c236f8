#include "platform/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace tenon::http {

void SslContextDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

void configure_ssl_context(ssl_ctx_st& context) {
    SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
    SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(&context, 1);
}

Result<SslContext> make_server_ssl_context(const std::string& certificate_file,
                                           const std::string& key_file) {
    ERR_clear_error();
    SslContext context(SSL_CTX_new(TLS_server_method()));
    if (context == nullptr) return Error::internal("No TLS context: " + take_ssl_error());
    configure_ssl_context(*context);
    SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    const auto refuse = [](const std::string& what, const std::string& file) {
        return Error{ErrorKind::invalid_input, "server.tls",
                     "The " + what + " in " + file + " cannot be used: " + take_ssl_error()};
    };
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return refuse("certificate", certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
        return refuse("private key", key_file);
    }
    return context;
}

ssl_st* new_server_ssl(ssl_ctx_st& context) {
    SSL* const ssl = SSL_new(&context);
    if (ssl != nullptr) SSL_set_accept_state(ssl);
    return ssl;
}

std::string take_ssl_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "unknown error";
    const char* const reason = ERR_reason_error_string(code);
    return reason == nullptr ? "unknown error" : reason;
}

}  // namespace tenon::http
