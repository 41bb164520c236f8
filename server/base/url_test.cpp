#include "base/url.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tenon {
namespace {

struct HostCase {
    std::string url;
    std::string host;
    int port;
};

TEST(Url, ReadsEverySpellingOfAHost) {
    const std::vector<HostCase> cases = {
        {"https://api.example.com", "api.example.com", 443},
        {"http://api.example.com", "api.example.com", 80},
        {"HTTPS://API.Example.COM:8443/x", "api.example.com", 8443},
        {"https://api.example.com./", "api.example.com", 443},
        {"https://a_b.example.com/", "a_b.example.com", 443},
        {"https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443},
        {"https://%61pi.example.com/", "api.example.com", 443},
        {"https://%41pi.example.com/", "api.example.com", 443},
        {"http://127.0.0.1:00080/", "127.0.0.1", 80},
        {"http://127.1/", "127.0.0.1", 80},
        {"http://127.0.1/", "127.0.0.1", 80},
        {"http://2130706433/", "127.0.0.1", 80},
        {"http://0x7f000001/", "127.0.0.1", 80},
        {"http://0X7F.1/", "127.0.0.1", 80},
        {"http://0177.0.0.1/", "127.0.0.1", 80},
        {"http://0177.0x0.1/", "127.0.0.1", 80},
        {"http://017700000001/", "127.0.0.1", 80},
        {"http://127.0.0.1./", "127.0.0.1", 80},
        {"http://0/", "0.0.0.0", 80},
        {"http://0x/", "0.0.0.0", 80},
        {"http://%31%32%37.0.0.1/", "127.0.0.1", 80},
        {"http://%30x7f.1/", "127.0.0.1", 80},
        {"http://10.1/", "10.0.0.1", 80},
        {"http://256/", "0.0.1.0", 80},
        {"http://[::1]/", "::1", 80},
        {"http://[0:0:0:0:0:0:0:1]:8080/", "::1", 8080},
        {"http://[::FFFF:127.0.0.1]/", "::ffff:127.0.0.1", 80},
        {"http://[::ffff:7f00:1]/", "::ffff:127.0.0.1", 80},
        {"http://[2001:DB8::1]/", "2001:db8::1", 80},
        {"http://127.0.0.1.example.com/", "127.0.0.1.example.com", 80},
        {"http://1.example/", "1.example", 80},
    };
    for (const HostCase& c : cases) {
        const auto url = Url::parse(c.url);
        ASSERT_TRUE(url) << c.url << ": " << url.error().message;
        EXPECT_EQ(url->host, c.host) << c.url;
        EXPECT_EQ(url->port, c.port) << c.url;
    }
}

TEST(Url, RefusesWhatServersAndBrowsersReadDifferently) {
    const std::vector<std::string> cases = {
        "",
        "/",
        "//example.com/",
        "example.com",
        "https:",
        "https:/example.com",
        "https:example.com",
        "https://",
        "https:///path",
        "https://?x",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://example.com/",
        "ws://example.com/",
        "https ://example.com",
        " https://example.com",
        "https://example.com ",
        "https://exa mple.com",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://@example.com/",
        "https://example.com@evil.example/",
        "https://example.com\\@evil.example/",
        "https://example.com\\evil",
        "https://example.com/#top",
        "https://example.com#@evil.example",
        "https://example.com/a b",
        "https://example.com/a\tb",
        "https://example.com/a\nb",
        "https://example.com/a\r\nHost: x",
        std::string("https://exa\0mple.com/", 21),
        "https://exa%00mple.com/",
        "https://exa%20mple.com/",
        "https://exa%2Fmple.com/",
        "https://exa%3Ample.com/",
        "https://exa%40mple.com/",
        "https://exa%5Bmple.com/",
        "https://exa%mple.com/",
        "https://example.com%/",
        "https://example.com%2/",
        "https://ex\xc3\xa4mple.com/",
        "https://ex%C3%A4mple.com/",
        "https://\xef\xbc\x91\x32\x37.0.0.1/",
        "https://example.com/\xc3\xa4",
        "https://example.com:/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:-1/",
        "https://example.com:+80/",
        "https://example.com:80a/",
        "https://example.com:8080:80/",
        "https://example.com:000080/",
        "https://.example.com/",
        "https://example..com/",
        "https://example.com../",
        "https://./",
        "https://-exa!mple.com/",
        "https://exa*mple.com/",
        "https://exa|mple.com/",
        "https://exa+mple.com/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://1.2.3.256/",
        "http://0x100000000/",
        "http://1.65536.1/",
        "http://09.0.0.1/",
        "http://example.08/",
        "http://example.0x1/",
        "http://a.1/",
        "http://99999999999999999999999/",
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1]:/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::g]/",
        "http://[1:2:3]/",
        "http://[::1.2.3]/",
        "http://[127.0.0.1]/",
        "http://%5B::1%5D/",
        "https://" + std::string(64, 'a') + ".com/",
        "https://example.com/" + std::string(kUrlBytesMax, 'a'),
    };
    for (const std::string& text : cases) {
        const auto url = Url::parse(text);
        ASSERT_FALSE(url) << text.substr(0, 80) << " gave " << url->host;
        EXPECT_EQ(url.error().code, "url.invalid");
        EXPECT_EQ(url.error().kind, ErrorKind::invalid_input);
    }
}

