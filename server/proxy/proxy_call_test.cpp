#include "proxy/proxy_call.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

Ok check(const std::vector<std::string>& additional_hosts, const std::string& url) {
    Integration integration;
    integration.definition.api.additional_hosts = additional_hosts;
    return check_host(integration, *Url::parse("https://api.example.com/v1"), *Url::parse(url));
}

TEST(ProxyCall, OnlyTheBaseUrlsOwnOriginReceivesTheCredential) {
    EXPECT_TRUE(check({}, "https://api.example.com/other"));
    for (const char* url :
         {"https://evil.example/x", "https://example.com/", "https://api.example.com.evil.example/",
          "https://files.api.example.com/", "http://api.example.com/",
          "https://api.example.com:8443/"}) {
        const Ok checked = check({}, url);
        ASSERT_FALSE(checked) << url;
        EXPECT_EQ(checked.error().code, "proxy.host_not_allowed");
    }
}

TEST(ProxyCall, ListedHostsAndTheirSubdomainsMayReceiveIt) {
    const std::vector<std::string> hosts{"files.example.com", "*.cdn.example.com"};
    EXPECT_TRUE(check(hosts, "https://files.example.com/x"));
    EXPECT_TRUE(check(hosts, "https://eu.cdn.example.com/x"));
    EXPECT_TRUE(check(hosts, "https://a.b.cdn.example.com/x"));
    for (const char* url : {"https://cdn.example.com/", "https://evilcdn.example.com/",
                            "https://x.files.example.com/", "http://files.example.com/"}) {
        EXPECT_FALSE(check(hosts, url)) << url;
    }
}

}  // namespace
}  // namespace tenon
