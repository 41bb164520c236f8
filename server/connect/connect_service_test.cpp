// The flows through the provider's page: what connects, and everything that must not.
#include "connect/connect_service.h"

#include <gtest/gtest.h>

#include "connect/testing.h"
#include "platform/crypto/hash.h"

namespace tenon {
namespace {

constexpr const char* kBrowser = "browser-of-alice";

class ConnectServiceTest : public ConnectFixture {
 protected:
    void SetUp() override {
        ConnectFixture::SetUp();
        crm = given_integration(oauth_definition());
        alice = given_user("alice");
    }

    // Nothing was sent to the provider, and nobody has an account.
    void expect_nothing_happened() {
        EXPECT_TRUE(provider.requests.empty());
        EXPECT_TRUE(accounts_of(alice).empty());
    }
    std::string begin_bound(AuthorizationStart start) {
        bind(alice, kBrowser);
        return begin(alice, std::move(start));
    }
    std::string begin_bound() { return begin_bound(start_of(crm)); }
    std::optional<CredentialId> session(const ConnectParty& party) {
        return run_task(connect->find_session(party, "session-key")).value().credential_id;
    }

    Integration crm;
    ConnectParty alice;
};
INSTANTIATE_ON_BOTH_ENGINES(ConnectServiceTest);

using Kind = AuthorizationEnd::Kind;

TEST_P(ConnectServiceTest, AConfirmedBrowserEndsTheFlowOnTheServer) {
    const std::string url = begin_bound();
    EXPECT_EQ(query_value(url, "redirect_uri"), connect->redirect_uri(crm.id));
    EXPECT_EQ(query_value(url, "code_challenge_method"), "S256");
    EXPECT_EQ(query_value(url, "client_id"), "client-of-tenon");
    EXPECT_FALSE(session(alice));

    const auto end = come_back(crm.id, query_value(url, "state"), kBrowser);
    ASSERT_EQ(end.kind, Kind::connected) << (end.error ? end.error->message : "");
    EXPECT_EQ(end.origin, "https://app.example.com");
    EXPECT_TRUE(end.handle.empty()) << "one end is enough: the client polls the session";

    const auto accounts = accounts_of(alice);
    ASSERT_EQ(accounts.size(), 1u);
    const Credential& credential = accounts[0].credential;
    EXPECT_EQ(credential.status, CredentialStatus::valid);
    EXPECT_EQ(credential.provider_id, "acme-7");
    EXPECT_EQ(session(alice), credential.id);
    const auto secrets = run_task(credentials->open_secrets(credential));
    EXPECT_EQ(secrets->access_token.reveal(), "token-1");
    const auto audited = run_task(projects->list_audit_events(project, std::nullopt, 1));
    EXPECT_EQ(audited->entries.at(0).event.actor.label, "alice");
}

TEST_P(ConnectServiceTest, TheVerifierFitsTheChallengeAndIsFreshEachTime) {
    const std::string url = begin_bound();
    come_back(crm.id, query_value(url, "state"), kBrowser);
    std::string verifier;
    for (const std::string_view part : split(provider.requests.at(0).body, '&')) {
        if (part.starts_with("code_verifier=")) verifier = *form_decode(part.substr(14));
    }
    EXPECT_GE(verifier.size(), 43u);
    EXPECT_EQ(base64url_encode(sha256(verifier)), query_value(url, "code_challenge"));
    const std::string again = begin_bound();
    EXPECT_NE(query_value(again, "code_challenge"), query_value(url, "code_challenge"));
    EXPECT_NE(query_value(again, "state"), query_value(url, "state"));
}

TEST_P(ConnectServiceTest, StoresNoStateAndNoSecretInTheClear) {
    const std::string state = query_value(begin_bound(), "state");
    const auto rows = in_transaction([&](Connection& tx) {
        return tx.query("SELECT state_hash, sealed_secrets FROM connect_flows");
    });
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ(rows->front().text(0), hash_of_token(state));
    EXPECT_EQ(rows->front().bytes(1).find("codeVerifier"), std::string::npos);
}

// ---- what must not connect ----

TEST_P(ConnectServiceTest, AStateWorksOnce) {
    const std::string state = query_value(begin_bound(), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::connected);
    const int exchanges = provider.count("/token");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    EXPECT_EQ(provider.count("/token"), exchanges);
    EXPECT_EQ(accounts_of(alice).size(), 1u);
}

TEST_P(ConnectServiceTest, AnUnknownStateIsRefusedAndNotEchoed) {
    const std::string state = make_flow_token(project);
    const auto end = come_back(crm.id, state, kBrowser);
    EXPECT_EQ(end.kind, Kind::refused);
    EXPECT_EQ(end.error->message.find(state), std::string::npos);
    EXPECT_TRUE(end.origin.empty());
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, CoatAndCorfAnotherIntegrationsCallbackIsRefused) {
    IntegrationDefinition evil_definition = oauth_definition();
    evil_definition.slug = "evil";
    const Integration evil = given_integration(evil_definition);
    const std::string state = query_value(begin_bound(start_of(evil)), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    // The state is burnt: carrying the code back to the right callback does not help.
    EXPECT_EQ(come_back(evil.id, state, kBrowser).kind, Kind::refused);
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, CosfAnotherBrowserIsRefused) {
    const ConnectParty mallory = given_user("mallory");
    bind(mallory, "browser-of-mallory");
    for (const char* browser : {"", "browser-of-nobody"}) {
        const std::string state = query_value(begin(mallory, start_of(crm)), "state");
        EXPECT_EQ(come_back(crm.id, state, browser).kind, Kind::refused);
    }
    // A busy victim: the browser is bound, but to another token.
    bind(alice, kBrowser);
    const std::string state = query_value(begin(mallory, start_of(crm)), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    expect_nothing_happened();
    EXPECT_TRUE(accounts_of(mallory).empty());
}

TEST_P(ConnectServiceTest, CosfAPrimedBrowserEndsNothingWithoutItsOpener) {
    const ConnectParty mallory = given_user("mallory");
    for (const char* opener_origin : {"", "https://evil.example.com"}) {
        bind(mallory, kBrowser, opener_origin);
        const std::string state = query_value(begin(mallory, start_of(crm)), "state");
        const auto end = come_back(crm.id, state, kBrowser);
        EXPECT_EQ(end.kind, Kind::answered);
        EXPECT_EQ(end.origin, "https://app.example.com") << "only the product receives the handle";
        EXPECT_FALSE(session(mallory));
    }
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, ABindingEndsWithItsLifeAndHoldsForItsTokenAlone) {
    bind(alice, kBrowser);
    const ConnectParty same_user_other_token = given_user("alice", "other");
    std::string state = query_value(begin(same_user_other_token, start_of(crm)), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    clock.advance(Seconds(400));
    state = query_value(begin(alice, start_of(crm)), "state");
    clock.advance(Seconds(201));
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, AFlowExpires) {
    const std::string state = query_value(begin_bound(), "state");
    clock.advance(Seconds(600));
    bind(alice, kBrowser);
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, TheIssuerIsComparedWhenItIsKnown) {
    IntegrationDefinition definition = oauth_definition();
    definition.slug = "issued";
    definition.authentication.issuer = "https://acme.example.com";
    const Integration issued = given_integration(definition);
    for (const char* more : {"&code=c", "&code=c&iss=https%3A%2F%2Fevil.example.com"}) {
        const std::string state = query_value(begin_bound(start_of(issued)), "state");
        const auto end = come_back(issued.id, state, kBrowser, more);
        EXPECT_EQ(end.kind, Kind::failed);
        EXPECT_EQ(end.error->code, "connect.issuer_mismatch");
    }
    expect_nothing_happened();
    const std::string state = query_value(begin_bound(start_of(issued)), "state");
    EXPECT_EQ(
        come_back(issued.id, state, kBrowser, "&code=c&iss=https%3A%2F%2Facme.example.com").kind,
        Kind::connected);
}

TEST_P(ConnectServiceTest, AProvidersErrorIsToldAndConnectsNothing) {
    std::string state = query_value(begin_bound(), "state");
    auto end = come_back(crm.id, state, kBrowser, "&error=access_denied&code=c");
    EXPECT_EQ(end.kind, Kind::failed);
    EXPECT_EQ(end.error->code, "connect.access_denied");
    EXPECT_EQ(end.origin, "https://app.example.com");
    state = query_value(begin_bound(), "state");
    end = come_back(crm.id, state, kBrowser, "&error=server_error&error_description=Sorry");
    EXPECT_EQ(end.error->code, "connect.provider_error");
    EXPECT_NE(end.error->message.find("Sorry"), std::string::npos);
    state = query_value(begin_bound(), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser, "").error->code, "connect.code_missing");
    expect_nothing_happened();
}

TEST_P(ConnectServiceTest, AFailedExchangeTestOrProfileLeavesNoCredential) {
    const auto code_of_failure = [&] {
        const auto end = come_back(crm.id, query_value(begin_bound(), "state"), kBrowser);
        EXPECT_EQ(end.kind, Kind::failed);
        EXPECT_TRUE(accounts_of(alice).empty());
        EXPECT_FALSE(session(alice));
        return end.error ? end.error->code : "";
    };
    provider.answers_to("/me", 500, "{}");
    EXPECT_EQ(code_of_failure(), "0704");
    provider.answers_to("/ping", 401, "{}");
    EXPECT_EQ(code_of_failure(), "7003");
    provider.answers_to("/token", 400, R"({"error":"invalid_grant"})");
    EXPECT_NE(code_of_failure(), "");
}

TEST_P(ConnectServiceTest, OnlyOriginsOfTheProjectAreUsed) {
    const char* bad[] = {"https://evil.example.com",    "https://app.example.com.evil.com",
                         "https://app.example.com/",    "https://app.example.com:444",
                         "http://app.example.com",      "null",
                         "javascript:alert(1)",         "https://app.example.com@evil.com",
                         "https://APP.example.com/path"};
    for (const char* origin : bad) {
        AuthorizationStart start = start_of(crm);
        start.origin = origin;
        const auto url = run_task(connect->begin_authorization(alice, start));
        ASSERT_FALSE(url) << origin;
        EXPECT_EQ(url.error().code, "connect.origin_not_allowed") << origin;
    }
    AuthorizationStart start = start_of(crm);
    start.redirect_override = "https://evil.example.com/callback";
    EXPECT_EQ(run_task(connect->begin_authorization(alice, start)).error().code,
              "connect.origin_not_allowed");
    start.origin = "https://tenon.example.com";  // the portal's own window
    start.redirect_override.clear();
    EXPECT_TRUE(run_task(connect->begin_authorization(alice, start)));
}

TEST_P(ConnectServiceTest, AnotherProjectsIntegrationIsNotThere) {
    const auto other = run_task(projects->create_project(developer, "Other"));
    ConnectParty stranger = given_user("alice");
    stranger.project_id = other->id;
    stranger.user_id = run_task(users->ensure(other->id, "alice"))->id;
    const auto url = run_task(connect->begin_authorization(stranger, start_of(crm)));
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().kind, ErrorKind::not_found);
    EXPECT_TRUE(run_task(
        integrations->set_status(developer, project, crm.id, IntegrationStatus::inactive)));
    EXPECT_EQ(run_task(connect->begin_authorization(alice, start_of(crm))).error().kind,
              ErrorKind::not_found);
}

// ---- the handle ----

TEST_P(ConnectServiceTest, AHandleIsClaimedOnceByTheUserWhoBegan) {
    bind(alice, kBrowser, "");
    const std::string state = query_value(begin(alice, start_of(crm)), "state");
    const auto end = come_back(crm.id, state, kBrowser);
    ASSERT_EQ(end.kind, Kind::answered);
    const std::string handle(end.handle.reveal());
    EXPECT_EQ(provider.count("/token"), 0) << "the code waits";

    const ConnectParty mallory = given_user("mallory");
    EXPECT_EQ(run_task(connect->claim(mallory, crm.id, handle)).error().code,
              "connect.handle_unknown");
    EXPECT_EQ(run_task(connect->claim(alice, crm.id, handle + "x")).error().code,
              "connect.handle_unknown");
    EXPECT_EQ(provider.count("/token"), 0);

    const auto account = run_task(connect->claim(alice, crm.id, handle));
    ASSERT_TRUE(account) << account.error().message;
    const auto again = run_task(connect->claim(alice, crm.id, handle));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->credential.id, account->credential.id);
    EXPECT_EQ(provider.count("/token"), 1);
    EXPECT_EQ(session(alice), account->credential.id);
    EXPECT_FALSE(session(mallory));
}

TEST_P(ConnectServiceTest, AHandleOfAFailedOrExpiredFlowIsGone) {
    bind(alice, kBrowser, "");
    auto end = come_back(crm.id, query_value(begin(alice, start_of(crm)), "state"), kBrowser);
    provider.answers_to("/token", 400, R"({"error":"invalid_grant"})");
    EXPECT_FALSE(run_task(connect->claim(alice, crm.id, std::string(end.handle.reveal()))));
    EXPECT_EQ(
        run_task(connect->claim(alice, crm.id, std::string(end.handle.reveal()))).error().code,
        "connect.handle_unknown");
    end = come_back(crm.id, query_value(begin(alice, start_of(crm)), "state"), kBrowser);
    clock.advance(Seconds(600));
    EXPECT_EQ(
        run_task(connect->claim(alice, crm.id, std::string(end.handle.reveal()))).error().code,
        "connect.handle_unknown");
    EXPECT_TRUE(accounts_of(alice).empty());
}

TEST_P(ConnectServiceTest, ShowingThePortalPostsAHandleOfTheConnectedFlow) {
    AuthorizationStart start = start_of(crm);
    start.install_options.show_portal_after_install = true;
    const auto end = come_back(crm.id, query_value(begin_bound(start), "state"), kBrowser);
    EXPECT_EQ(end.kind, Kind::connected);
    ASSERT_FALSE(end.handle.empty());
    const auto account = run_task(connect->claim(alice, crm.id, std::string(end.handle.reveal())));
    ASSERT_TRUE(account);
    EXPECT_EQ(account->credential.id, session(alice));
    EXPECT_EQ(provider.count("/token"), 1);
}

TEST_P(ConnectServiceTest, TheProductsOwnPageHandsTheCodeOver) {
    AuthorizationStart start = start_of(crm);
    start.redirect_override = "https://app.example.com/oauth-done";
    const std::string url = begin(alice, start);
    EXPECT_EQ(query_value(url, "redirect_uri"), "https://app.example.com/oauth-done");
    bind(alice, kBrowser);
    const CodeExchange exchange{.integration_id = crm.id,
                                .code = Secret("c-9"),
                                .redirect_url = "https://app.example.com/oauth-done"};
    const ConnectParty mallory = given_user("mallory");
    EXPECT_EQ(run_task(connect->complete_code(mallory, exchange)).error().code,
              "connect.flow_unknown");
    ASSERT_TRUE(run_task(connect->complete_code(alice, exchange)));
    EXPECT_EQ(accounts_of(alice).size(), 1u);
    EXPECT_EQ(run_task(connect->complete_code(alice, exchange)).error().code,
              "connect.flow_unknown");
    // Such a flow never ends at our own callback.
    const std::string state = query_value(begin(alice, start), "state");
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
}

TEST_P(ConnectServiceTest, ExpiredRowsAreRemovedAsNewOnesCome) {
    for (int i = 0; i < 5; ++i) begin_bound();
    clock.advance(Seconds(700));
    begin_bound();
    const auto rows = in_transaction([&](Connection& tx) {
        return tx.query(
            "SELECT (SELECT COUNT(*) FROM connect_flows), "
            "(SELECT COUNT(*) FROM connect_browsers)");
    });
    EXPECT_EQ(rows->front().integer(0), 1);
    EXPECT_EQ(rows->front().integer(1), 1);
}

TEST_P(ConnectServiceTest, RemovingAUserTakesTheFlowsAlong) {
    const std::string state = query_value(begin_bound(), "state");
    ASSERT_TRUE(run_task(users->remove(developer, project, alice.user_id)));
    EXPECT_EQ(come_back(crm.id, state, kBrowser).kind, Kind::refused);
    EXPECT_TRUE(provider.requests.empty());
}

}  // namespace
}  // namespace tenon
