// What the permissions claim of a user token allows, case by case.
#include <gtest/gtest.h>

#include "users/user_session.h"

namespace tenon {
namespace {

using Scope = TokenPermissions::Scope;

constexpr std::string_view kClaimOfOneCredential =
    R"({"integration:custom.a": {"credential:c1": true}})";

TokenPermissions parsed(std::string_view claim) {
    auto permissions = TokenPermissions::parse(*parse_json(claim));
    EXPECT_TRUE(permissions) << claim;
    return permissions ? *permissions : TokenPermissions();
}

const Scope kA{.integration = "custom.a"};
const Scope kB{.integration = "custom.b"};
const Scope kA1{.integration = "custom.a", .credential_id = "c1"};
const Scope kA2{.integration = "custom.a", .credential_id = "c2"};
const Scope kA1Config{.integration = "custom.a",
                      .credential_id = "c1",
                      .configuration_id = "f1",
                      .configuration_external_id = "shop"};

TEST(TokenPermissions, WithoutAClaimEverythingIsAllowed) {
    const TokenPermissions all;
    EXPECT_TRUE(all.is_unrestricted());
    EXPECT_TRUE(all.allows("proxy", kA1));
    EXPECT_TRUE(all.allows("metadata:write", {}));
    EXPECT_TRUE(all.can_see(kB));
}

TEST(TokenPermissions, AnEmptyClaimAllowsNothing) {
    const TokenPermissions none = parsed("{}");
    EXPECT_FALSE(none.is_unrestricted());
    EXPECT_FALSE(none.allows("proxy", kA1));
    EXPECT_FALSE(none.allows("metadata:write", {}));
    EXPECT_FALSE(none.can_see(kA));
}

struct Case {
    std::string_view claim;
    std::string_view permission;
    Scope scope;
    bool allowed;
};

TEST(TokenPermissions, TheMostSpecificScopeDecides) {
    const std::vector<Case> cases = {
        // The published examples.
        {R"({"integration:*": true})", "proxy", kA1, true},
        {R"({"integration:*": true})", "events", {}, true},
        {kClaimOfOneCredential, "proxy", kA1, true},
        {kClaimOfOneCredential, "proxy", kA2, false},
        {kClaimOfOneCredential, "proxy", kB, false},
        {R"({"integration:custom.a": {"credential:*": ["credential:write"]}})", "credential:write",
         kA1, true},
        {R"({"integration:custom.a": {"credential:*": ["credential:write"]}})", "proxy", kA1,
         false},
        // A credential that is about to be made is "any" credential.
        {R"({"integration:custom.a": {"credential:*": ["credential:write"]}})", "credential:write",
         kA, true},
        {kClaimOfOneCredential, "credential:write", kA, false},
        // As seen from a production client.
        {R"({"metadata:write": true, "integration:*": ["credential:write", "events"]})",
         "metadata:write",
         {},
         true},
        {R"({"metadata:write": true, "integration:*": ["credential:write", "events"]})", "events",
         kA, true},
        {R"({"metadata:write": true, "integration:*": ["credential:write", "events"]})", "proxy",
         kA, false},
        {R"({"metadata:write": false, "integration:*": true})", "metadata:write", {}, false},
        // A list holds exact names.
        {R"({"integration:*": ["proxy"]})", "prox", kA, false},
        {R"({"integration:*": []})", "proxy", kA, false},
        {R"({"integration:*": false})", "proxy", kA, false},
        // Specific wins over general, in both directions.
        {R"({"integration:*": true, "integration:custom.a": ["events"]})", "proxy", kA1, false},
        {R"({"integration:*": true, "integration:custom.a": ["events"]})", "proxy", kB, true},
        {R"({"integration:*": [], "integration:custom.a": ["proxy"]})", "proxy", kA1, true},
        {R"({"integration:custom.a": ["events"], "credential:c1": ["proxy"]})", "proxy", kA1, true},
        {R"({"integration:custom.a": ["proxy"], "credential:*": ["events"]})", "proxy", kA1, false},
        {R"({"credential:*": ["events"], "credential:c1": ["proxy"]})", "proxy", kA1, true},
        {R"({"credential:*": ["events"], "integration:custom.a": {"credential:c1": ["proxy"]}})",
         "proxy", kA1, true},
        {R"({"integration:*": {"credential:*": ["proxy"]}, "integration:custom.a": []})", "proxy",
         kA1, true},
        // A scope that names the thing and says nothing below denies.
        {R"({"integration:*": true, "integration:custom.a": {"credential:c1": true}})", "proxy",
         kA2, false},
        {R"({"integration:*": true, "integration:custom.a": {}})", "proxy", kA1, false},
        // Configurations, by id and by external id.
        {R"({"configuration:f1": ["settings:write"]})", "settings:write", kA1Config, true},
        {R"({"configuration:ext:shop": ["settings:write"]})", "settings:write", kA1Config, true},
        {R"({"configuration:ext:other": ["settings:write"]})", "settings:write", kA1Config, false},
        {R"({"credential:c1": true, "configuration:*": ["events"]})", "settings:write", kA1Config,
         false},
        {R"({"credential:c1": ["proxy"], "configuration:*": ["events"]})", "proxy", kA1, true},
        // Names are compared whole, and nothing is guessed.
        {R"({"integration:a": true})", "proxy", kA1, false},
        {R"({"integration:custom.a*": true})", "proxy", kA1, false},
        {R"({"INTEGRATION:custom.a": true})", "proxy", kA1, false},
        {R"({"integration:": true})", "proxy", {}, false},
        {R"({"credential:": true})", "proxy", kA, false},
        {R"({"anything": true})", "proxy", kA, false},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(parsed(c.claim).allows(c.permission, c.scope), c.allowed)
            << c.claim << " " << c.permission << " on " << c.scope.integration << " "
            << c.scope.credential_id;
    }
}

TEST(TokenPermissions, ShowsWhatHoldsAnyPermission) {
    struct Seen {
        std::string_view claim;
        Scope scope;
        bool visible;
    };
    const std::vector<Seen> cases = {
        {R"({"integration:*": true})", kA1, true},
        {R"({"integration:*": ["events"]})", kA1, true},
        {R"({"integration:*": []})", kA, false},
        {R"({"integration:custom.b": true})", kA, false},
        {kClaimOfOneCredential, kA, true},
        {kClaimOfOneCredential, kA1, true},
        {kClaimOfOneCredential, kA2, false},
        {kClaimOfOneCredential, kB, false},
        {R"({"integration:*": {"credential:c1": []}})", kA, false},
        {R"({"credential:c1": ["proxy"]})", kA1, true},
        {R"({"credential:c1": ["proxy"]})", kA2, false},
        {R"({"integration:*": true, "integration:custom.a": []})", kA1, false},
        {R"({"integration:*": true, "integration:custom.a": {}})", kA, false},
        {R"({"metadata:write": true})", kA, false},
        {R"({"metadata:write": true, "integration:*": ["events"]})", kA, true},
    };
    for (const Seen& c : cases) {
        EXPECT_EQ(parsed(c.claim).can_see(c.scope), c.visible)
            << c.claim << " on " << c.scope.integration << " " << c.scope.credential_id;
    }
}

TEST(TokenPermissions, AcceptsTheClaimAsJsonText) {
    const auto permissions =
        TokenPermissions::parse(Json(R"({"integration:custom.a": {"credential:c1": true}})"));
    ASSERT_TRUE(permissions);
    EXPECT_TRUE(permissions->allows("proxy", kA1));
    EXPECT_FALSE(permissions->allows("proxy", kA2));
}

TEST(TokenPermissions, RefusesAMalformedClaim) {
    for (const char* claim :
         {"7", "null", "true", "[]", R"("not json")", R"("true")", R"("")", R"("\"{}\"")",
          R"({"integration:*": "yes"})", R"({"integration:*": null})", R"({"integration:*": 1})",
          R"({"integration:*": [true]})", R"({"integration:*": {"credential:*": [["proxy"]]}})",
          R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":true}}}}}}}}})"}) {
        const auto permissions = TokenPermissions::parse(*parse_json(claim));
        ASSERT_FALSE(permissions) << claim;
        EXPECT_EQ(permissions.error().code, "token.invalid");
        EXPECT_EQ(permissions.error().kind, ErrorKind::unauthenticated);
    }
}

}  // namespace
}  // namespace tenon
