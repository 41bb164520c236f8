#include "auth_methods/testing.h"

namespace tenon {
namespace {

TEST(BasicMethodTest, KeepsTheInputsAndAsksNobody) {
    FakeProvider provider;
    const FakeClock clock;
    const AuthMethodCatalog catalog({provider, clock});
    const AuthMethod& method = catalog.get(AuthMethodKind::basic);
    OpenIntegration integration;
    integration.integration = std::make_shared<Integration>();
    EXPECT_FALSE(method.uses_authorization_page());
    EXPECT_TRUE(method.own_fields({}).empty());
    CredentialSecrets inputs;
    inputs.inputs = {
        {"apiKey", Secret("k")}, {"username", Secret("u")}, {"subdomain", Secret("s")}};
    const auto tokens = run_task(method.complete(integration, inputs, std::nullopt, {}));
    ASSERT_TRUE(tokens);
    EXPECT_EQ(tokens->secrets.api_key.reveal(), "k");
    EXPECT_EQ(tokens->secrets.username.reveal(), "u");
    EXPECT_EQ(tokens->secrets.inputs.at("subdomain").reveal(), "s");
    EXPECT_FALSE(tokens->expires_at);
    EXPECT_FALSE(method.can_refresh(*integration.integration, tokens->secrets));
    EXPECT_TRUE(run_task(method.revoke(integration, tokens->secrets)));
    EXPECT_TRUE(provider.requests.empty());
}

}  // namespace
}  // namespace tenon
