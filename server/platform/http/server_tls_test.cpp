// The server over TLS, with a certificate made on the spot and OpenSSL's own client on the other
// side.
#include <cstdio>
#include <gtest/gtest.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>

#include "platform/http/exchange.h"
#include "platform/http/server.h"
#include "platform/http/testing/certificates.h"
#include "platform/http/testing/raw_socket.h"

namespace tenon::http {
namespace {

using testing::RawSocket;

constexpr std::string_view kContract = R"({"openapi": "3.1.0", "paths": {
  "/hello": {"get": {"operationId": "hello"}},
  "/count": {"post": {"operationId": "count", "x-stream": true}}}})";

Task<Result<Response>> hello(const Request& request) {
    Response response;
    response.body = request.is_tls ? "secure" : "plain";
    co_return response;
}

Task<void> count(Exchange& exchange) {
    std::size_t bytes = 0;
    while (true) {
        const Result<std::string_view> piece = co_await exchange.read_body_view();
        if (!piece) co_return;
        if (piece->empty()) break;
        bytes += piece->size();
    }
    Response response;
    response.body = std::string(bytes, 'r');
    (void)co_await exchange.send(std::move(response));
}

class TemporaryFile {
 public:
    TemporaryFile() {
        const int fd = ::mkstemp(name_);
        file_ = ::fdopen(fd, "w");
    }
    ~TemporaryFile() { ::unlink(name_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    FILE* file() { return file_; }
    std::string close() {
        std::fclose(file_);
        return name_;
    }

 private:
    char name_[32] = "/tmp/tenon_test_tls_XXXXXX";
    FILE* file_ = nullptr;
};

// A blocking TLS client.
class TlsClientSocket {
 public:
    explicit TlsClientSocket(std::uint16_t port, int version_max = TLS1_3_VERSION)
        : socket_(RawSocket::connect_to(port)), context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_max_proto_version(context_.get(), version_max);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), socket_.descriptor());
        connected_ = SSL_connect(ssl_.get()) == 1;
    }
    ~TlsClientSocket() { ERR_clear_error(); }
    bool is_connected() const { return connected_; }
    void send(std::string_view bytes) {
        std::size_t written = 0;
        while (!bytes.empty() &&
               SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1) {
            bytes.remove_prefix(written);
        }
    }
    std::string read_until(std::string_view mark) {
        std::string all;
        char c = 0;
        std::size_t got = 0;
        while (!all.ends_with(mark) && SSL_read_ex(ssl_.get(), &c, 1, &got) == 1) all += c;
        return all;
    }
    // Whether the end of the stream is marked as such by the server.
    bool ends_cleanly() {
        char c = 0;
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), &c, 1, &got);
        return result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
    }

 private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    RawSocket socket_;
    testing::ContextPtr context_;
    std::unique_ptr<SSL, Free> ssl_;
    bool connected_ = false;
};

class ServerTlsTest : public ::testing::Test {
 protected:
    ServerTlsTest() : router_(*parse_json(kContract)) {
        router_.handle("hello", hello);
        router_.stream("count", count);
        const testing::Identity identity = testing::make_identity(nullptr);
        PEM_write_X509(certificate_.file(), identity.certificate.get());
        PEM_write_PrivateKey(key_.file(), identity.key.get(), nullptr, nullptr, 0, nullptr,
                             nullptr);
        ServerOptions options;
        options.access_log = false;
        options.tls_certificate_file = certificate_.close();
        options.tls_key_file = key_.close();
        options.limits.tls_handshake_timeout = std::chrono::milliseconds(100);
        server_ = std::make_unique<Server>(options, router_, metrics_);
        const Result<void> started = server_->start();
        EXPECT_TRUE(started) << started.error().message;
    }

    TemporaryFile certificate_;
    TemporaryFile key_;
    Router router_;
    Metrics metrics_;
    std::unique_ptr<Server> server_;
};

TEST_F(ServerTlsTest, ServesSeveralRequestsAndEndsCleanly) {
    TlsClientSocket client(server_->port());
    ASSERT_TRUE(client.is_connected());
    for (int i = 0; i < 5; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_TRUE(client.read_until("secure").ends_with("\r\n\r\nsecure"));
    }
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.read_until("secure");
    EXPECT_TRUE(client.ends_cleanly());
}

TEST_F(ServerTlsTest, CarriesLargeBodiesBothWays) {
    constexpr std::size_t kBytes = 2'000'000;
    TlsClientSocket client(server_->port());
    client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
    client.send(std::string(kBytes, 'x'));
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string rest = client.read_until("secure");
    EXPECT_TRUE(rest.starts_with(std::string(kBytes, 'r') + "HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTlsTest, RefusesOldProtocolsAndPlainText) {
    EXPECT_TRUE(TlsClientSocket(server_->port(), TLS1_2_VERSION).is_connected());
    EXPECT_FALSE(TlsClientSocket(server_->port(), TLS1_1_VERSION).is_connected());
    RawSocket plain = RawSocket::connect_to(server_->port());
    plain.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(plain.read_to_end().find("HTTP/1.1"), std::string::npos);
}

TEST_F(ServerTlsTest, EndsHandshakesThatDoNotEnd) {
    RawSocket silent = RawSocket::connect_to(server_->port());
    EXPECT_EQ(silent.wait_end(), 0);
}

}  // namespace
}  // namespace tenon::http
