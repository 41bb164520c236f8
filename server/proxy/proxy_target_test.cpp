#include "proxy/proxy_target.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

constexpr const char* kProject = "11111111-1111-4111-8111-111111111111";
constexpr const char* kIntegration = "22222222-2222-4222-8222-222222222222";

std::string target_of(const std::string& rest) {
    return std::string("/projects/") + kProject + "/sdk/proxy/" + rest;
}

TEST(ProxyTarget, AllPathFormsReachTheSameIntegrationAndPath) {
    for (const std::string& prefix :
         {std::string("custom/") + kIntegration, std::string(kIntegration)}) {
        const std::string text = target_of(prefix + "/v1/a%2Fb?x=1&x=2&y=%20+");
        const auto target = parse_proxy_target(text);
        ASSERT_TRUE(target) << text;
        EXPECT_EQ(target->integration_id->str(), kIntegration);
        EXPECT_EQ(target->api_path, "v1/a%2Fb");
        EXPECT_EQ(target->query, "x=1&x=2&y=%20+");
    }
    const std::string slug = target_of("custom.acmecrm//v1/contacts");
    const auto target = parse_proxy_target(slug);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->slug, "acmecrm");
    EXPECT_EQ(target->api_path, "v1/contacts");
    EXPECT_FALSE(target->has_query);
}

TEST(ProxyTarget, WhatCannotExistIsNotFound) {
    for (const std::string rest : {"", "slack/x", "custom", "custom/", "custom/not-a-uuid/x",
                                   "22222222-2222-4222-8222-22222222222g/x"}) {
        const std::string text = target_of(rest);
        const auto target = parse_proxy_target(text);
        ASSERT_FALSE(target) << rest;
        EXPECT_EQ(target.error().kind, ErrorKind::not_found);
    }
    EXPECT_FALSE(parse_proxy_target("/projects/nope/sdk/proxy/custom.a/x"));
}

std::string built(const std::string& base, const std::string& rest, const std::string& extra = {}) {
    const std::string text = target_of("custom.a/" + rest);
    const auto target = parse_proxy_target(text);
    const Url base_url = *Url::parse(base);
    const auto url = ProxyUrl::make(base_url, *target, extra);
    if (!url) return url.error().message;
    std::string out = url->origin().origin();
    url->append_request_target(out);
    return out;
}

TEST(ProxyTarget, PathAndQueryArePutBehindTheBaseByteForByte) {
    EXPECT_EQ(built("https://api.example.com", "v1/x"), "https://api.example.com/v1/x");
    EXPECT_EQ(built("https://api.example.com/v2/", "x%2fy?a=1&a=%2B"),
              "https://api.example.com/v2/x%2fy?a=1&a=%2B");
    EXPECT_EQ(built("https://api.example.com/v2", ""), "https://api.example.com/v2");
    EXPECT_EQ(built("https://api.example.com/v2?k=1", "x?a=2", "key=s"),
              "https://api.example.com/v2/x?k=1&a=2&key=s");
    EXPECT_EQ(built("https://api.example.com", "https://files.example.com/y?z=1"),
              "https://files.example.com/y?z=1");
    EXPECT_EQ(built("https://api.example.com", "a/..b/.c"), "https://api.example.com/a/..b/.c");
    EXPECT_EQ(built("https://api.example.com", "x?"), "https://api.example.com/x?");
    EXPECT_EQ(built("https://api.example.com", "x?", "key=s"), "https://api.example.com/x?key=s");
    EXPECT_EQ(built("https://api.example.com/v2", "?a=1"), "https://api.example.com/v2?a=1");
}

TEST(ProxyTarget, DotSegmentsAreRefusedInEverySpelling) {
    for (const std::string path :
         {"../x", "a/../b", "a/..", "./x", "a/%2e%2e/b", "a/%2E./b", "a/.%2e", "%2e/x",
          "a%2f..%2fb", "a\\..\\b", "a/..;x/b", "https://api.example.com/v2/../x"}) {
        EXPECT_NE(built("https://api.example.com/v2", path).find("segments"), std::string::npos)
            << path;
    }
}

TEST(ProxyTarget, TheProxyUrlHeaderReplacesThePathOrIsRefusedBesideOne) {
    const std::string text = target_of("custom.a");
    auto target = *parse_proxy_target(text);
    ASSERT_TRUE(apply_proxy_url_header(target, "/v1/items?limit=5"));
    EXPECT_EQ(target.api_path, "v1/items");
    EXPECT_EQ(target.query, "limit=5");
    const std::string with_path = target_of("custom.a/x");
    auto other = *parse_proxy_target(with_path);
    EXPECT_EQ(apply_proxy_url_header(other, "/y").error().code, "proxy.url_conflict");
}

}  // namespace
}  // namespace tenon