TEST(Url, KeepsPathAndQueryByteForByte) {
    const auto url = Url::parse("https://h.example//a/%2F/../%2e/;p=1/?b=%20&a=1&a=2&&=?/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->path, "//a/%2F/../%2e/;p=1/");
    EXPECT_EQ(url->query, "b=%20&a=1&a=2&&=?/");
    EXPECT_EQ(url->request_target(), "//a/%2F/../%2e/;p=1/?b=%20&a=1&a=2&&=?/");
    EXPECT_EQ(Url::parse("https://h.example?")->request_target(), "/?");
    EXPECT_EQ(Url::parse("https://h.example")->request_target(), "/");
    EXPECT_EQ(Url::parse("https://h.example/?a@b:c")->query, "a@b:c");
}

TEST(Url, WritesOriginAndHostHeaderWithoutTheDefaultPort) {
    EXPECT_EQ(Url::parse("https://h.example:443/")->origin(), "https://h.example");
    EXPECT_EQ(Url::parse("https://h.example:80/")->origin(), "https://h.example:80");
    EXPECT_EQ(Url::parse("http://h.example:80/x")->str(), "http://h.example/x");
    EXPECT_EQ(Url::parse("http://[::1]:8080/")->host_header(), "[::1]:8080");
}

TEST(Url, FindsDotSegmentsInEverySpelling) {
    for (const char* path : {"/..", "/../", "/a/..", "/a/../b", "/.", "/a/./b", "/%2e%2E/", "/.%2e",
                             "/%2e", "/a%2f..%2fb", "/..%2Fadmin", "/..%5cadmin", "/..\\admin",
                             "/..;/admin", "/..;x=1/", "/%2e%2e;a/b", "..", "a/.."}) {
        EXPECT_TRUE(has_dot_segments(path)) << path;
    }
    for (const char* path : {"/", "", "/a.b", "/...", "/..a", "/a..", "/.well-known/x",
                             "/%2e%2e%2e", "/a%2Fb", "/v1.0/;a=..", "/..%252f", "/%2"}) {
        EXPECT_FALSE(has_dot_segments(path)) << path;
    }
}

TEST(Url, KnowsHostNames) {
    EXPECT_TRUE(is_valid_host_name("a"));
    EXPECT_TRUE(is_valid_host_name("a-b.c_d.e9"));
    EXPECT_TRUE(is_valid_host_name(std::string(63, 'a')));
    for (const std::string& name :
         {std::string(), std::string("."), std::string("a."), std::string(".a"),
          std::string("a..b"), std::string(64, 'a'), std::string("a b"), std::string("a/b"),
          std::string("a:b"), std::string("\xc3\xa4")}) {
        EXPECT_FALSE(is_valid_host_name(name)) << name;
    }
}

}  // namespace
}  // namespace tenon
