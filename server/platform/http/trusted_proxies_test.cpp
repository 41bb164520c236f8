#include "platform/http/trusted_proxies.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

TEST(TrustedProxies, TrustNobodyByDefault) {
    EXPECT_EQ(TrustedProxies().client_address("10.0.0.7", "1.2.3.4"), "10.0.0.7");
}

TEST(TrustedProxies, TakeTheRightmostAddressThatIsNotTrusted) {
    const auto proxies = *TrustedProxies::of({"10.0.0.0/8", "192.0.2.1", "fd00::/8"});
    const struct {
        const char* peer;
        const char* forwarded_for;
        const char* client;
    } cases[] = {
        {"10.0.0.7", "198.51.100.9", "198.51.100.9"},
        {"10.0.0.7", "6.6.6.6, 198.51.100.9", "198.51.100.9"},  // the client wrote 6.6.6.6
        {"10.0.0.7", "198.51.100.9, 10.1.1.1, 192.0.2.1", "198.51.100.9"},
        {"198.51.100.9", "6.6.6.6", "198.51.100.9"},  // not one of ours: not believed
        {"10.0.0.7", "", "10.0.0.7"},
        {"10.0.0.7", "10.1.1.1", "10.1.1.1"},
        {"10.0.0.7", "198.51.100.9, unknown", "10.0.0.7"},
        {"10.0.0.7", "198.51.100.9, unknown, 10.1.1.1", "10.1.1.1"},
        {"10.0.0.7", "198.51.100.9:4711", "198.51.100.9"},
        {"::ffff:10.0.0.7", "198.51.100.9", "198.51.100.9"},
        {"fd00::1", "[2001:db8::5]:443", "2001:db8::5"},
        {"fd00::1", "2001:db8::5", "2001:db8::5"},
        {"10.0.0.7", "<script>", "10.0.0.7"},
    };
    for (const auto& [peer, forwarded_for, client] : cases) {
        EXPECT_EQ(proxies.client_address(peer, forwarded_for), client)
            << peer << " with " << forwarded_for;
    }
}

TEST(TrustedProxies, RefuseWhatIsNoAddressOrNetwork) {
    for (const char* entry : {"proxy.example.com", "10.0.0.0/33", "10.0.0.1/8", "", "*"}) {
        const auto refused = TrustedProxies::of({entry});
        ASSERT_FALSE(refused) << entry;
        EXPECT_EQ(refused.error().code, "proxy.entry_invalid");
    }
}

}  // namespace
}  // namespace tenon::http
