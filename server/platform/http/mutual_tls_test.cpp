// Mutual TLS towards providers: who shows which certificate, and that no connection is shared
// between identities.
#include <gtest/gtest.h>
#include <mutex>
#include <openssl/pem.h>

#include "platform/http/client_identity.h"
#include "platform/http/http_client.h"
#include "platform/http/testing/certificates.h"
#include "platform/http/testing/fake_provider.h"
#include "platform/http/upstream.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {
namespace {

using namespace testing;

std::string text_in(BIO* bio) {
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(length));
    BIO_free(bio);
    return text;
}

std::string certificate_pem(const Identity& identity) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, identity.certificate.get());
    return text_in(bio);
}

std::string key_pem(const Identity& identity) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_in(bio);
}

std::shared_ptr<const ClientIdentity> identity_of(const Identity& identity) {
    auto made = ClientIdentity::from_pem(Secret(certificate_pem(identity) + key_pem(identity)));
    EXPECT_TRUE(made) << made.error().message;
    return *made;
}

// The names of the certificates that were shown, "" for none, one for each handshake.
std::vector<std::string> shown;
std::mutex shown_mutex;

int remember_shown(int, X509_STORE_CTX*) { return 1; }

std::string name_shown(const SSL* ssl) {
    X509* certificate = SSL_get1_peer_certificate(ssl);
    if (certificate == nullptr) return "";
    char name[80] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
}

void on_event(const SSL* ssl, int where, int) {
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
    const std::lock_guard lock(shown_mutex);
    shown.push_back(name_shown(ssl));
}

class MutualTls : public ::testing::Test {
 protected:
    MutualTls()
        : authority_(make_authority()),
          authority_file_(authority_),
          server_(make_identity(&authority_)),
          context_(server_context(server_, TLS1_2_VERSION)) {
        // Any certificate is asked for; the test looks at which came.
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, remember_shown);
        SSL_CTX_set_info_callback(context_.get(), on_event);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(context_.get(), SSL_OP_NO_TICKET);
        shown.clear();
    }

    void must_show_one() {
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           remember_shown);
    }

    // One request after the other; gives status or error code of each.
    std::vector<std::string> call(FakeProvider& provider,
                                  std::vector<std::shared_ptr<const ClientIdentity>> identities) {
        UpstreamOptions options;
        options.egress = EgressPolicy::allowing({provider.authority()}).value();
        options.extra_ca_file = authority_file_.path();
        options.resolver.overrides["provider.test"] = {"127.0.0.1"};
        const auto pools = UpstreamPools::create(std::move(options)).value();
        const std::string url = "https://" + provider.authority("provider.test") + "/";
        return run_task(send_all(*pools, std::move(identities), url));
    }

    static Task<std::vector<std::string>> send_all(
        UpstreamPools& pools, std::vector<std::shared_ptr<const ClientIdentity>> identities,
        std::string url) {
        const auto client = make_http_client(pools);
        std::vector<std::string> outcomes;
        for (const auto& identity : identities) {
            ClientRequest request;
            request.url = url;
            request.identity = identity;
            const auto answer = co_await client->send(std::move(request));
            outcomes.push_back(answer ? std::to_string(answer->status) : answer.error().code);
        }
        pools.close_idle_here();
        co_return outcomes;
    }

    Identity authority_;
    CertificateFile authority_file_;
    Identity server_;
    ContextPtr context_;
};

Reply answer_ok(const std::string&) { return {ok_answer("x")}; }

using Outcomes = std::vector<std::string>;

TEST_F(MutualTls, ShowsTheCertificateAndNeverSharesAConnectionBetweenIdentities) {
    const Identity first = make_identity(&authority_);
    const Identity second = make_identity(&authority_);
    const auto a = identity_of(first);
    const auto b = identity_of(second);
    EXPECT_NE(a->fingerprint(), b->fingerprint());
    FakeProvider provider(answer_ok, context_.get());
    EXPECT_EQ(call(provider, {a, nullptr, b, a, nullptr, b, identity_of(first)}),
              Outcomes(7, "200"));
    // One connection each, kept and used again by its own identity alone.
    EXPECT_EQ(provider.connections(), 3);
    ASSERT_EQ(shown.size(), 3U);
    EXPECT_TRUE(shown[0].starts_with("Test "));
    EXPECT_EQ(shown[1], "");
    EXPECT_TRUE(shown[2].starts_with("Test "));
    EXPECT_NE(shown[0], shown[2]);
}

TEST_F(MutualTls, AProviderThatInsistsRefusesWhoShowsNothing) {
    must_show_one();
    FakeProvider provider(answer_ok, context_.get());
    const auto identity = identity_of(make_identity(&authority_));
    EXPECT_EQ(call(provider, {nullptr, identity}), (Outcomes{"upstream.tls_failed", "200"}));
    EXPECT_EQ(provider.requests(), 1);
}

TEST_F(MutualTls, AHostThatAsksForNoneSeesNone) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    FakeProvider provider(answer_ok, context_.get());
    EXPECT_EQ(call(provider, {identity_of(make_identity(&authority_))}), Outcomes{"200"});
    EXPECT_EQ(shown, std::vector<std::string>{""});
}

TEST(ClientIdentityPem, RefusesWhatDoesNotFitTogetherWithoutShowingIt) {
    const Identity one = make_identity(nullptr);
    const Identity other = make_identity(nullptr);
    for (const std::string& pem :
         {std::string("planted"), std::string(), certificate_pem(one), key_pem(one),
          certificate_pem(one) + key_pem(other), std::string(70'000, 'x')}) {
        const auto refused = ClientIdentity::from_pem(Secret(pem));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "certificate.invalid");
        EXPECT_EQ(refused.error().message.find("planted"), std::string::npos);
    }
    EXPECT_TRUE(ClientIdentity::from_pem(Secret(key_pem(one) + certificate_pem(one))));
    EXPECT_TRUE(ClientIdentity::from_pem(
        Secret(certificate_pem(one) + certificate_pem(other) + key_pem(one))));
}

}  // namespace
}  // namespace tenon::http
